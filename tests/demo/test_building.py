"""The demo newsroom as it is built: complete, linked, dated back, and untouched by a second run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.contrib.auth import authenticate
from django.db import transaction
from django.db.models import Sum
from django.test import override_settings
from pytest_django import DjangoDbBlocker
from wagtail.models import Page, Revision

from broadsheet.demo.actions import DemoNewsroom, build_newsroom
from broadsheet.funding.choices import DonationState, Phase
from broadsheet.funding.models import Campaign, Donation, LedgerEntry, LedgerTransaction
from broadsheet.kit.models import AuditEntry
from broadsheet.newsroom.actions.founding import found_newsroom
from broadsheet.newsroom.models import Article, Author, FrontPage, Picture, StaticPage, Topic

pytestmark = pytest.mark.xdist_group("demo building")

NOW = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)


class Killed(Exception):
    """Stands for a kill in the middle of the work."""


def die_at_the_second_edition(step: str) -> None:
    if "فانوس" in step:
        raise Killed


@pytest.fixture(scope="module")
def shared(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[DemoNewsroom]:
    """A demo newsroom whose making was broken off once; drawn and written once for this module."""
    folder = tmp_path_factory.mktemp("newsroom")
    places = override_settings(MEDIA_ROOT=folder / "media", DATA_DIR=folder)
    case = transaction.atomic()
    case._from_testcase = True  # as Django's own test cases mark theirs
    with django_db_blocker.unblock(), places, case:
        found_newsroom(
            name="The Lantern", languages=["en", "ar"], base_url="http://testserver", by="test"
        )
        with pytest.raises(Killed):
            build_newsroom(say=die_at_the_second_edition, now=NOW)
        Article.objects.get(slug="tram-costs-warning").unpublish()
        yield build_newsroom(say=[].append, now=NOW)
        transaction.set_rollback(True)


@pytest.fixture
def built(shared: DemoNewsroom, db: None) -> DemoNewsroom:
    return shared


def rows() -> list[int]:
    return [
        model.objects.count()
        for model in (Page, Revision, Author, Topic, Picture, Donation, AuditEntry)
    ]


def test_build_newsroom_makes_it_and_a_second_time_changes_nothing(built: DemoNewsroom) -> None:
    assert Article.objects.filter(live=True, locale__language_code="en").count() >= 32
    assert Article.objects.filter(live=True, locale__language_code="ar").count() >= 8
    assert StaticPage.objects.filter(live=True).count() == 12
    assert not Page.objects.filter(depth__gt=1, live=False).exists()
    assert list(FrontPage.objects.values_list("title", flat=True)) == [
        "The Larkenford Lantern",
        "فانوس لاركنفورد",
    ]
    before = rows()
    assert build_newsroom(say=[].append, now=NOW + dt.timedelta(days=3)) == built
    assert rows() == before


def test_build_newsroom_dates_stories_back_from_now(built: DemoNewsroom) -> None:
    dated = Article.objects.order_by("-first_published_at")
    newest, oldest = dated.first(), dated.last()
    assert newest
    assert oldest
    assert NOW - dt.timedelta(hours=1) <= newest.first_published_at < NOW
    assert oldest.first_published_at < NOW - dt.timedelta(days=28)
    untouched = dated.exclude(slug="tram-costs-warning")
    assert all(story.last_published_at == story.first_published_at for story in untouched)
    assert newest.address == "/2026/11/tram-costs-warning/"


def test_build_newsroom_links_stories_translations_and_people(built: DemoNewsroom) -> None:
    story = Article.objects.get(slug="tram-costs-warning", locale__language_code="en")
    assert [byline.name for byline in story.bylines.all()] == [
        "Callum Peverel",
        "Hana Verrell",
        "Gideon Abara",
    ]
    budget = Article.objects.get(slug="budget-gap-explained")
    assert f'<a linktype="page" id="{budget.pk}">' in str(story.body.raw_data)
    arabic = Article.objects.get(slug="night-clinic-closes", locale__language_code="ar")
    assert arabic.get_translation(budget.locale).slug == "night-clinic-closes"
    sami = arabic.bylines.get().author
    assert sami
    assert (sami.name, sami.portrait is None) == ("سامي قنديل", False)
    guests = Article.objects.filter(bylines__guest__gt="").values_list("slug", flat=True)
    assert set(guests) == {"give-the-river-room", "a-drivers-view-of-the-night"}


def test_build_newsroom_broken_off_and_run_again_is_complete(built: DemoNewsroom) -> None:
    assert not Page.objects.filter(depth__gt=1, live=False).exists()
    assert Article.objects.filter(slug="tram-costs-warning").count() == 1
    assert Article.objects.count() == Article.objects.exclude(body=[]).count()


def test_build_newsroom_campaign_has_its_gifts_and_the_ledger_balances(
    built: DemoNewsroom,
) -> None:
    campaign = Campaign.objects.get()
    assert built["campaign"] == f"/campaigns/{campaign.slug}/"
    assert {words.language for words in campaign.texts.all()} == {"en", "ar"}
    assert (campaign.goal_minor, campaign.phase) == (1_000_000, Phase.OPEN)
    assert (campaign.total.gifts_minor, campaign.total.gifts) == (671_000, 200)
    assert Donation.objects.filter(state=DonationState.SETTLED).count() == 200
    assert LedgerEntry.objects.aggregate(sum=Sum("minor"))["sum"] == 0
    booked = LedgerTransaction.objects.order_by("occurred_at")
    assert booked[0].occurred_at < NOW - dt.timedelta(days=30)
    assert booked[199].occurred_at < NOW


def test_build_newsroom_editor_can_sign_in(built: DemoNewsroom) -> None:
    editor = authenticate(username=built["email"], password=built["password"])
    assert editor
    assert editor.has_perm("wagtailadmin.access_admin")
    assert built["password"].startswith("demo-editor-")
    assert settings.SECRET_KEY not in built["password"]
