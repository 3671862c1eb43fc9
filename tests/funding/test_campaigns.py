"""Campaigns in time (T1): instants in the newsroom's zone, gifts at the edge, pages that turn by the clock."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

import pytest
import time_machine

from broadsheet.funding import tasks
from broadsheet.funding.actions import (
    change_campaign,
    create_campaign,
    merge_supporters,
    take_apart,
    turn_phase,
)
from broadsheet.funding.actions.campaigns import Words
from broadsheet.funding.errors import BadAmount, BadCampaign, NotTaken
from broadsheet.funding.models import Campaign, Supporter
from broadsheet.funding.queries import campaign_view
from broadsheet.funding.views.kinds import campaign_document, meter_document
from broadsheet.kit import clock
from broadsheet.kit.models import Change
from broadsheet.kit.money import Money
from broadsheet.readers.models import User
from funding.test_sponsoring import refund as give_back
from funding.test_staff import MONEY, press, seen, staff
from stage import PAID, Stage

NEW_YORK = ZoneInfo("America/New_York")
WORDS = {"en": Words("Floods", "Boats.")}
DAY = dt.timedelta(days=1)


def at(*when: int, zone: str = "America/New_York", fold: int = 0) -> dt.datetime:
    return dt.datetime(*when, tzinfo=ZoneInfo(zone), fold=fold)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("ends", "instant"),
    [
        (at(2026, 12, 31, 23, 59), "2027-01-01T04:59"),
        (at(2027, 3, 14, 2, 30), "2027-03-14T07:30"),  # an hour that is not: clocks go forward
        (at(2026, 11, 1, 1, 30), "2026-11-01T05:30"),  # an hour that comes twice: the first
        (at(2026, 11, 1, 1, 30, fold=1), "2026-11-01T06:30"),
        (at(2027, 1, 1, 0, 0, zone="Pacific/Kiritimati"), "2026-12-31T10:00"),  # UTC+14
        (at(2027, 1, 1, 0, 0, zone="Etc/GMT+12"), "2027-01-01T12:00"),  # UTC-12
    ],
)
def test_t1_deadline_is_one_instant_for_every_supporter(
    stage: Stage, ends: dt.datetime, instant: str
) -> None:
    exact = dt.datetime.fromisoformat(f"{instant}:00+00:00")
    campaign = stage.campaign(starts_at=exact - 10 * DAY, ends_at=ends)
    campaign.refresh_from_db()
    assert campaign.ends_at == exact
    with time_machine.travel(exact - dt.timedelta(seconds=1), tick=False):
        stage.begin(campaign=campaign)
    with time_machine.travel(exact, tick=False), pytest.raises(NotTaken):
        stage.begin(campaign=campaign, email="late@example.org")
    with time_machine.travel(campaign.starts_at, tick=False):
        stage.begin(campaign=campaign, email="first@example.org")
    before = campaign.starts_at - dt.timedelta(seconds=1)
    with time_machine.travel(before, tick=False), pytest.raises(NotTaken):
        stage.begin(campaign=campaign, email="early@example.org")


def test_t1_deadline_is_shown_with_its_zone(stage: Stage) -> None:
    campaign = stage.campaign(
        starts_at=clock.now() - DAY, ends_at=at(2026, 12, 31, 23, 59, zone="America/New_York")
    )
    view = campaign_view(campaign.pk, "en")
    assert view
    shown = campaign_document(view).body.decode()
    assert re.search(r"December 31, 2026\D+11:59\sPM EST", shown)


def test_t1_gift_begun_before_the_deadline_and_paid_after_it_counts(stage: Stage) -> None:
    campaign = stage.campaign(ends_at=clock.now() + dt.timedelta(hours=1))
    donation = stage.begin(campaign=campaign)
    attempt = stage.open(donation)
    with time_machine.travel(clock.now() + dt.timedelta(hours=2)):
        tasks.turn_campaigns()
        stage.press(attempt, "pay")
        stage.settle()
        assert stage.facts(donation) == {**PAID, "total": (1, 2500)}
    campaign.refresh_from_db()
    assert campaign.phase == "ended"


def test_t1_clock_turns_the_phase_once_and_has_the_page_pressed(stage: Stage) -> None:
    now = clock.now()
    campaign = stage.campaign(starts_at=now + DAY, ends_at=now + 2 * DAY)
    assert campaign.phase == "upcoming"
    Change.objects.all().delete()
    for days, phase, changes in (
        (0.5, "upcoming", 0),
        (1, "open", 1),
        (1, "open", 1),
        (2, "ended", 2),
    ):
        with time_machine.travel(now + days * DAY, tick=False):
            tasks.turn_campaigns()
        campaign.refresh_from_db()
        assert campaign.phase == phase
        assert Change.objects.filter(key__startswith="funding.campaign:").count() == changes
    with time_machine.travel(now + 2 * DAY, tick=False):
        assert not turn_phase(row=campaign, by="test")


def told(campaign: Campaign) -> tuple[list[str], list[str]]:
    """What page and meter say of the time; where the meter's marker stands, and what is written beside its key."""
    view = campaign_view(campaign.pk, "en")
    assert view
    page, meter = campaign_document(view).body.decode(), meter_document(view).body.decode()
    words = re.findall("(On track|Behind): ([0-9]+%) of its time has passed", page + meter)
    drawn = re.findall(r'class="now".* x="([0-9]+%)"|>([0-9]+%) of the time has passed<', meter)
    return [" ".join(each) for each in words], ["".join(each) for each in drawn]


