"""Updates of a campaign: on its page, once to each who gave, and stopped in one step by who wants no more."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core import mail as sent
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.utils import translation
from pytest_django import Settings

from broadsheet.funding import tasks
from broadsheet.funding.actions import merge_supporters, publish_update, send_update, take_apart
from broadsheet.funding.actions.campaigns import Words, create_campaign
from broadsheet.funding.actions.updating import message_of, stopping_path
from broadsheet.funding.errors import BadCampaign
from broadsheet.funding.models import Campaign, CampaignUpdate, UpdateMail
from broadsheet.funding.queries import campaign_view, told_of
from broadsheet.funding.views.kinds import campaign_document, update_lists
from broadsheet.kit import clock
from broadsheet.kit.money import Money
from broadsheet.readers.models import User
from funding.test_staff import MONEY, press, seen, staff
from stage import Stage, at_once


@pytest.fixture
def ann(stage: Stage) -> User:
    return User.objects.create_user("ann@ledger.example")


def in_two_languages() -> Campaign:
    now = clock.now()
    words = {code: Words(f"Floods {code}", "Boats.") for code in ("en", "ar")}
    return create_campaign(
        slug="floods",
        goal=Money(100_000, "USD"),
        starts_at=now - dt.timedelta(days=1),
        ends_at=now + dt.timedelta(days=1),
        texts=words,
        by="test",
    )


def given(stage: Stage, campaign: Campaign, *people: tuple[str, str]) -> None:
    for email, language in people:
        stage.give(email=email, language=language, campaign=campaign)
    stage.settle()
    sent.outbox.clear()


def told(campaign: Campaign, by: User, **more: Any) -> CampaignUpdate:
    usual: dict[str, Any] = {
        "language": "en",
        "title": "The boat is in the water",
        "body": "It floats.\n\nThank you.",
        "is_mailed": True,
    }
    return publish_update(campaign=campaign, by=by, **(usual | more))


# Who gets it, and where it stands ---------------------------------------------------------------


def test_update_goes_once_to_each_who_gave_in_their_language(stage: Stage, ann: User) -> None:
    campaign = in_two_languages()
    given(
        stage,
        campaign,
        ("a@x.example", "en"),
        ("a@x.example", "en"),
        ("b@x.example", "ar"),
        ("c@x.example", "fr"),
    )
    stage.give(email="elsewhere@x.example")
    stage.begin(email="pending@x.example", campaign=campaign)
    stage.settle()
    sent.outbox.clear()
    told(campaign, ann)
    for _ in range(2):
        tasks.send_updates()
    assert sorted(each.to[0] for each in sent.outbox) == ["a@x.example", "c@x.example"]
    told(campaign, ann, language="ar", title="القارب في الماء")
    tasks.send_updates()
    assert sent.outbox[-1].to == ["b@x.example"]
    assert 'dir="rtl"' in str(sent.outbox[-1].alternatives[0][0])


def test_update_stands_on_the_page_of_its_language(stage: Stage, ann: User) -> None:
    campaign = in_two_languages()
    update = told(campaign, ann, body="It <b>floats</b>.\n\nThank you.", is_mailed=False)
    views = [campaign_view(campaign.pk, code) for code in ("en", "ar")]
    english, arabic = (campaign_document(view).body.decode() for view in views if view)
    assert "The boat is in the water" in english
    assert "It &lt;b&gt;floats" in english
    assert "The boat is in the water" not in arabic
    assert not UpdateMail.objects.exists()
    ((listed, _said),) = update_lists(update)
    assert listed == f"list:campaign-updates/{campaign.pk}/en"
    assert str(update) == "The boat is in the water"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"language": "fr"}, "no page in this language"),
        ({"title": " "}, "has a title"),
        ({"title": "x" * 121}, "has a title"),
        ({"body": " "}, "and a text"),
    ],
    ids=str,
)
def test_update_that_cannot_be_is_refused_in_words(
    stage: Stage, ann: User, wrong: dict[str, str], said: str
) -> None:
    with pytest.raises(BadCampaign, match=said):
        told(in_two_languages(), ann, **wrong)
    assert not CampaignUpdate.objects.exists()


# Sending ----------------------------------------------------------------------------------------


def test_update_is_sent_once_by_eight_workers(open_stage: Stage) -> None:
    ann, campaign = User.objects.create_user("ann@ledger.example"), open_stage.campaign()
    given(open_stage, campaign, ("a@x.example", "en"), ("b@x.example", "en"))
    told(campaign, ann)
    at_once(*[tasks.send_updates] * 8)
    assert sorted(each.to[0] for each in sent.outbox) == ["a@x.example", "b@x.example"]


def test_update_that_cannot_be_sent_is_tried_again_as_the_same_message(
    stage: Stage, ann: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = stage.campaign()
    given(stage, campaign, ("a@x.example", "en"))
    update = told(campaign, ann)
    mail = UpdateMail.objects.get()
    before = message_of(mail).message().as_bytes()

    def refuse(*_: object) -> int:
        raise OSError("no route")

    with monkeypatch.context() as broken:
        broken.setattr(EmailBackend, "send_messages", refuse)
        assert not send_update(mail=mail)
    mail.refresh_from_db()
    assert (mail.state, mail.error) == ("failed", "OSError: no route")
    assert not send_update(mail=mail), "not before its time"
    with time_machine.travel(clock.now() + dt.timedelta(hours=1)):
        assert send_update(mail=mail)
        assert sent.outbox[0].message().as_bytes() == before
    assert str(mail) == f"{update.pk} {mail.supporter_id}"


# Stopping ---------------------------------------------------------------------------------------


def test_updates_are_stopped_by_the_link_in_them_and_not_by_looking(
    stage: Stage, ann: User
) -> None:
    campaign = stage.campaign()
    given(stage, campaign, ("a@x.example", "en"))
    told(campaign, ann)
    told(campaign, ann, title="And another")
    first, second = UpdateMail.objects.order_by("pk")
    assert send_update(mail=first)
    message = sent.outbox[0]
    link = re.findall(r"<(.*)>", message.extra_headers["List-Unsubscribe"])[0]
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in str(message.body)
    path = urlsplit(link).path
    asked = Client().get(path)
    assert "Send me no more updates" in asked.content.decode()
    assert told_of(campaign, "en").count() == 1
    done = Client(enforce_csrf_checks=True).post(path, {"List-Unsubscribe": "One-Click"})
    assert "No more updates" in done.content.decode()
    assert (asked.cookies, done.cookies) == ({}, {})
    assert Client().post(path).status_code == 200, "twice is once"
    assert told_of(campaign, "en").count() == 0
    assert not send_update(mail=second)
    second.refresh_from_db()
    assert second.state == "dropped"
    tasks.send_updates()
    assert len(sent.outbox) == 1


def test_link_of_nobody_stops_nothing(stage: Stage, ann: User) -> None:
    campaign = stage.campaign()
    given(stage, campaign, ("a@x.example", "en"))
    supporter = told_of(campaign, "en").get()
    right = stopping_path(supporter)
    for wrong in (right[:-2] + "x/", right.replace(supporter.key, "k" * 20)):
        answer = Client().post(wrong)
        assert answer.status_code == 404
        assert "not whole" in answer.content.decode()
    assert told_of(campaign, "en").count() == 1
    with translation.override("ar"):
        assert stopping_path(supporter).startswith("/ar/give/updates/")


def test_who_wants_no_updates_wants_none_after_a_merge(stage: Stage, ann: User) -> None:
    campaign = stage.campaign()
    given(stage, campaign, ("a@x.example", "en"), ("b@x.example", "en"))
    old, kept = told_of(campaign, "en").order_by("pk")
    told(campaign, ann)
    Client().post(stopping_path(old))
    old.refresh_from_db()
    merge = merge_supporters(kept=kept, duplicate=old, by=ann)
    assert told_of(campaign, "en").count() == 0
    take_apart(merge=merge, by=ann)
    assert told_of(campaign, "en").get() == kept
    merge_supporters(kept=kept, duplicate=old, by=ann)
    tasks.send_updates()
    assert sent.outbox == []
    fresh = stage.begin(email="c@x.example").supporter
    merge_supporters(kept=kept, duplicate=fresh, by=ann)
    Client().post(stopping_path(fresh))
    kept.refresh_from_db()
    assert kept.stopped_updates_at


# At the desk ------------------------------------------------------------------------------------


def test_update_goes_its_way_at_the_desk(stage: Stage) -> None:
    campaign, client = stage.campaign(), staff("fundraiser")
    given(stage, campaign, ("a@x.example", "en"))
    path = f"campaigns/{campaign.slug}/"
    assert "(1 would get it)" in seen(client, path)
    typed = {"language": "en", "title": "Afloat", "body": "It floats.", "is_mailed": "on"}
    wrong = client.post(f"{MONEY}/{path}update/", {**typed, "title": ""})
    assert wrong.status_code == 422
    assert "on the campaign" in press(client, f"{path}update/", **typed)
    assert "sent to 0 of 1" in seen(client, path)
    tasks.tick()
    shown = seen(client, path)
    assert "sent to 1 of 1" in shown
    assert "/campaigns/floods/meter.svg" in shown
    assert client.get(f"{MONEY}/{path}update/").status_code == 405
