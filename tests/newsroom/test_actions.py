"""Founding, registers, pictures and the schedule."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import time_machine
from django.contrib.auth.models import Group
from wagtail.models import Page, Revision, Site

from broadsheet.kit.models import AuditEntry
from broadsheet.newsroom.actions.founding import found_newsroom
from broadsheet.newsroom.actions.registers import add_picture, create_author
from broadsheet.newsroom.actions.schedules import publish_due
from broadsheet.newsroom.actions.stories import publish_page, withdraw_page, write_story
from broadsheet.newsroom.errors import AlreadyFounded, BadPicture
from broadsheet.newsroom.models import Article
from paper import Paper

pytestmark = pytest.mark.usefixtures("beginning")

NOW = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)


def test_found_newsroom_twice_is_refused_and_changes_nothing(paper: Paper) -> None:
    pages = Page.objects.count()
    with pytest.raises(AlreadyFounded):
        found_newsroom(name="Again", languages=["en"], base_url="http://x", by="test")
    assert Page.objects.count() == pages


def test_found_newsroom_leaves_front_pages_roles_and_no_welcome_page(paper: Paper) -> None:
    assert [p.slug for p in Page.objects.filter(depth=2)] == ["front-en", "front-ar"]
    groups = {group.name for group in Group.objects.all()}
    assert groups >= {"Editors", "Reporters"}
    assert "Moderators" not in groups
    assert Site.objects.get().root_page.pk == paper.front.pk
    assert paper.arabic_front.translation_key == paper.front.translation_key


def test_create_author_with_a_taken_slug_gets_a_number(paper: Paper) -> None:
    assert create_author(name="Ann Bell", locale=paper.english, by="test").slug == "ann-bell-2"


def test_add_picture_that_is_none_is_refused(paper: Paper, tmp_path: Path) -> None:
    file = tmp_path / "note.jpg"
    file.write_text("not a picture")
    with pytest.raises(BadPicture, match=r"note\.jpg cannot be read"):
        add_picture(file=file, title="x", by="test")


def test_withdraw_page_keeps_the_text_and_leaves_an_audit_line(paper: Paper) -> None:
    story = paper.story()
    withdraw_page(page=story, by="test")
    kept = Article.objects.get(pk=story.pk)
    assert (kept.live, kept.body[0].value.source) == (False, "<p>The bridge is closed.</p>")
    assert AuditEntry.objects.filter(action="page.withdrawn").count() == 1


def schedule(paper: Paper, slug: str, at: dt.datetime) -> Article:
    story = write_story(section=paper.city, draft=paper.draft(slug, slug), by="test")
    story.go_live_at = at
    story.save_revision()
    publish_page(page=story, by="test")
    return story


def test_publish_due_at_its_time_publishes_and_reports_lateness(paper: Paper) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        story = schedule(paper, "soon", NOW + dt.timedelta(minutes=5))
        assert publish_due() == []
        clock.shift(dt.timedelta(minutes=7))
        (due,) = publish_due()
        assert (due.key, due.late, due.error) == (f"page:{story.pk}", dt.timedelta(minutes=2), "")
        assert publish_due() == []
    assert Article.objects.get(pk=story.pk).address == "/2026/11/soon/"


def test_publish_due_with_one_that_fails_publishes_the_others_and_keeps_its_schedule(
    paper: Paper,
) -> None:
    """Stock `publish_scheduled` loses the first one's schedule here and publishes neither."""
    with time_machine.travel(NOW, tick=False) as clock:
        first = schedule(paper, "first", NOW + dt.timedelta(minutes=1))
        second = schedule(paper, "second", NOW + dt.timedelta(minutes=2))
        Page.objects.filter(pk=first.pk).update(slug="moved-away")
        thief = paper.story("Thief", "first")
        clock.shift(dt.timedelta(minutes=3))
        by_key = {due.key: due for due in publish_due()}
        assert "ValidationError" in by_key[f"page:{first.pk}"].error
        assert by_key[f"page:{second.pk}"].error == ""
        assert Article.objects.get(pk=second.pk).live
        assert not Article.objects.get(pk=first.pk).live
        assert Revision.objects.filter(
            object_id=str(first.pk), approved_go_live_at__isnull=False
        ).exists()
        thief.delete()
        assert [due.error for due in publish_due()] == [""]
    assert Article.objects.get(pk=first.pk).live


def test_publish_due_after_its_end_withdraws(paper: Paper) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        story = paper.story()
        story.expire_at = NOW + dt.timedelta(hours=1)
        story.save_revision().publish()
        assert publish_due() == []
        clock.shift(dt.timedelta(hours=2))
        assert [due.key for due in publish_due()] == [f"page:{story.pk}"]
    assert not Article.objects.get(pk=story.pk).live