def test_campaign_says_at_each_percent_of_its_time_whether_it_is_on_track(stage: Stage) -> None:
    now = clock.now()
    ends = now + 3 * DAY - dt.timedelta(minutes=1)
    campaign = stage.campaign(starts_at=now - DAY, ends_at=ends)
    assert told(campaign) == (["Behind 25%"] * 2, ["25%"] * 2)
    stage.give(250_000, campaign=campaign)
    stage.settle()
    assert told(campaign) == (["On track 25%"] * 2, ["25%"] * 2)
    Change.objects.all().delete()
    for minutes, passed in ((30, "On track 25%"), (60, "Behind 26%"), (90, "Behind 26%")):
        with time_machine.travel(now + dt.timedelta(minutes=minutes), tick=False):
            tasks.turn_campaigns()
        assert told(campaign) == ([passed] * 2, [passed[-3:]] * 2)
    assert Change.objects.filter(key__startswith="funding.campaigntotal:").count() == 1
    goal, dates = campaign.goal, {"starts_at": clock.now() - DAY, "ends_at": now + DAY}
    change_campaign(campaign=campaign, goal=goal, by="test", **dates)
    assert told(campaign) == (["Behind 50%"] * 2, ["50%"] * 2)
    with time_machine.travel(now + DAY, tick=False):
        tasks.turn_campaigns()
    campaign.refresh_from_db()
    assert told(campaign) == ([], [])


