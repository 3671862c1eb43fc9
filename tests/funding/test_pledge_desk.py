"""Pledges at the desk: who sees them, how they are, what is done when a supporter calls, what the doctor says."""

from __future__ import annotations

import re

import pytest
from django.http import HttpResponse
from django.test import Client

from broadsheet.funding import checks
from broadsheet.funding.actions import cancel_pledge, plan_renewals
from broadsheet.funding.choices import Cadence
from broadsheet.funding.models import Incident, Occurrence, Pledge, Supporter
from broadsheet.kit.models import AuditEntry
from broadsheet.readers.actions import create_account
from promises import Promises
from proving import sign_in

SCREEN = "/desk/money/pledges/"


def staff(role: str) -> Client:
    password = "a long and winding password"
    user = create_account(email=f"{role}@ledger.example", password=password, role=role, by="test")
    return sign_in(Client(), user)


def seen(client: Client, path: str = SCREEN, **asked: str) -> str:
    answer = client.get(path, asked)
    assert answer.status_code == 200, path
    return re.sub(r"\s+", " ", answer.content.decode())


def press(client: Client, pledge: Pledge, **typed: str) -> str:
    """Press a button of a pledge's page; what the desk said about it."""
    answer = client.post(f"{SCREEN}{pledge.key}/change/", typed, follow=True)
    assert isinstance(answer, HttpResponse)
    assert answer.status_code == 200
    pledge.refresh_from_db()
    return " ".join(str(message) for message in answer.context["messages"])


@pytest.mark.parametrize("role", ["fundraiser", "care"])
def test_pledges_are_seen_by_those_whose_work_they_are_amounts_by_some(
    promises: Promises, role: str
) -> None:
    pledge = promises.make(name="Sam Field", covers_fees=True)
    promises.make(5000, Cadence.YEARLY, email="kim@example.org", name="Kim")
    client = staff(role)
    page = seen(client)
    assert "Active: 2" in page
    assert "Sam Field" in page
    assert "Every year" in page
    assert "28 Feb 2026" in page
    one = seen(client, f"{SCREEN}{pledge.key}/")
    assert "I agree that this amount is taken every month" in one
    assert "card 4242" in one
    mine = seen(client, f"/desk/money/supporters/{pledge.supporter.key}/")
    assert f"{SCREEN}{pledge.key}/" in mine
    for each in (page, one, mine):
        assert bool(re.search(r"\$\d", each)) is (role == "fundraiser")
    assert "Kim" not in seen(client, q="sam")
    assert "Kim" in seen(client, q="KIM@")
    assert "Sam Field" in seen(client, q=pledge.key)
    assert "None." in seen(client, state="lapsed")
    looks = AuditEntry.objects.filter(action="pledge.seen", subject=f"funding.pledge:{pledge.pk}")
    assert looks.count() == 1


def test_editor_sees_no_pledge_and_changes_none(promises: Promises) -> None:
    pledge, client = promises.make(), staff("editor")
    assert client.get(SCREEN).status_code == 302
    assert client.get(f"{SCREEN}{pledge.key}/").status_code == 302
    client.post(f"{SCREEN}{pledge.key}/change/", {"do": "cancel"})
    pledge.refresh_from_db()
    assert pledge.state == "active"


def test_staff_skip_pause_resume_and_cancel_when_a_supporter_asks(promises: Promises) -> None:
    pledge, client = promises.make(), staff("care")
    assert press(client, pledge, do="skip") == "The gift is left out."
    assert str(pledge.next_on) == "2026-03-31"
    assert "Please choose the day" in press(client, pledge, do="pause", until="soon")
    assert press(client, pledge, do="pause", until="2026-05-01") == "It is paused."
    assert "Go on now" in seen(client, f"{SCREEN}{pledge.key}/")
    assert press(client, pledge, do="resume") == "It goes on."
    assert "no such thing" in press(client, pledge, do="dance")
    assert press(client, pledge, do="cancel", reason="Called us") == "It is cancelled."
    assert (pledge.state, pledge.reason) == ("canceled", "Called us")
    page = seen(client, f"{SCREEN}{pledge.key}/")
    assert "They said why: <bdi>Called us</bdi>" in page
    assert "Cancel for good" not in page
    done = AuditEntry.objects.filter(action="pledge.canceled").get()
    assert done.actor.startswith("user:")


