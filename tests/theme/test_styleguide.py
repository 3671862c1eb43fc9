"""The style guide: for editors only, in both directions, with every component, safe with hostile content."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group
from django.test import Client

from broadsheet.readers.models import User
from paper import Paper


@pytest.fixture
def editor(paper: Paper) -> Client:
    user = User.objects.create_user("editor@example.org", password="a long enough password")
    user.groups.add(Group.objects.get(name="Editors"))
    client = Client()
    client.force_login(user)
    return client


def guide(client: Client, code: str) -> BeautifulSoup:
    answer = client.get(f"/desk/styleguide/?language={code}")
    assert answer.status_code == 200
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    return BeautifulSoup(answer.content, "lxml")


def test_style_guide_is_for_who_is_signed_in_at_the_desk(paper: Paper) -> None:
    answer = Client().get("/styleguide/?language=ar")
    assert answer.headers["Location"] == "/desk/styleguide/?language=ar"
    answer = Client().get("/desk/styleguide/")
    assert answer.headers["Location"].startswith("/desk/login/")


@pytest.mark.parametrize(("code", "direction"), [("en", "ltr"), ("ar", "rtl"), ("xx", "ltr")])
def test_style_guide_shows_every_component(
    paper: Paper, editor: Client, code: str, direction: str
) -> None:
    paper.picture()
    page = guide(editor, code)
    assert page.html is not None
    assert page.html["dir"] == direction
    for selector in (
        ".card.big.pictured",
        ".card.opinion",
        ".listing .card",
        ".related .card.opinion",
        ".pages [rel=prev]",
        ".pages [rel=next]",
        ".appeal .button",
        ".kicker .label",
        ".byline",
        ".quotation figcaption",
        ".pull",
        ".facts-box",
        ".table-scroll td.figure",
        ".footnotes",
        ".elsewhere",
        "figure.picture figcaption",
        ".person img",
        ".chips [aria-current]",
        ".button.plain",
        ".notice",
        ".choice input[checked]",
        ".errors",
        ".live-strip li time",
        ".live .live-mark",
        ".live li h3",
        ".correction time",
        ".sources a",
        ".chart .marked rect",
        "audio[controls][preload=none]",
        "video[controls][preload=none]",
        ".newsletter input[type=email]",
        ".letter input:checked",
        ".letter .meta a",
        "input[type=email][aria-invalid]",
        ".pledge .choice input[checked][value='10']",
        ".pledge input[name=do][value=pause]",
        ".pledge input[name=do][value=resume]",
        ".pledge .errors",
        ".gifts a[download]",
    ):
        assert page.select(selector), selector


@pytest.mark.parametrize("code", ["en", "ar"])
def test_style_guide_has_no_id_twice_and_every_label_leads_somewhere(
    paper: Paper, editor: Client, code: str
) -> None:
    page = guide(editor, code)
    ids = [str(element["id"]) for element in page.select("[id]")]
    assert len(ids) == len(set(ids))
    named = [str(element["aria-labelledby"]) for element in page.select("[aria-labelledby]")]
    assert set(named) <= set(ids)


def test_style_guide_labels_kinds_in_its_language(paper: Paper, editor: Client) -> None:
    for code, label in (("en", "Opinion"), ("ar", "رأي")):
        told = guide(editor, code).select("#story-cards .label")
        assert [one.get_text() for one in told] == [label]


def test_style_guide_writes_hostile_content_as_text(paper: Paper, editor: Client) -> None:
    headline = guide(editor, "en").select("#hostile-content h3")[0]
    assert headline.b is None
    assert "<b>bold?</b>" in headline.get_text()
    assert len(headline.get_text()) > 250