def test_t3_year_turns_without_a_restart(stage: Stage) -> None:
    """Nothing computes a year when it is loaded: the next year's campaign and receipts are the next year's."""
    with time_machine.travel(at(2026, 12, 31, 23, 0)):
        donation = stage.give()
        stage.settle()
        assert donation.receipts.get().label == "2026-00001"
    with time_machine.travel(at(2027, 1, 1, 0, 1)):
        donation = stage.give(email="next@example.org")
        stage.settle()
        assert donation.receipts.get().label == "2027-00001"
        assert stage.campaign().phase == "open"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"slug": "a b"}, "no slug"),
        ({"goal": Money(0, "USD")}, "above zero"),
        ({"goal": Money(-100, "USD")}, "above zero"),
        ({"supporters": 500}, "or a number of supporters"),
        ({"goal": Money(0, "USD"), "supporters": -5}, "or a number of supporters"),
        ({"goal": Money(100, "ZZZ")}, "currency that we take"),
        ({"ends_at": at(2020, 1, 1)}, "ends after it starts"),
        ({"starts_at": dt.datetime(2026, 1, 1)}, "with their time zone"),  # noqa: DTZ001
        ({"zone": "Mars/Olympus"}, "time zone"),
        ({"texts": {}}, "title"),
        ({"texts": {"en": Words(" ", "x")}}, "title"),
    ],
    ids=str,
)
def test_campaign_that_cannot_be_is_refused_in_words(
    db: None, wrong: dict[str, object], said: str
) -> None:
    good: dict[str, object] = {
        "slug": "floods",
        "goal": Money(100, "USD"),
        "starts_at": at(2026, 1, 1),
        "ends_at": at(2026, 2, 1),
        "texts": WORDS,
        "zone": "UTC",
    }
    with pytest.raises(BadCampaign, match=said):
        create_campaign(by="test", **{**good, **wrong})  # type: ignore[arg-type]
    assert Campaign.objects.count() == 0


def test_campaign_slug_is_taken_once(stage: Stage) -> None:
    stage.campaign()
    with pytest.raises(BadCampaign, match="Choose another slug"):
        stage.campaign()


def test_campaign_goal_and_dates_change_and_its_currency_never(stage: Stage) -> None:
    campaign = stage.campaign()
    dates = {"starts_at": campaign.starts_at, "ends_at": clock.now() - dt.timedelta(hours=1)}
    change_campaign(campaign=campaign, goal=Money(500, "USD"), by="test", **dates)
    campaign.refresh_from_db()
    assert (campaign.goal, campaign.phase) == (Money(500, "USD"), "ended")
    with pytest.raises(BadCampaign, match="counted in USD"):
        change_campaign(campaign=campaign, goal=Money(500, "EUR"), by="test", **dates)


# Supporters as a goal ---------------------------------------------------------------------------


def shown(campaign: Campaign) -> str:
    """The words of a campaign's page."""
    view = campaign_view(campaign.pk, "en")
    assert view
    words = re.sub(r"<[^>]+>", "", campaign_document(view).body.decode())
    return re.sub(r"\s+", " ", words)


def test_supporters_are_counted_once_each_and_go_with_their_gifts(stage: Stage) -> None:
    campaign = stage.campaign()
    change_campaign(
        campaign=campaign,
        goal=Money(0, "USD"),
        supporters=3,
        starts_at=campaign.starts_at,
        ends_at=campaign.ends_at,
        by="test",
    )
    campaign.refresh_from_db()
    for email in ("ann@example.org", "ann@example.org", "bo@example.org"):
        stage.give(2500, email=email, campaign=campaign)
    gone = stage.give(1000, email="cy@example.org", campaign=campaign)
    stage.begin(email="dee@example.org", campaign=campaign)
    stage.settle()
    assert "Supporters so far: 3 of 3, 100%. $85 given so far." in shown(campaign)
    give_back(stage, gone, 1000)
    assert "Supporters so far: 2 of 3, 66%. $75 given so far." in shown(campaign)
    meter = campaign_view(campaign.pk, "en")
    assert meter
    drawing = meter_document(meter).body.decode()
    assert "Supporters so far: 2 of 3, 66%." in drawing
    assert re.findall(r">([\d,]+)</text>", drawing) == ["2", "3"]

    ann, bo = (Supporter.objects.get(email=f"{name}@example.org") for name in ("ann", "bo"))
    who = User.objects.create_user("who@ledger.example")
    Change.objects.all().delete()
    merge = merge_supporters(kept=ann, duplicate=bo, by=who)
    assert Change.objects.filter(key__startswith="funding.campaigntotal:").count() == 1
    assert "Supporters so far: 1 of 3, 33%." in shown(campaign)
    Change.objects.all().delete()
    take_apart(merge=merge, by=who)
    assert Change.objects.filter(key__startswith="funding.campaigntotal:").count() == 1
    assert "Supporters so far: 2 of 3, 66%." in shown(campaign)