def test_health_names_cards_that_end_refusals_and_money_after_the_end(promises: Promises) -> None:
    pledge = promises.make(name="Sam Field")
    refused = promises.make(email="kim@example.org")
    promises.card(pledge, "delay")
    promises.card(refused, "insufficient_funds")
    promises.to("2026-02-28")
    promises.work()
    cancel_pledge(pledge=pledge, reason="", by="supporter")
    attempt = promises.last_gift(pledge).attempts.get()
    payment = promises.stage.sandbox.store.find("sandbox", "payment", attempt.idempotency_key)[0]
    promises.stage.switch(f"charges/{payment['id']}", outcome="clear")
    promises.stage.settle()
    type(refused.method).objects.update(expires_on="2026-03-01")  # type: ignore[arg-type]
    page = seen(staff("fundraiser"))
    assert "Money that came after it was cancelled" in page
    assert promises.last_gift(pledge).reference in page
    assert "A gift could not be taken (funds)" in page
    assert "Cards that end before their next gift: 1." in page
    one = seen(staff("administrator"), f"{SCREEN}{pledge.key}/")
    assert "its refund: Waits for a second person" in one
    assert [said for said, _ in checks.promises()] == [
        "money came 1 times for what was cancelled, and its refund waits"
    ]


def test_doctor_says_where_nobody_plans_or_takes(promises: Promises) -> None:
    promises.make()
    assert [*checks.promises()] == []
    promises.to("2026-03-02")
    assert [said for said, _ in checks.promises()] == [
        "1 monthly or yearly gifts are due and not planned"
    ]
    plan_renewals(by="test")
    assert Occurrence.objects.filter(state="taking").exists()
    promises.wait(days=2)
    assert [said for said, _ in checks.promises()] == ["1 monthly or yearly gifts wait to be taken"]


def test_rows_say_what_they_are(promises: Promises) -> None:
    pledge = promises.make()
    rows = (
        pledge,
        pledge.occurrences.get(),
        pledge.consents.get(),
        pledge.mails.get(),
        Incident(pledge=pledge, donation=promises.last_gift(pledge)),
    )
    said = [str(row) for row in rows]
    assert said[0] == pledge.key
    assert all(each.startswith(f"{pledge.pk} ") for each in said[1:])


def test_pledges_of_two_who_are_one_move_and_go_back(promises: Promises) -> None:
    from broadsheet.funding.actions import merge_supporters, take_apart

    pledge = promises.make(email="old@example.org")
    kept = promises.make(email="new@example.org").supporter
    by = create_account(email="a@ledger.example", password="x" * 20, role="care", by="test")
    merge = merge_supporters(kept=kept, duplicate=pledge.supporter, by=by)
    assert kept.pledges.count() == 2
    promises.to("2026-02-28")
    promises.work()
    assert promises.last_gift(pledge).supporter == kept
    take_apart(merge=merge, by=by)
    assert Supporter.objects.get(email="old@example.org").pledges.get() == pledge


def test_pledge_whose_gift_is_disputed_is_listed_and_let_go_on(promises: Promises) -> None:
    pledge = promises.make()
    payment = promises.last_gift(pledge).attempts.get().payment_id
    promises.stage.switch(f"payments/{payment}", outcome="dispute")
    promises.stage.settle()
    client = staff("fundraiser")
    page = seen(client, state="held")
    assert "held: a gift is disputed" in page
    assert ">1</a>" in page
    assert "Charge it again" in seen(client, f"{SCREEN}{pledge.key}/")
    assert press(client, pledge, do="release") == "It is charged again from its next day on."
    assert "held: a gift" not in seen(client)
