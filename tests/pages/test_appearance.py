"""What pages look like in Chromium, held against pictures that were looked at and approved.

A picture is half as wide and high as the page and has 16 shades of each colour, so that it is small. A page agrees
with it when at most `SHARE` of its points differ by more than `SHADE` in red, green or blue. After a change that is
meant, `make baselines` draws the pictures anew; look at them before you commit them.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from browser import FLAGS
from pages.specimens import ALL, TESTS, Site, sign_in
from services import do_without

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("pages")]

BASELINES = TESTS / "pages" / "baselines"
FOUND = TESTS.parent / ".cache" / "appearance"
"""Where a picture that disagrees is left, and what differs."""

SHADE, SHARE = 40, 0.002
WIDTHS = {360: 800, 1280: 900}
VIEWS = [
    *((kind, "en", "light", 360) for kind in ALL),
    *((kind, "ar", "dark", 1280) for kind in ALL),
    ("article", "fa", "light", 360),
    ("article", "ur", "dark", 360),
    ("article", "he", "light", 360),
    ("guide", "en", "light", 1280),
    ("guide", "ar", "dark", 360),
]
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
<dir>/usr/share/fonts/truetype/noto</dir>
<cachedir>{cache}</cachedir>
<alias><family>serif</family><prefer><family>Noto Serif</family></prefer></alias>
<alias><family>sans-serif</family><prefer><family>Noto Sans</family></prefer></alias>
<alias><family>system-ui</family><prefer><family>Noto Sans</family></prefer></alias>
</fontconfig>"""
"""One set of faces, whatever else a machine has."""
FACES = {"Noto Serif", "Noto Naskh Arabic", "Noto Nastaliq Urdu", "Noto Serif Hebrew"}


@pytest.fixture(scope="module")
def eyes(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium that knows the Noto faces alone."""
    folder = tmp_path_factory.mktemp("fonts")
    config = folder / "fonts.conf"
    config.write_text(FONTS.format(cache=folder / "cache"), "utf-8")
    environment = os.environ | {"FONTCONFIG_FILE": str(config)}
    known = subprocess.run(
        ["fc-list", ":", "family"], env=environment, capture_output=True, text=True, check=False
    ).stdout
    if not set(known.replace(",", "\n").splitlines()) >= FACES:
        do_without("The Noto faces", "apt install fonts-noto-core fontconfig")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=chromium, args=FLAGS, env=dict(environment)
        )
        yield running
        running.close()


@dataclass
class Views:
    """Browsers of readers without script, one of each scheme, let in to the style guide."""

    browser: Browser
    site: Site
    contexts: dict[str, BrowserContext]

    def picture(self, kind: str, code: str, scheme: str, width: int) -> Image.Image:
        """What a page looks like: the first screen, the style guide as a whole."""
        page = self._context(scheme).new_page()
        page.set_viewport_size({"width": width, "height": WIDTHS[width]})
        if is_guide := kind == "guide":
            page.goto(f"{self.site.origin}/desk/styleguide/?language={code}")
        else:
            self.site.visit(page, kind, code)
        # The browser's own players, which turn a wheel while they wait, and a reference that is drawn by lot.
        other = page.locator("audio, video, [role=status] > .help")
        shot = page.screenshot(full_page=is_guide, animations="disabled", mask=[other])
        page.close()
        seen = Image.open(BytesIO(shot)).convert("RGB")
        return seen.resize((seen.width // 2, seen.height // 2), Image.Resampling.BOX)

    def _context(self, scheme: str) -> BrowserContext:
        if scheme not in self.contexts:
            context = self.browser.new_context(java_script_enabled=False, color_scheme=scheme)  # type: ignore[arg-type]
            self.contexts[scheme] = context
            page = context.new_page()
            sign_in(page, self.site)
            page.close()
        return self.contexts[scheme]


@pytest.fixture(scope="module")
def views(eyes: Browser, site: Site) -> Iterator[Views]:
    made = Views(eyes, site, {})
    yield made
    for context in made.contexts.values():
        context.close()


def differing(seen: Image.Image, approved: Image.Image) -> tuple[float, Image.Image]:
    """The share of points that differ, and a picture in which they are white."""
    if seen.size != approved.size:
        return 1.0, seen
    bands = ImageChops.difference(seen, approved).split()
    worst = ImageChops.lighter(ImageChops.lighter(bands[0], bands[1]), bands[2])
    marked = worst.point(lambda shade: 255 if shade > SHADE else 0)
    return marked.histogram()[255] / (marked.width * marked.height), marked


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: "-".join(map(str, view)))
def test_appearance_is_as_approved(views: Views, view: tuple[str, str, str, int]) -> None:
    name = "-".join(map(str, view)) + ".png"
    seen, baseline = views.picture(*view), BASELINES / name
    if os.environ.get("BASELINES") == "write":
        BASELINES.mkdir(exist_ok=True)
        seen.point(lambda shade: shade & 0xF0 | 8).save(baseline, optimize=True)
        return
    assert baseline.is_file(), f"{name} was never approved: make baselines, and look at it."
    share, marked = differing(seen, Image.open(baseline).convert("RGB"))
    if share > SHARE:
        FOUND.mkdir(parents=True, exist_ok=True)
        seen.save(FOUND / name)
        marked.save(FOUND / f"differs-{name}")
    assert share <= SHARE, (
        f"{share:.2%} differs; see {FOUND / name}, or make baselines if it is meant."
    )


def test_appearance_sees_a_line_that_moved(views: Views) -> None:
    approved = Image.open(BASELINES / "article-en-light-360.png").convert("RGB")
    assert differing(approved, approved)[0] == 0
    moved = ImageChops.offset(approved, 0, 2)
    assert differing(moved, approved)[0] > SHARE
    assert differing(approved.crop((0, 0, 100, 100)), approved)[0] == 1


def test_appearance_has_a_picture_for_each_view_and_no_other() -> None:
    names = {"-".join(map(str, view)) + ".png" for view in VIEWS}
    assert {file.name for file in Path(BASELINES).glob("*.png")} == names
