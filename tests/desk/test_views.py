"""The desk's first screen and its list of stories, as staff of each role see them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings
from wagtail.models import GroupPagePermission, Page

from broadsheet.kit import clock
from broadsheet.newsroom.actions.stories import write_story
from broadsheet.newsroom.models import Article
from broadsheet.press.actions import press_pending
from broadsheet.readers.actions import create_account
from broadsheet.readers.models import User
from paper import Paper

PASSWORD = "a long and winding password"


def sign_in(client: Client, role: str) -> User:
    user = create_account(email=f"{role}@ledger.example", password=PASSWORD, role=role, by="test")
    client.force_login(user)
    return user


def home(client: Client) -> str:
    answer = client.get("/desk/")
    assert answer.status_code == 200
    return answer.content.decode()


def draft(paper: Paper, headline: str, slug: str) -> Article:
    story = write_story(section=paper.river, draft=paper.draft(headline, slug), by="test")
    return Article.objects.get(pk=story.pk)


def schedule(paper: Paper, headline: str, slug: str, hour: dt.datetime) -> Article:
    story = draft(paper, headline, slug)
    story.go_live_at = hour
    story.save_revision(approved_go_live_at=hour)
    story.save()
    return story


def panel(page: str, name: str) -> str:
    """The markup of one panel; empty where it is not shown."""
    found = re.search(rf'<section[^>]*id="{name}-section".*?</section>', page, re.DOTALL)
    return found.group() if found else ""


@pytest.mark.django_db
def test_sign_in_page_names_the_newsroom(client: Client) -> None:
    page = client.get("/desk/login/").content.decode()
    assert "Sign in to The Test Ledger" in page
    assert "<title>Sign in - The Test Ledger</title>" in page


@pytest.mark.django_db
def test_home_without_sign_in_leads_to_it(client: Client) -> None:
    answer = client.get("/desk/stories/")
    assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (
        302,
        "/desk/login/",
    )


def test_home_shows_where_to_write_what_waits_and_what_was_published(
    paper: Paper, client: Client
) -> None:
    sign_in(client, "editor")
    paper.story("On the site", "on-the-site")
    draft(paper, "In the drawer", "in-the-drawer")
    schedule(paper, "At dawn", "at-dawn", clock.now() + dt.timedelta(hours=5))
    page = home(client)
    assert f"/desk/pages/add/newsroom/article/{paper.city.pk}/" in panel(page, "write")
    names = ("scheduled", "drafts", "published")
    shown = {name: re.findall(r'/edit/">([^<]+)<', panel(page, name)) for name in names}
    assert shown == {
        "scheduled": ["At dawn"],
        "drafts": ["In the drawer"],
        "published": ["On the site"],
    }
    assert "River" in panel(page, "drafts")


def test_home_of_a_section_reporter_shows_that_section_only(paper: Paper, client: Client) -> None:
    user = sign_in(client, "reporter")
    group = user.groups.get()
    GroupPagePermission.objects.filter(group=group).update(page=Page.objects.get(pk=paper.river.pk))
    paper.story("City's own", "citys-own")
    draft(paper, "The river's draft", "rivers-draft")
    page = home(client)
    assert f"/article/{paper.river.pk}/" in panel(page, "write")
    assert f"/article/{paper.city.pk}/" not in panel(page, "write")
    assert "City&#x27;s own" not in page
    assert panel(page, "published") == ""


def test_home_says_when_readers_do_not_see_the_latest(paper: Paper, client: Client) -> None:
    sign_in(client, "editor")
    paper.story("Waiting", "waiting")
    assert "do not see the latest changes" not in home(client)
    from broadsheet.kit.models import Change

    Change.objects.update(at=clock.now() - dt.timedelta(minutes=2))
    assert "do not see the latest changes" in home(client)
    press_pending()
    assert "do not see the latest changes" not in home(client)


def test_home_says_when_a_scheduled_story_is_late(paper: Paper, client: Client) -> None:
    sign_in(client, "editor")
    schedule(paper, "At noon", "at-noon", clock.now() - dt.timedelta(seconds=5))
    assert "scheduled story is late" not in home(client)
    schedule(paper, "At ten", "at-ten", clock.now() - dt.timedelta(minutes=5))
    assert "A scheduled story is late" in home(client)


def test_home_asks_as_much_for_three_stories_as_for_one(
    paper: Paper, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    sign_in(client, "editor")

    def fill(name: str) -> None:
        paper.story(name, f"live-{name}")
        draft(paper, name, f"draft-{name}")
        schedule(paper, name, f"later-{name}", clock.now() + dt.timedelta(hours=1))

    fill("one")
    home(client)
    with django_assert_max_num_queries(1000) as first:
        home(client)
    for name in ("two", "three"):
        fill(name)
    with django_assert_max_num_queries(len(first.captured_queries)):
        home(client)


def test_home_asks_once_what_waits_for_its_hour(
    paper: Paper, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    sign_in(client, "editor")
    with django_assert_max_num_queries(1000) as asked:
        home(client)
    hours = [
        one for one in asked.captured_queries if 'approved_go_live_at" IS NOT NULL' in one["sql"]
    ]
    assert len(hours) == 1


def test_help_at_the_desk_is_not_wagtails(paper: Paper, client: Client) -> None:
    sign_in(client, "editor")
    page = home(client)
    assert "Keyboard shortcuts" in page
    for name in ("editor-guide", "whats-new"):
        assert f'"name": "{name}' not in page


def test_stories_of_all_sections_are_listed_and_filtered(paper: Paper, client: Client) -> None:
    sign_in(client, "editor")
    paper.story("A city story", "city-story", topics=[paper.floods])
    paper.story("A river story", "river-story", section=paper.river, bylines=[paper.bo])

    def listed(query: str = "") -> set[str]:
        answer = client.get(f"/desk/stories/{query}")
        assert answer.status_code == 200
        page = answer.content.decode()
        return {name for name in ("A city story", "A river story") if name in page}

    assert listed() == {"A city story", "A river story"}
    assert listed(f"?section={paper.river.pk}") == {"A river story"}
    assert listed(f"?author={paper.ann.pk}") == {"A city story"}
    assert listed(f"?topics={paper.floods.pk}") == {"A city story"}
    assert "Stories" in client.get("/desk/stories/").content.decode()


@pytest.mark.django_db
def test_sign_in_is_slowed_for_who_guesses_and_for_nobody_else(
    client: Client, settings: Settings
) -> None:
    settings.BROADSHEET = dataclasses.replace(settings.BROADSHEET, behind_proxy=True)
    cache.clear()
    create_account(email="ann@ledger.example", password=PASSWORD, role="editor", by="test")

    def attempt(password: str, came_by: str) -> tuple[int, bool]:
        answer = client.post(
            "/desk/login/",
            {"username": "ann@ledger.example", "password": password},
            headers={"X-Forwarded-For": came_by},
        )
        return answer.status_code, b"Try again in five minutes" in answer.content

    wrong = [attempt("a guess", f"203.0.113.{n}, 2001:db8::{n}") for n in range(12)]
    assert wrong == [(200, False)] * 10 + [(200, True)] * 2
    assert attempt(PASSWORD, "2001:db8::ffff") == (200, True)
    assert attempt(PASSWORD, "2001:db8:0:1::1") == (302, False)
