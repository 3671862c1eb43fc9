"""Pledges that are paused, skipped, changed, cancelled, and money that comes all the same (N6, N7)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.core import mail
from django.test import Client

from broadsheet.funding import checks, tasks
from broadsheet.funding.actions import (
    approve_refund,
    cancel_pledge,
    change_amount,
    change_date,
    charge_occurrence,
    open_checkout,
    pause_pledge,
    plan_renewals,
    release_pledge,
    renewing,
    resume_pledge,
    send_pledge_mail,
    skip_gift,
    submit_refund,
    wake_pledge,
)
from broadsheet.funding.actions.keeping import hold_disputed
from broadsheet.funding.actions.telling import pledge_path
from broadsheet.funding.choices import AccountState, LedgerAccount
from broadsheet.funding.errors import BadAmount, PledgeRefused
from broadsheet.funding.gateways.protocol import Gateway
from broadsheet.funding.models import (
    Incident,
    Pledge,
    PledgeMail,
    ProcessorAccount,
    Refund,
)
from broadsheet.funding.queries import ledger_sum, unpaid_gift
from broadsheet.kit import clock
from broadsheet.kit.money import Money
from broadsheet.readers.models import User
from promises import Promises, actions, raising, said, today


def test_pause_takes_nothing_until_its_day_and_then_goes_on(promises: Promises) -> None:
    pledge = promises.make()
    pause_pledge(pledge=pledge, until=dt.date(2026, 4, 30), by="supporter")
    facts = promises.facts(pledge)
    assert (facts["state"], facts["next"]) == ("paused", "2026-04-30")
    for day in ("2026-02-28", "2026-03-31", "2026-04-27"):
        promises.to(day)
        promises.work()
    facts = promises.facts(pledge)
    assert (facts["state"], facts["charges"]) == ("paused", 0)
    promises.to("2026-04-30")
    promises.live(1)
    facts = promises.facts(pledge)
    assert (facts["state"], facts["charges"]) == ("active", 1)
    assert facts["periods"] == ["2026-01 paid", "2026-04 paid"]
    assert facts["mails"][0] == "Your next gift of $25"
    assert actions()[1:3] == ["pledge.paused", "pledge.woken"]
    wake_pledge(pledge=pledge, by="test")
    assert actions().count("pledge.woken") == 1


def test_pause_is_ended_by_its_supporter_and_cannot_be_for_ever(promises: Promises) -> None:
    pledge = promises.make()
    for until in (today(), today() + dt.timedelta(days=400)):
        with pytest.raises(PledgeRefused):
            pause_pledge(pledge=pledge, until=until, by="supporter")
    with pytest.raises(PledgeRefused):
        resume_pledge(pledge=pledge, by="supporter")
    pause_pledge(pledge=pledge, until=dt.date(2026, 6, 1), by="supporter")
    promises.to("2026-03-10")
    resume_pledge(pledge=pledge, by="supporter")
    facts = promises.facts(pledge)
    assert (facts["state"], facts["next"]) == ("active", "2026-03-31")


def test_skip_leaves_out_one_gift_or_the_one_that_is_refused(promises: Promises) -> None:
    pledge = promises.make()
    skip_gift(pledge=pledge, by="supporter")
    facts = promises.facts(pledge)
    assert (facts["periods"][-1], facts["next"]) == ("2026-02 skipped", "2026-03-31")
    promises.card(pledge, "insufficient_funds")
    promises.to("2026-03-31")
    promises.work()
    skip_gift(pledge=pledge, by="supporter")
    promises.live(20)
    facts = promises.facts(pledge)
    assert (facts["state"], facts["charges"], facts["next"]) == ("active", 1, "2026-04-30")
    assert facts["periods"][-1] == "2026-03 skipped"
    assert promises.last_gift(pledge).state == "lapsed"


def test_amount_is_changed_from_the_next_gift_on_and_agreed_to_anew(promises: Promises) -> None:
    pledge = promises.make()
    for wrong in (Money(1, "USD"), Money(1000, "EUR")):
        with pytest.raises(BadAmount):
            change_amount(pledge=pledge, amount=wrong, covers_fees=False, code="en", by="s")
    change_amount(
        pledge=pledge, amount=Money(1000, "USD"), covers_fees=True, code="en", by="supporter"
    )
    promises.to("2026-02-28")
    promises.work()
    facts = promises.facts(pledge)
    assert facts["gifts"] == 3500
    gift = promises.last_gift(pledge)
    assert gift.gift_minor == 1000
    assert gift.cover_minor == pledge.cover_minor > 0
    assert [each.minor for each in pledge.consents.all()] == [2500, gift.gross.minor]
    assert said("Your gift was changed")
    Pledge.objects.update(method=None)
    ProcessorAccount.objects.update(state=AccountState.CLOSED)
    change_amount(pledge=pledge, amount=Money(900, "USD"), covers_fees=True, code="en", by="s")
    pledge.refresh_from_db()
    assert (pledge.gift_minor, pledge.cover_minor) == (900, 0)


def test_day_is_changed_for_the_next_gift_and_those_after_it(promises: Promises) -> None:
    pledge = promises.make()
    for wrong in (dt.date(2026, 1, 30), dt.date(2026, 1, 31), dt.date(2026, 9, 1)):
        with pytest.raises(PledgeRefused):
            change_date(pledge=pledge, next_on=wrong, by="supporter")
    change_date(pledge=pledge, next_on=dt.date(2026, 2, 5), by="supporter")
    promises.to("2026-02-05")
    promises.work()
    with pytest.raises(PledgeRefused, match="There is a gift already"):
        change_date(pledge=pledge, next_on=dt.date(2026, 2, 27), by="supporter")
    facts = promises.facts(pledge)
    assert (facts["charges"], facts["next"]) == (1, "2026-03-05")


def test_cancelled_pledge_takes_nothing_and_stays_cancelled(promises: Promises) -> None:
    pledge = promises.make()
    cancel_pledge(pledge=pledge, reason=" Too \n dear ", by="supporter")
    for day in ("2026-02-28", "2026-03-31"):
        promises.to(day)
        promises.work()
    facts = promises.facts(pledge)
    assert (facts["state"], facts["next"], facts["charges"]) == ("canceled", "", 0)
    assert facts["mails"] == ["Your gift of $25 is cancelled"]
    assert Pledge.objects.get().reason == "Too dear"
    for work in (
        lambda: cancel_pledge(pledge=pledge, reason="", by="s"),
        lambda: skip_gift(pledge=pledge, by="s"),
        lambda: pause_pledge(pledge=pledge, until=today() + dt.timedelta(days=9), by="s"),
        lambda: change_date(pledge=pledge, next_on=today() + dt.timedelta(days=9), by="s"),
        lambda: change_amount(
            pledge=pledge, amount=Money(900, "USD"), covers_fees=False, code="en", by="s"
        ),
    ):
        with pytest.raises(PledgeRefused):
            work()


def test_n6_cancelled_while_a_charge_is_refused_nothing_is_tried_and_the_link_is_closed(
    promises: Promises,
) -> None:
    pledge = promises.make()
    promises.card(pledge, "insufficient_funds")
    promises.to("2026-02-28")
    promises.work()
    donation = unpaid_gift(Pledge.objects.get())
    assert donation
    attempt = open_checkout(donation=donation, by="supporter")
    cancel_pledge(pledge=pledge, reason="", by="supporter")
    assert pledge.occurrences.latest("period").state == "missed", "at once, not when it is due"
    assert unpaid_gift(Pledge.objects.get()) is None
    promises.card(pledge, "pay")
    tasks.look_at_attempts()
    promises.live(20)
    facts = promises.facts(pledge)
    assert (facts["charges"], facts["gifts"]) == (1, 2500)
    assert facts["periods"][-1] == "2026-02 missed"
    attempt.refresh_from_db()
    assert attempt.state == "canceled"
    session = promises.stage.sandbox.processor.session(attempt.checkout_id)
    assert session["status"] == "expired"


def test_n7_money_that_comes_for_a_cancelled_pledge_is_an_incident_and_its_refund_is_proposed(
    promises: Promises,
) -> None:
    pledge = promises.make()
    promises.card(pledge, "delay")
    promises.to("2026-02-28")
    promises.work()
    cancel_pledge(pledge=pledge, reason="", by="supporter")
    assert pledge.occurrences.latest("period").state == "taking", "it was sent before"
    attempt = promises.last_gift(pledge).attempts.get()
    payment = promises.stage.sandbox.store.find("sandbox", "payment", attempt.idempotency_key)[0]
    promises.stage.switch(f"charges/{payment['id']}", outcome="clear")
    promises.stage.settle()
    promises.stage.settle()
    facts = promises.facts(pledge)
    assert (facts["state"], facts["gifts"]) == ("canceled", 5000)
    incident = Incident.objects.get()
    assert incident.refund.state == "proposed"
    assert incident.refund.reason == "It came after the pledge was cancelled"
    approve_refund(refund=incident.refund, by=User.objects.create(email="ann@ledger.example"))
    submit_refund(refund=Refund.objects.get(), by="worker")
    assert ledger_sum(LedgerAccount.REFUNDS) == {"USD": 2500}
    assert promises.facts(pledge)["state"] == "canceled"


def test_refusal_that_arrives_after_the_cancellation_ends_it_quietly(promises: Promises) -> None:
    pledge = promises.make()
    promises.card(pledge, "delay")
    promises.to("2026-02-28")
    promises.work()
    cancel_pledge(pledge=pledge, reason="", by="supporter")
    attempt = promises.last_gift(pledge).attempts.get()
    payment = promises.stage.sandbox.store.find("sandbox", "payment", attempt.idempotency_key)[0]
    promises.stage.switch(f"charges/{payment['id']}", outcome="insufficient_funds")
    promises.stage.settle()
    facts = promises.facts(pledge)
    assert (facts["state"], facts["periods"][-1]) == ("canceled", "2026-02 missed")
    assert not PledgeMail.objects.filter(news="declined").exists()


def test_what_is_not_sent_when_a_pledge_is_cancelled_is_never_sent(promises: Promises) -> None:
    pledge = promises.make()
    promises.to("2026-02-28")
    plan_renewals(by="test")
    promises.stage.sandbox.is_away = True
    occurrence = pledge.occurrences.get(state="taking")
    cancel_pledge(pledge=pledge, reason="", by="supporter")
    promises.stage.sandbox.is_away = False
    charge_occurrence(occurrence=occurrence, by="test")
    facts = promises.facts(pledge)
    assert (facts["charges"], facts["periods"][-1]) == (0, "2026-02 missed")


@pytest.mark.parametrize("what", ["cancel", "pause", "skip"])
def test_k3_k4_stopped_between_the_attempt_and_its_sending_nothing_is_sent(
    promises: Promises, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """The window that a race hits by chance: the gift is begun, and its key not marked as sent yet."""
    pledge = promises.make()
    promises.to("2026-02-28")
    plan_renewals(by="test")
    gateway, until = promises.stage.gateway, dt.date(2026, 5, 1)
    stops: dict[str, Callable[[], None]] = {
        "cancel": lambda: cancel_pledge(pledge=pledge, reason="", by="supporter"),
        "pause": lambda: pause_pledge(pledge=pledge, until=until, by="supporter"),
        "skip": lambda: skip_gift(pledge=pledge, by="supporter"),
    }

    def stop_and_open(_account: object) -> Gateway:
        assert promises.last_gift(pledge).attempts.get().state == "created"
        stops[what]()
        return gateway

    monkeypatch.setattr(renewing, "gateway_of", stop_and_open)
    charge_occurrence(occurrence=pledge.occurrences.get(state="taking"), by="worker")
    facts = promises.facts(pledge)
    assert (facts["charges"], facts["gifts"]) == (0, 2500)
    assert facts["periods"][-1] in ("2026-02 missed", "2026-02 skipped")
    gift = promises.last_gift(pledge)
    assert (gift.state, gift.attempts.get().state) == ("lapsed", "canceled")


def test_what_a_processor_schedules_is_not_changed_here(promises: Promises) -> None:
    pledge = promises.make()
    Pledge.objects.update(owner="processor", owner_ref="sub_1", next_on=None)
    with pytest.raises(PledgeRefused):
        skip_gift(pledge=pledge, by="supporter")


def test_gift_that_was_skipped_since_it_was_claimed_is_not_begun(
    promises: Promises, monkeypatch: pytest.MonkeyPatch
) -> None:
    pledge = promises.make()
    promises.to("2026-02-28")
    plan_renewals(by="test")
    occurrence = pledge.occurrences.get(state="taking")
    skip_gift(pledge=pledge, by="supporter")
    monkeypatch.setattr(renewing, "_claim", lambda _: True)
    charge_occurrence(occurrence=occurrence, by="worker")
    assert promises.facts(pledge)["charges"] == 0
    assert not pledge.occurrences.filter(donation=None, state="taking").exists()


def test_message_that_cannot_be_sent_is_sent_later_and_the_same(
    promises: Promises, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.core.mail.backends.locmem import EmailBackend

    pledge = promises.make()
    cancel_pledge(pledge=pledge, reason="", by="supporter")
    with monkeypatch.context() as patched:
        patched.setattr(EmailBackend, "send_messages", raising(OSError("no network")))
        tasks.send_pledge_mails()
    note = PledgeMail.objects.get(news="canceled")
    assert note.state == "failed"
    promises.wait(hours=1)
    tasks.send_pledge_mails()
    assert not send_pledge_mail(mail=note), "it is sent"
    assert [message.subject for message in mail.outbox] == ["Your gift of $25 is cancelled"]
    assert re.search(r"/give/pledge/\w+/\w{40}/", str(mail.outbox[0].body))


def test_disputed_gift_holds_its_pledge_until_somebody_looked(promises: Promises) -> None:
    pledge, other = promises.make(), promises.make(email="kim@example.org")
    promises.card(other, "insufficient_funds")
    promises.to("2026-02-10")
    payment = promises.last_gift(pledge).attempts.get().payment_id
    promises.stage.switch(f"payments/{payment}", outcome="dispute")
    promises.stage.settle()
    pledge.refresh_from_db()
    assert pledge.held_at == clock.now()
    assert "your bank asks about a gift" in str(Client().get(pledge_path(pledge)).content)
    promises.stage.switch(f"payments/{payment}", outcome="dispute_won")
    promises.stage.settle()
    promises.to("2026-02-28")
    promises.work()
    facts = promises.facts(pledge)
    assert (facts["charges"], facts["periods"]) == (1, ["2026-01 paid"]), "the other's alone"
    assert [*checks.promises()] == []
    release_pledge(pledge=pledge, by="test")
    promises.work()
    assert promises.facts(pledge)["periods"] == ["2026-01 paid", "2026-02 paid"]
    with pytest.raises(PledgeRefused, match="Nothing holds it"):
        release_pledge(pledge=pledge, by="test")
    # What is being taken stops too, and is let go when it is late.
    payment = promises.last_gift(pledge).attempts.get().payment_id
    promises.card(pledge, "insufficient_funds")
    promises.to("2026-03-31")
    plan_renewals(by="test")
    promises.stage.switch(f"payments/{payment}", outcome="dispute")
    promises.stage.settle()
    for _ in range(9):
        promises.wait(days=1)
        promises.work()
    assert promises.facts(pledge)["periods"][-1] == "2026-03 missed"
    assert promises.facts(pledge)["state"] == "active"
    promises.wait(days=30)
    promises.work()
    assert promises.facts(pledge)["mails"].count("Your next gift of $25") == 0


def test_dispute_that_comes_before_the_charge_is_sent_holds_it(promises: Promises) -> None:
    pledge = promises.make()
    promises.to("2026-02-28")
    plan_renewals(by="test")
    occurrence = pledge.occurrences.get(state="taking")
    attempt = renewing._attempt_to_charge(occurrence, "test")
    assert attempt
    hold_disputed(promises.last_gift(pledge), "test")
    assert not renewing._mark_sent(occurrence, attempt)
