"""A newsroom's own logo, colours, faces and density, chosen at the desk."""

from __future__ import annotations

import itertools
import re

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from broadsheet.kit.models import Change
from broadsheet.press.actions import check_edition, press_everything, press_pending
from broadsheet.press.edition import Edition
from broadsheet.readers.actions import create_account
from broadsheet.theme import tones
from broadsheet.theme.checking import PACKAGE
from broadsheet.theme.choices import Density, Faces
from broadsheet.theme.contrast import ENOUGH, between, ratio
from broadsheet.theme.looks import styles
from broadsheet.theme.models import Look
from paper import Paper
from proving import sign_in

GREEN = "#0a5c4a"
FORM = {
    "logo": "",
    "dark_logo": "",
    "accent": GREEN,
    "dark_accent": "#7fd6bd",
    "paper": tones.PAPER,
    "ink": tones.INK,
    "faces": Faces.SERIF,
    "density": Density.USUAL,
}


@pytest.fixture
def administrator(paper: Paper) -> Client:
    password = "a long and quiet river"
    email = "administrator@ledger.example"
    chief = create_account(email=email, password=password, role="administrator", by="test")
    return sign_in(Client(), chief)


def screen(client: Client) -> str:
    """Where the look is chosen; asking for it makes the row."""
    answer = client.get(reverse("wagtailsettings:edit", args=["theme", "look"]))
    return answer.headers["location"]


def pressed(path: str) -> tuple[str, str]:
    """A document of the edition as readers get it, and its policy."""
    edition = Edition(settings.EDITION_DIR)
    entry = edition.find(path)
    assert entry is not None
    with edition.open_blob(entry.digest) as blob:
        return blob.read().decode(), dict(entry.headers)["content-security-policy"]


def test_look_saved_at_the_desk_is_on_every_page_and_let_in(
    paper: Paper, administrator: Client
) -> None:
    story = paper.story()
    press_everything()
    address = screen(administrator)
    assert press_pending().renders == 0  # nothing was chosen yet
    assert administrator.post(address, FORM).status_code == 302
    press_pending()
    for path in ("/", "/ar/", "/city/", "/404/", str(story.address)):
        page, policy = pressed(path)
        assert f"--accent:{GREEN}" in page
        assert page.count("<style>") == 2
        assert policy.count("'sha256-") == 3
    assert check_edition() == []
    administrator.post(address, FORM | {"accent": tones.ACCENT, "dark_accent": tones.DARK_ACCENT})
    press_pending()
    assert pressed("/")[0].count("<style>") == 1
    assert check_edition() == []


@pytest.mark.parametrize(
    ("field", "colour"),
    [("accent", "#e8b4b5"), ("dark_accent", "#5a1012"), ("ink", "#9a9a9a"), ("paper", "#6f6f6f")],
)
def test_look_in_which_words_cannot_be_read_is_refused(
    paper: Paper, administrator: Client, field: str, colour: str
) -> None:
    address = screen(administrator)
    answer = administrator.post(address, FORM | {field: colour})
    assert answer.status_code == 200
    assert re.search(
        r"cannot be read: their contrast is \d\.\d, and\s+4.5", answer.content.decode()
    )
    assert Look.load().accent == tones.ACCENT


@pytest.mark.parametrize("colour", ["red", "#12345", "#12345g", "#123456;}", ""])
def test_look_takes_colours_alone(paper: Paper, administrator: Client, colour: str) -> None:
    address = screen(administrator)
    assert administrator.post(address, FORM | {"accent": colour}).status_code == 200
    assert Look.load().accent == tones.ACCENT


@pytest.mark.parametrize("mode", ["front", "guide"])
def test_look_is_seen_before_it_is_saved(paper: Paper, administrator: Client, mode: str) -> None:
    screen(administrator)
    Change.objects.all().delete()
    preview = reverse(
        "wagtailsettings:preview_on_edit", args=["theme", "look", Look.objects.get().pk]
    )
    assert administrator.post(preview, FORM).json()["is_valid"]
    shown = administrator.get(f"{preview}?mode={mode}").content.decode()
    assert f"--accent:{GREEN}" in shown
    assert ("specimen" in shown) == (mode == "guide")
    assert Look.load().accent == tones.ACCENT
    assert not Change.objects.exists()
    assert GREEN not in administrator.get("/desk/styleguide/").content.decode()


def test_look_with_a_logo_has_it_for_its_name(paper: Paper, administrator: Client) -> None:
    logo = paper.picture("Logo", (600, 120))
    press_everything()
    administrator.post(screen(administrator), FORM | {"logo": logo.pk, "dark_logo": logo.pk})
    press_pending()
    page, _policy = pressed("/")
    plate = re.search(r'class="plate-name">(.*?)</p>', page, re.DOTALL)
    assert plate
    assert 'alt="The Test Ledger"' in plate[1]
    assert "prefers-color-scheme: dark" in plate[1]
    for path in re.findall(r"/media/[^ \"]+\.png", plate[1]):
        assert Edition(settings.EDITION_DIR).find(path)
    logo.delete()
    press_pending()
    assert "The Test Ledger" in pressed("/")[0]
    assert check_edition() == []


def test_look_that_changes_nothing_weighs_nothing() -> None:
    assert styles(Look()) == ""
    css = (PACKAGE / "theme" / "css" / "tokens.css").read_text("utf-8")
    light, dark = css.split("prefers-color-scheme: dark")
    ours = (tones.PAPER, tones.INK, tones.ACCENT)
    night = (tones.DARK_PAPER, tones.DARK_INK, tones.DARK_ACCENT)
    for part, colours in ((light, ours), (dark, night)):
        for name, colour in zip(("paper", "ink", "accent"), colours, strict=True):
            assert f"--{name}: {colour};" in part


def test_look_names_no_more_than_what_was_changed() -> None:
    css = styles(Look(accent=GREEN))
    assert css.count(f"--accent:{GREEN}") == css.count(f"--accent:{tones.DARK_ACCENT}") == 1
    assert "--paper" not in css
    both = styles(Look(paper="#ffffff"))
    assert both.count("--paper:") == both.count("--accent:") == 2


def test_look_in_every_face_and_density_is_sound() -> None:
    for faces, density in itertools.product(Faces.values, Density.values):
        css = styles(Look(faces=faces, density=density, accent=GREEN))
        assert css.count("{") == css.count("}") >= 3
        assert ("url(" in css) == (faces == Faces.WEB)
        assert re.findall(r"url\((?!\"/assets/)", css) == []


def test_tones_of_ours_are_read_on_each_other() -> None:
    assert list(tones.unreadable(tones.PAPER, tones.INK, tones.ACCENT)) == []
    assert list(tones.unreadable(tones.DARK_PAPER, tones.DARK_INK, tones.DARK_ACCENT)) == []
    worst = next(tones.unreadable("#ffffff", "#000000", "#999999"))
    assert worst.name == "accent"
    assert worst.contrast < ENOUGH
    assert between("#000", "#ffffff", 0.5) == "#808080"
    assert ratio(between("#000000", "#ffffff", 1), "#ffffff") == 1
