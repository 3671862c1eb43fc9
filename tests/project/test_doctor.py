"""What `broadsheet check` finds at the desk, each thing with its mend."""

from __future__ import annotations

import datetime as dt

from django.conf import settings

from broadsheet.kit import clock
from broadsheet.newsroom.actions.stories import write_story
from broadsheet.project import doctor_desk
from broadsheet.project.doctor import Finding
from paper import Paper


def look() -> list[Finding]:
    return list(dict(doctor_desk.looks(settings.BROADSHEET))["schedule"]())


def schedule(paper: Paper, headline: str, slug: str, hour: dt.datetime) -> None:
    story = write_story(section=paper.city, draft=paper.draft(headline, slug), by="test")
    story.go_live_at = hour
    story.save_revision(approved_go_live_at=hour)
    story.save()


def test_schedule_that_is_kept_is_well(paper: Paper) -> None:
    schedule(paper, "At noon", "at-noon", clock.now() + dt.timedelta(hours=1))
    schedule(paper, "Just now", "just-now", clock.now() - dt.timedelta(seconds=20))
    (finding,) = look()
    assert (finding.level, finding.message) == ("ok", "2 pages wait for their hour, none is late")


def test_schedule_that_is_overdue_is_a_problem_with_its_mend(paper: Paper) -> None:
    hour = clock.now() - dt.timedelta(minutes=5)
    schedule(paper, "At ten", "at-ten", hour)
    story = paper.story("Offer", "offer")
    story.expire_at = hour
    story.save()
    publish, withdraw = look()
    zone = clock.newsroom_zone()
    assert publish.level == withdraw.level == "problem"
    assert (
        publish.message == f"“At ten” should be public since {hour.astimezone(zone):%Y-%m-%d %H:%M}"
    )
    assert withdraw.message.startswith("“Offer” should be withdrawn since")
    assert "publish it" in publish.mend
    assert "unpublish it" in withdraw.mend


def test_schedule_with_many_overdue_lists_the_oldest_and_counts_the_rest(paper: Paper) -> None:
    for number in range(13):
        hour = clock.now() - dt.timedelta(minutes=30 - number)
        schedule(paper, f"Story {number}", f"story-{number}", hour)
    found = look()
    assert len(found) == 11
    assert "Story 0" in found[0].message
    assert found[-1].message == "3 more pages are late"
