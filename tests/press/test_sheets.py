"""Documents that share a sheet: what is loaded for many at once is what each would have asked, byte for byte and
key for key."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Site

from broadsheet.kit import public, reads
from broadsheet.newsroom.actions.registers import create_section
from broadsheet.newsroom.actions.stories import publish_page, withdraw_page, write_story
from broadsheet.newsroom.models import Author, Series
from broadsheet.press.actions import batch, press_everything, press_pending
from broadsheet.press.edition import Edition
from broadsheet.press.queries import edition
from paper import Paper

pytestmark = pytest.mark.usefixtures("beginning")

JANUARY = dt.datetime(2026, 1, 31, 23, 30, tzinfo=dt.UTC)


def known(settings: Settings) -> tuple[list[object], list[tuple[str, str]]]:
    """All that readers get, and all that was read for it."""
    with sqlite3.connect(settings.EDITION_DIR / "edition.sqlite3") as database:
        read = database.execute(
            "SELECT one.name, other.name FROM reads JOIN names one ON one.id = resource "
            "JOIN names other ON other.id = key ORDER BY 1, 2"
        ).fetchall()
    entries = [(e.resource, e.path, e.status, e.headers, e.digest) for e in edition().entries()]
    return entries, read


@contextmanager
def one_by_one() -> Iterator[None]:
    """Have every document ask for itself."""
    kinds, kept = public.kinds(), public.impositions()
    for kind in kinds.values():
        public.register_kind(kind)
    try:
        yield
    finally:
        for name, kind in kinds.items():
            public.register_kind(kind, kept.get(name))


def fill(paper: Paper) -> None:
    """Stories of every sort: several bylines, a guest, topics, a series, pictures, links, translations, drafts."""
    inner = create_section(parent=paper.river, title="Locks", slug="locks", by="test")
    series = Series.objects.create(name="The dam", slug="dam", locale=paper.english)
    bo = Author.objects.get(pk=paper.bo.pk)
    bo.portrait = paper.picture("Bo")
    bo.save()
    first = None
    for number in range(12):
        more: dict[str, object] = {
            "bylines": [[paper.ann], [bo, "A guest"], []][number % 3],
            "topics": [paper.floods] if number % 2 else [],
            "picture": paper.picture(f"Picture {number}") if number % 4 == 0 else None,
            "series": series if number % 5 == 0 else None,
        }
        link = f'<a linktype="page" id="{first.pk}">before</a>' if first else "nothing"
        body = [
            ("paragraph", f"<p>As {link} it was.</p>"),
            ("heading", {"text": "So", "level": "2"}),
        ]
        if number == 3:
            body.append(
                (
                    "picture",
                    {"image": paper.picture("Within"), "alt": "", "caption": "", "credit": ""},
                )
            )
        story = paper.story(
            f"Story {number}",
            f"story-{number}",
            section=[paper.city, paper.river, inner][number % 3],
            on=JANUARY + dt.timedelta(hours=number),
            body=body,
            **more,
        )
        first = first or story
    assert first is not None
    withdraw_page(page=paper.story("Gone", "gone", on=JANUARY), by="test")
    write_story(section=paper.city, draft=paper.draft("Draft", "draft"), by="test")
    arabic = create_section(parent=paper.arabic_front, title="مدينة", slug="city", by="test")
    draft = paper.draft("خبر", "khabar", translation_of=first)
    publish_page(
        page=write_story(section=arabic, draft=draft, by="test"), by="test", first_published=JANUARY
    )
    for number, page in enumerate((first, None, paper.city)):
        link = "" if page else "https://example.org/"
        Redirect.objects.create(
            old_path=f"/old-{number}",
            site=Site.objects.get(),
            redirect_page=page,
            redirect_link=link,
        )
    Redirect.objects.create(old_path="/nowhere", site=Site.objects.get(), redirect_link="")


def test_full_run_on_sheets_is_what_each_document_alone_would_be(
    paper: Paper, settings: Settings
) -> None:
    fill(paper)
    with one_by_one():
        press_everything()
        alone = known(settings)
    press_everything()
    together = known(settings)
    assert together[0] == alone[0]
    assert set(alone[1]) - set(together[1]) == set(), "not recorded"
    assert set(together[1]) - set(alone[1]) == set(), "recorded without being read"


def test_full_run_asks_hardly_more_for_more_stories_of_one_month(
    paper: Paper, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "SHEET", 1000)

    def asked() -> int:
        settings.EDITION_DIR = settings.EDITION_DIR.with_name(f"{settings.EDITION_DIR.name}-")
        Edition.create(settings.EDITION_DIR)
        with CaptureQueriesContext(connection) as queries:
            press_everything()
        return sum(query["sql"].startswith("SELECT") for query in queries.captured_queries)

    def write(numbers: range) -> None:
        for number in numbers:
            paper.story(f"Story {number}", f"story-{number}", topics=[paper.floods], on=JANUARY)

    write(range(6))
    before = asked()
    write(range(6, 16))
    assert asked() - before < 10, "at least a question for each new story"


def test_story_that_changes_while_its_sheet_is_rendered_is_rendered_again(
    paper: Paper, settings: Settings
) -> None:
    """Between loading a sheet and rendering it somebody publishes: what was loaded is old, and is seen to be."""
    settings.PRESS_STRICT_READS = False  # the test itself writes while the press reads
    stories = [paper.story(f"Story {number}", f"story-{number}") for number in range(3)]
    press_pending()
    kind, kept = public.kinds()["page"], public.impositions()["page"]
    changed: list[int] = []

    def foresee(idents: list[str]) -> None:
        kept.foresee(idents)
        if not changed:
            changed.append(stories[0].pk)
            stories[0].title = "Otherwise"
            stories[0].save_revision().publish()

    public.register_kind(kind, public.Imposition(kept.place, foresee))
    try:
        press_everything()
    finally:
        public.register_kind(kind, kept)
    assert changed
    entry = edition().entry(f"page:{stories[0].pk}")
    assert entry is not None
    assert b"Otherwise" in edition().open_blob(entry.digest).read()


def test_what_a_sheet_was_loaded_with_is_forgotten_with_it(
    paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(12):
        paper.story(f"Story {number}", f"story-{number}", topics=[paper.floods])
    monkeypatch.setattr(batch, "SHEET", 4)
    kind, kept = public.kinds()["page"], public.impositions()["page"]
    remembered: list[int] = []

    def foresee(idents: list[str]) -> None:
        remembered.append(len(reads._answers.get() or ()))
        kept.foresee(idents)

    public.register_kind(kind, public.Imposition(kept.place, foresee))
    try:
        press_everything()
    finally:
        public.register_kind(kind, kept)
    assert len(remembered) >= 6
    assert len(set(remembered[3:])) == 1, remembered