# At the desk ------------------------------------------------------------------------------------

TYPED = {
    "slug": "boats",
    "goal": "12,500.00",
    "unit": "USD",
    "starts_at": "2026-01-01T00:00",
    "ends_at": "2036-01-01T00:00",
    "title_en": "Boats for the flood desk",
    "summary_en": "Two boats, and time to use them.",
    "body_en": "One has a motor.\n\nThe other has oars.",
    "title_ar": "قوارب",
    "summary_ar": "",
    "body_ar": "",
}


def test_campaign_is_begun_and_changed_at_the_desk(stage: Stage) -> None:
    client = staff("fundraiser")
    assert "new-campaign/" in seen(client, "campaigns/")
    assert "Goal" in seen(client, "new-campaign/")
    assert press(client, "new-campaign/", **TYPED).startswith("The campaign is as you said")
    made = Campaign.objects.get()
    assert (made.slug, made.goal, made.goal_supporters) == ("boats", Money(1_250_000, "USD"), 0)
    assert (made.phase, made.texts.count()) == ("open", 2)
    assert "$0 of $12,500 given so far: 0%." in shown(made)
    assert "<bdi>Boats for the flood desk</bdi>" in seen(client, "campaigns/")
    stage.give(2500, campaign=made)
    stage.settle()

    page = seen(client, "campaigns/boats/change/")
    assert 'value="12500.00"' in page
    assert "One has a motor." in page
    assert 'name="slug"' not in page
    changed = {**TYPED, "goal": "40", "unit": "supporters", "title_ar": ""}
    press(client, "campaigns/boats/change/", **changed)
    made.refresh_from_db()
    assert (made.goal, made.goal_supporters) == (Money(0, "USD"), 40)
    assert [text.language for text in made.texts.all()] == ["en"]
    assert "1 of 40 supporters: 2%" in seen(client, "campaigns/boats/")
    listed = seen(client, "campaigns/")
    assert "1 of 40 supporters" in listed
    assert "<bdi>Boats for the flood desk</bdi>" in listed
    assert 'value="40"' in seen(client, "campaigns/boats/change/")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"goal": "much"}, "in digits"),
        ({"goal": ""}, "required"),
        ({"goal": "12.5", "unit": "supporters"}, "how many supporters in digits"),
        ({"goal": "0"}, "above zero"),
        ({"unit": "ZZZ"}, "Select a valid choice"),
        ({"ends_at": "2020-01-01T00:00"}, "ends after it starts"),
        ({"title_en": "", "title_ar": "", "summary_en": "", "body_en": ""}, "needs a title"),
        ({"title_en": ""}, "The words in English need a title."),
        ({"slug": "two words"}, "valid “slug”"),
    ],
    ids=str,
)
def test_campaign_that_cannot_be_is_refused_at_the_desk_and_nothing_typed_is_lost(
    stage: Stage, wrong: dict[str, str], said: str
) -> None:
    answer = staff("fundraiser").post(f"{MONEY}/new-campaign/", TYPED | wrong)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert said in page
    assert "قوارب" in page or "title_ar" in wrong
    assert "12,500.00" in page or "goal" in wrong
    assert not Campaign.objects.exists()


def test_campaigns_are_begun_by_those_whose_work_it_is(stage: Stage) -> None:
    campaign = stage.campaign()
    for role in ("care", "editor"):
        client = staff(role)
        for path in ("new-campaign/", f"campaigns/{campaign.slug}/change/"):
            assert client.get(f"{MONEY}/{path}").status_code == 302
            assert client.post(f"{MONEY}/{path}", TYPED).status_code == 302
    assert [each.slug for each in Campaign.objects.all()] == [campaign.slug]


def test_m7_gift_in_another_currency_than_its_campaigns_is_refused(stage: Stage) -> None:
    with pytest.raises(BadAmount, match="counted in EUR"):
        stage.begin(campaign=stage.campaign(currency="EUR"))
