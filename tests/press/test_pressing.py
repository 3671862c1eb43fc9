"""Pressing through its actions: what fails and heals, what was withdrawn, runs that are interrupted."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.db import OperationalError, connection, transaction
from PIL import Image
from pytest_django import Settings
from wagtail.models import Page

from broadsheet.kit import public
from broadsheet.kit.changes import mark
from broadsheet.kit.models import Change
from broadsheet.kit.public import Document, Kind
from broadsheet.kit.reads import reading
from broadsheet.newsroom.actions.registers import create_section
from broadsheet.newsroom.actions.stories import publish_page, withdraw_page, write_static_page
from broadsheet.newsroom.models import Article, Byline, FrontPage, SectionPage
from broadsheet.press.actions import (
    batch,
    check_edition,
    press_everything,
    press_failed,
    press_pending,
)
from broadsheet.press.models import Failure
from broadsheet.press.queries import edition
from links import dead_links
from paper import Paper
from plans import looked_through, questions

pytestmark = pytest.mark.usefixtures("beginning")


class Faulty:
    """A kind that raises for some documents, as long as it is in the registry."""

    def __init__(self, kind: public.Kind, error: Exception, after: int = 0) -> None:
        self.kind, self.error, self.left = kind, error, after
        self.name = kind.name

    def __getattr__(self, name: str) -> object:
        return getattr(self.kind, name)

    def render(self, ident: str) -> Document | None:
        if self.left <= 0:
            raise self.error
        self.left -= 1
        return self.kind.render(ident)


class Busy(Faulty):
    """A kind during whose renders somebody else changes what they show, unless the newsroom stands still."""

    def render(self, ident: str) -> Document | None:
        self.left -= 1
        if self.left < 0:
            pytest.fail("The press waits for a quiet moment that never comes.")
        if len(connection.savepoint_ids) == 0:
            with reading():
                Change.objects.create(key=f"page:{ident}")
        return self.kind.render(ident)


@contextmanager
def faulty(name: str, error: Exception, after: int = 0) -> Iterator[None]:
    kind = public.kinds()[name]
    with standing_in(Faulty(kind, error, after)):
        yield


@contextmanager
def standing_in(other: Kind) -> Iterator[None]:
    """Have a kind in the place of the one of its name; its documents are rendered one by one."""
    kind, imposition = public.kinds()[other.name], public.impositions().get(other.name)
    public.register_kind(other)
    try:
        yield
    finally:
        public.register_kind(kind, imposition)


def status(path: str | None) -> int | None:
    entry = edition().find(path or "")
    return entry.status if entry else None


def test_story_that_cannot_be_rendered_is_new_and_its_address_says_so(paper: Paper) -> None:
    press_pending()
    story = paper.story("New", "new")
    with faulty("page", RuntimeError("a broken theme")):
        press_pending()
    assert status(story.address) == 503
    assert dead_links() == []
    assert Failure.objects.filter(resource=f"page:{story.pk}").exists()
    press_failed()
    assert status(story.address) == 200
    assert not Failure.objects.exists()
    assert check_edition() == []


def test_publication_looks_through_no_table_that_grows_with_the_archive(paper: Paper) -> None:
    paper.story("One", "one")
    press_pending()
    paper.story("Two", "two", topics=[paper.floods])
    with questions() as asked:
        press_pending()
    assert len(dict(asked)) > 20
    assert looked_through(asked, (Page, Article, Byline, Article.topics.through)) == []


def test_story_that_moves_while_it_cannot_be_rendered_is_forwarded_when_it_can(
    paper: Paper,
) -> None:
    story = paper.story("One", "one")
    press_pending()
    story.slug = "uno"
    story.save_revision().publish()
    with faulty("page", RuntimeError("a broken theme")):
        press_pending()
    assert status("/".join([*(story.address or "").split("/")[:3], "one", ""])) == 200
    press_failed()
    assert check_edition() == []
    assert dead_links() == []


def test_database_that_goes_away_presses_nothing_and_blames_no_document(paper: Paper) -> None:
    press_pending()
    number = edition().number
    paper.story("New", "new")
    with faulty("page", OperationalError("the server went away")), pytest.raises(OperationalError):
        press_pending()
    assert (edition().number, Failure.objects.count()) == (number, 0)
    press_pending()
    assert check_edition() == []


def test_picture_that_the_machine_cannot_make_holds_the_story_back(
    paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    press_pending()
    story = paper.story("One", "one", picture=paper.picture())

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Image.Image, "save", full)
        press_pending()
    assert status(story.address) == 503
    press_failed()
    entry = edition().find(story.address or "")
    assert entry is not None
    with edition().open_blob(entry.digest) as blob:
        assert b"<picture>" in blob.read()


def test_deleted_story_is_gone_and_its_address_free_for_another(paper: Paper) -> None:
    story = paper.story("One", "one")
    press_pending()
    story.delete()
    press_pending()
    assert status(story.address) == 410
    assert check_edition() == []
    other = paper.story("One again", "one")
    press_pending()
    assert (other.address, status(story.address)) == (story.address, 200)
    assert check_edition() == []


def test_edition_that_closes_and_opens_again_takes_all_that_led_there_with_it(paper: Paper) -> None:
    english = paper.story("One", "one")
    section = create_section(parent=paper.arabic_front, title="س", slug="s", by="test")
    arabic = paper.story("حريق", "fire", section=section, bylines=[], translation_of=english)
    link = f'<p><a linktype="page" id="{arabic.pk}">there</a></p>'
    paper.story("Linking", "linking", body=[("paragraph", link)])
    press_pending()
    withdraw_page(page=paper.arabic_front, by="test")
    press_pending()
    assert status(arabic.address) == 410
    assert check_edition() == []
    assert dead_links() == []
    publish_page(page=FrontPage.objects.get(pk=paper.arabic_front.pk), by="test")
    press_pending()
    assert status(arabic.address) == 200
    assert check_edition() == []
    assert dead_links() == []


def test_setting_that_changes_renders_everything_anew(paper: Paper, settings: Settings) -> None:
    paper.story()
    press_pending()
    settings.BROADSHEET = replace(settings.BROADSHEET, currency="JPY")
    press_pending()
    assert check_edition() == []


def test_more_changes_than_a_statement_can_name_are_taken(paper: Paper) -> None:
    if connection.vendor == "sqlite":  # PostgreSQL takes 65,535, SQLite as many as it was built for
        connection.connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 65_535)
    Change.objects.bulk_create([Change(key="nothing:1")] * 70_000, batch_size=10_000)
    press_pending()
    assert not Change.objects.exists()


class Meddling(Faulty):
    """A kind during whose rendering an editor renames a section, once."""

    def __init__(self, kind: public.Kind, section: SectionPage) -> None:
        super().__init__(kind, RuntimeError(), after=1)
        self.section = section

    def render(self, ident: str) -> Document | None:
        document = self.kind.render(ident)
        if self.left:
            self.left = 0
            with reading(), transaction.atomic():
                Page.objects.filter(pk=self.section.pk).update(title="Renamed meanwhile")
                mark(f"page:{self.section.pk}")
        return document


@pytest.mark.parametrize("press", [press_everything, press_pending])
def test_section_renamed_while_pages_are_rendered_is_on_all_of_them(
    paper: Paper, press: Callable[[], object]
) -> None:
    for number in range(3):
        paper.story(f"Story {number}", f"story-{number}")
    kind = public.kinds()["page"]
    press_pending()
    paper.story("Newest", "newest")
    with standing_in(Meddling(kind, SectionPage.objects.get(pk=paper.city.pk))):
        press()
    assert check_edition() == []
    entry = edition().find("/")
    assert entry is not None
    with edition().open_blob(entry.digest) as blob:
        assert b"Renamed meanwhile" in blob.read()


def test_full_run_that_is_interrupted_is_taken_up_where_it_was(
    paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "SHEET", 2)
    for number in range(6):
        paper.story(f"Story {number}", f"story-{number}")
    press_pending()
    with faulty("page", OperationalError("killed"), after=4), pytest.raises(OperationalError):
        press_everything()
    assert edition().is_underway()
    whole = press_everything()
    assert not edition().is_underway()
    with faulty("page", OperationalError("killed"), after=4), pytest.raises(OperationalError):
        press_everything()
    again = press_everything()
    assert again.renders == whole.renders < press_everything().renders
    assert check_edition() == []


def test_full_run_that_is_interrupted_is_not_taken_up_after_a_publication(paper: Paper) -> None:
    story = paper.story("One", "one")
    press_pending()
    with faulty("topic", OperationalError("killed")), pytest.raises(OperationalError):
        press_everything()
    story.title = "Two"
    story.save_revision().publish()
    press_pending()
    assert not edition().is_underway()
    press_everything()
    assert check_edition() == []


def test_full_run_of_other_software_is_not_taken_up(paper: Paper, settings: Settings) -> None:
    paper.story("One", "one")
    press_pending()
    with faulty("topic", OperationalError("killed")), pytest.raises(OperationalError):
        press_everything()
    settings.BROADSHEET = replace(settings.BROADSHEET, currency="JPY")
    press_pending()
    assert check_edition() == []


def test_incoming_files_of_an_interrupted_run_survive_clearing_out(paper: Paper) -> None:
    paper.story("One", "one")
    with faulty("topic", OperationalError("killed")), pytest.raises(OperationalError):
        press_everything()
    edition().gc(keep=1, grace=-1)
    press_everything()
    assert list(edition().verify()) == []


def test_address_that_a_document_gave_way_at_is_its_own_when_the_other_leaves(paper: Paper) -> None:
    """An import may bring a page to where another document stands; no order of events decides who is seen."""
    about = write_static_page(parent=paper.front, title="About", slug="about", body=[], by="test")
    publish_page(page=about, by="test")
    topic = paper.floods
    connection.cursor().execute("UPDATE newsroom_topic SET slug = 'x' WHERE id = %s", [topic.pk])
    topics = write_static_page(parent=paper.front, title="T", slug="t", body=[], by="test")
    page = write_static_page(parent=topics, title="X", slug="x", body=[], by="test")
    topics.slug = "topics"
    for one in (topics, page):
        type(one).objects.filter(pk=one.pk).update(live=True)
    type(topics).objects.filter(pk=topics.pk).update(slug="topics", url_path="/front-en/topics/")
    type(page).objects.filter(pk=page.pk).update(url_path="/front-en/topics/x/")
    Change.objects.create(key=f"page:{page.pk}")
    Change.objects.create(key=f"newsroom.topic:{topic.pk}")
    press_pending()
    entry = edition().find("/topics/x/")
    assert entry is not None
    assert entry.resource == f"page:{page.pk}"
    page.refresh_from_db()
    page.delete()
    press_pending()
    entry = edition().find("/topics/x/")
    assert entry is not None
    assert entry.resource == f"topic:{topic.pk}"
    assert check_edition() == []


def test_section_named_by_a_number_is_refused(paper: Paper) -> None:
    with pytest.raises(ValidationError, match="needed by the site itself"):
        create_section(parent=paper.city, title="2026", slug="2026", by="test")


def test_front_page_for_a_language_that_has_one_is_refused(paper: Paper) -> None:
    other = FrontPage(title="Other", slug="other", locale=paper.english)
    with pytest.raises(ValidationError, match="has its front page already"):
        paper.front.get_parent().add_child(instance=other)


def test_copied_story_keeps_its_own_address_when_the_original_moves(
    paper: Paper, tmp_path: Path
) -> None:
    story = paper.story("One", "one")
    copied = story.copy(to=paper.river, keep_live=True)
    copied = Article.objects.get(pk=copied.pk)
    assert (copied.slug, copied.live) == ("one-2", True)
    story.slug = "uno"
    story.save_revision().publish()
    press_pending()
    assert status(copied.address) == 200
    assert check_edition() == []


def test_newsroom_that_never_rests_reaches_its_readers(paper: Paper) -> None:
    story = paper.story()
    press_pending()
    story.title = "Bridge opens"
    story.save_revision().publish()
    kind = public.kinds()["page"]
    with standing_in(Busy(kind, AssertionError(), after=30)):
        assert press_pending().step is not None
    assert not Change.objects.exists()
    assert (
        "Bridge opens" in edition().open_blob(edition().find(story.address).digest).read().decode()
    )
    assert check_edition() == []
