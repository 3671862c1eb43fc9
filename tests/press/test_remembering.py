"""What the press remembers from one publication to the next (decision 0011): cheaper, and never old."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page

from broadsheet.kit.memory import Memory
from broadsheet.newsroom.actions.registers import create_section
from broadsheet.newsroom.actions.stories import publish_page, withdraw_page, write_static_page
from broadsheet.newsroom.models import Article
from broadsheet.press import queries
from broadsheet.press.actions import check_edition, press_everything, press_pending
from broadsheet.press.edition import lock
from broadsheet.press.queries import edition
from paper import Paper

pytestmark = pytest.mark.usefixtures("beginning")

LONG_AGO = dt.datetime(2019, 3, 4, tzinfo=dt.UTC)


def shown(path: str) -> str:
    entry = edition().find(path)
    assert entry is not None, path
    with edition().open_blob(entry.digest, "identity") as body:
        return body.read().decode()


def rename(story: Article, headline: str) -> None:
    story = Article.objects.get(pk=story.pk)
    story.title = headline
    story.save_revision().publish()


def queries_of_a_publication(paper: Paper, slug: str) -> int:
    paper.story(slug.title(), slug, topics=[paper.floods])
    with CaptureQueriesContext(connection) as asked:
        press_pending()
    return len(asked)


def test_publication_asks_no_more_in_a_larger_archive(paper: Paper) -> None:
    for number in range(3):
        paper.story(f"Story {number}", f"story-{number}", topics=[paper.floods])
    press_everything()
    queries_of_a_publication(paper, "first")
    small = queries_of_a_publication(paper, "second")
    for number in range(30):
        paper.story(
            f"Older {number}",
            f"older-{number}",
            topics=[paper.floods],
            on=LONG_AGO + dt.timedelta(days=20 * number),
        )
    press_pending()
    queries_of_a_publication(paper, "third")
    assert queries_of_a_publication(paper, "fourth") <= small
    assert check_edition() == []


def test_what_another_process_pressed_is_not_remembered_wrongly(
    paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = paper.story("River rises", "one")
    press_everything()
    paper.story("Bridge shut", "two")
    press_pending()
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(lock, "_US", "another process")
        its_own = Memory(100)
        elsewhere.setattr(queries, "_memory", lambda _directory: its_own)
        rename(one, "River falls")
        press_pending()
    paper.story("Vote tonight", "three")
    press_pending()
    assert "River falls" in shown("/")
    assert check_edition() == []


def test_process_that_pressed_last_goes_on_remembering(
    paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    press_everything()
    paper.story("River rises", "one")
    press_pending()
    assert len(queries.memory()) > 0
    with queries.edition().directory.joinpath("press.lock").open("rb") as file:
        mine = file.read()
    press_pending()
    assert len(queries.memory()) > 0
    with lock.locked(edition().directory, 1) as is_still_ours:
        assert is_still_ours
    monkeypatch.setattr(lock, "_US", "another process")
    with lock.locked(edition().directory, 1) as is_still_ours:
        assert not is_still_ours
    assert queries.edition().directory.joinpath("press.lock").read_bytes() != mine


def test_archive_knows_a_month_that_an_old_story_brings_or_takes(paper: Paper) -> None:
    paper.story("Now", "now")
    press_everything()
    paper.story("Then", "then")
    press_pending()
    assert "/2019/03/" not in shown("/")
    old = paper.story("Long ago", "long-ago", on=LONG_AGO)
    press_pending()
    assert "/2019/03/" in shown("/")
    older = paper.story("Longer ago", "longer-ago", on=LONG_AGO.replace(year=2018))
    press_pending()
    assert "/2018/03/" in shown("/")
    for story, month in ((old, "/2019/03/"), (older, "/2018/03/")):
        withdraw_page(page=Article.objects.get(pk=story.pk), by="test")
        press_pending()
        assert month not in shown("/")
    assert check_edition() == []


def test_stories_keep_their_section_when_its_neighbours_move(paper: Paper) -> None:
    inner = create_section(parent=paper.city, title="Locks", slug="locks", by="test")
    paper.story("Within", "within", section=inner)
    paper.story("Beside", "beside", section=paper.river)
    about = write_static_page(parent=paper.front, title="About", slug="about", body=[], by="test")
    publish_page(page=about, by="test")
    press_everything()
    paper.story("Before", "before")
    press_pending()
    first = Page.objects.get(pk=paper.city.pk)
    Page.objects.get(pk=about.pk).move(first, pos="left")
    press_pending()
    Page.objects.get(pk=paper.river.pk).move(Page.objects.get(pk=paper.city.pk), pos="left")
    paper.story("After", "after", section=inner)
    press_pending()
    assert check_edition() == []
