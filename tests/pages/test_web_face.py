"""The site's own face, where a newsroom has chosen it: whose files they are, and that nothing moves when it comes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page, Route, sync_playwright

from broadsheet.press.actions import check_edition, press_everything, press_pending
from broadsheet.press.edition import Edition
from broadsheet.press.newsstand.policies import headers_for
from broadsheet.theme import faces
from broadsheet.theme.choices import Faces
from broadsheet.theme.models import Look
from browser import FLAGS
from pages.measuring import DRAWN, SHIFTS
from pages.specimens import TOOLS
from paper import Paper
from services import do_without

ORIGIN = "http://localhost"
"""A browser trusts it, and nothing is asked there: all answers come from the edition."""
HEAD = {
    "en": "Council was warned about the bridge eighteen months ago",
    "ar": "حُذّر المجلس بشأن الجسر",
}
TEXT = {
    "en": "<p>Engineers had measured the <i>cracks</i>. The letter lay in a drawer, with 211 others. "
    "<b>We should hold this</b> until the ground is confirmed, they wrote in Łódź.</p>",
    "ar": "<p>قاس المهندسون الشقوق. وبقيت الرسالة في الدرج. حضرت 211 جلسة للمجلس ولم تتغيب إلا عن ثلاث.</p>",
}


@dataclass
class Reader:
    """A page of a browser that is answered from the edition; faces may be made to come late."""

    page: Page
    answers: dict[str, dict[str, Any]]
    is_late: bool = False
    held: list[Route] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def answer(self, route: Route) -> None:
        path = route.request.url.removeprefix(ORIGIN)
        self.asked.append(path)
        if self.is_late and path.endswith(".woff2"):
            self.held.append(route)
        else:
            route.fulfill(**self.answers[path])

    def open(self, path: str) -> None:
        self.asked.clear()
        # A page that waits for its face is not loaded, but it is there to be read.
        self.page.goto(ORIGIN + path, wait_until="domcontentloaded" if self.is_late else "load")
        self.page.evaluate(DRAWN)

    def arrive(self) -> None:
        """Let what was held come after all, when browsers no longer wait for it; have the page drawn."""
        self.page.wait_for_timeout(400 if self.held else 0)
        for route in self.held:
            route.fulfill(**self.answers[route.request.url.removeprefix(ORIGIN)])
        self.held.clear()
        self.page.evaluate("document.fonts.ready")
        self.page.evaluate(DRAWN)

    def shifts(self) -> list[str]:
        found: list[str] = self.page.evaluate("window.shifts")
        return found

    def faces(self, selector: str) -> set[str]:
        """The names of the faces that an element's words are drawn in and that came from the site."""
        session = self.page.context.new_cdp_session(self.page)
        session.send("DOM.enable")
        session.send("CSS.enable")
        root = session.send("DOM.getDocument")["root"]["nodeId"]
        node = session.send("DOM.querySelector", {"nodeId": root, "selector": selector})["nodeId"]
        used = session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
        session.detach()
        return {font["familyName"].partition(" 16pt")[0] for font in used if font["isCustomFont"]}


@contextmanager
def reading(chromium: str, answers: dict[str, dict[str, Any]]) -> Iterator[Reader]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = running.new_page(viewport={"width": 360, "height": 780})
        reader = Reader(page, answers)
        page.on("console", lambda message: reader.said.append(message.text))
        page.add_init_script(f"({SHIFTS})()")
        page.route("**/*", reader.answer)
        yield reader
        running.close()


def answers() -> dict[str, dict[str, Any]]:
    """What the newsstand would send for every path of the edition."""
    edition, found = Edition(settings.EDITION_DIR), {}
    for entry in edition.entries():
        headers = {name.decode(): value.decode() for name, value in headers_for(entry)}
        with edition.open_blob(entry.digest) as blob:
            found[entry.path] = {"status": entry.status, "headers": headers, "body": blob.read()}
    edition.close()
    return found


def choose(face: Faces) -> None:
    look = Look.load()
    look.faces = face
    look.save()


def test_web_face_files_are_fontsources_own_with_their_licence() -> None:
    packages = TOOLS / "@fontsource-variable"
    if not packages.is_dir():
        do_without("The Fontsource packages", "make tools (needs npm: apt install nodejs npm)")
    for name, cut in faces.CUTS.items():
        family = re.sub(r"-(latin|arabic).*", "", name)
        assert cut.file.read_bytes() == (packages / family / "files" / cut.file.name).read_bytes()
        licence = faces.FOLDER / f"{family}-LICENSE.txt"
        assert licence.read_text("utf-8") == (packages / family / "LICENSE").read_text("utf-8")
        assert "SIL OPEN FONT LICENSE Version 1.1" in licence.read_text("utf-8")
        about = json.loads((packages / family / "unicode.json").read_text("utf-8"))
        subset = name.removeprefix(f"{family}-").rpartition("-wght-")[0]
        assert about[subset].startswith(cut.range)


def test_web_face_is_asked_for_where_it_was_chosen_alone(paper: Paper) -> None:
    story = paper.story()
    press_everything()
    page = answers()[str(story.address)]
    assert b"woff2" not in page["body"]
    assert "font-src" not in page["headers"]["content-security-policy"]
    choose(Faces.WEB)
    press_pending()
    found = answers()
    page = found[str(story.address)]
    assert "font-src 'self';" in page["headers"]["content-security-policy"]
    asked = re.findall(r'as="font" type="font/woff2" href="([^"]+)" crossorigin', str(page["body"]))
    assert asked == faces.asked_early("en")
    assert re.findall(r'href="([^"]+woff2)"', str(found["/ar/"]["body"])) == faces.asked_early("ar")
    for path in re.findall(r"/assets/[\w-]+\.woff2", str(page["body"])):
        assert found[path]["headers"]["content-type"] == "font/woff2"
        assert "immutable" in found[path]["headers"]["cache-control"]
    assert check_edition() == []
    choose(Faces.SERIF)
    press_pending()
    assert b"woff2" not in answers()[str(story.address)]["body"]
    assert check_edition() == []


@pytest.mark.browser
def test_web_face_that_comes_late_or_in_time_moves_nothing(paper: Paper, chromium: str) -> None:
    choose(Faces.WEB)
    english = paper.story(
        HEAD["en"], body=[("paragraph", TEXT["en"] * 3)] * 6, standfirst=HEAD["en"]
    )
    arabic = paper.arabic_front
    arabic.tagline, arabic.statement = HEAD["ar"], TEXT["ar"][3:-4]
    arabic.save_revision().publish()
    press_everything()
    with reading(chromium, answers()) as reader:
        for path, family, words in (
            (str(english.address), "Newsreader", "h1"),
            ("/ar/", "Markazi Text", ".foot-name + p"),
        ):
            reader.is_late = True
            reader.open(path)
            assert {one for one in reader.asked if one.endswith("woff2")} >= set(
                faces.asked_early("ar" if path == "/ar/" else "en")
            )
            assert reader.faces(words) == set()  # the words are there before the face is
            reader.arrive()
            assert reader.faces(words) == set()
            assert reader.shifts() == []
            reader.is_late = False
            for _try in range(5):  # a busy machine may be late by itself
                reader.open(path)
                reader.arrive()
                assert reader.shifts() == []
                if reader.faces(words) == {family}:
                    break
            assert reader.faces(words) == {family}
        assert reader.said == []


@pytest.mark.browser
def test_web_face_test_sees_what_moves(chromium: str) -> None:
    page = {"body": "<p id=one>One</p><p>Two</p>", "headers": {"content-type": "text/html"}}
    with reading(chromium, {"/": page}) as reader:
        reader.open("/")
        reader.page.wait_for_timeout(100)
        reader.page.evaluate("document.getElementById('one').style.marginTop = '99px'")
        reader.arrive()
        assert reader.shifts() != []
