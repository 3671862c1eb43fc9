"""Gifts of pledges that are refused: the ladder, links, cards that end, processors that close (N1 to N5, F1, F2)."""

from __future__ import annotations

import datetime as dt

from django.core import mail

from broadsheet.funding.actions import (
    change_account,
    end_waiting,
    open_checkout,
)
from broadsheet.funding.actions.keeping import keep_method, refuse_charge
from broadsheet.funding.choices import AccountState
from broadsheet.funding.gateways.protocol import Instrument
from broadsheet.funding.models import (
    Attempt,
    Pledge,
    ProcessorAccount,
)
from broadsheet.funding.queries import unpaid_gift
from promises import Promises, actions, said


def test_n2_ladder_tries_three_times_more_writes_twice_and_ends(promises: Promises) -> None:
    pledge = promises.make()
    promises.card(pledge, "insufficient_funds")
    promises.to("2026-02-28")
    promises.work()
    facts = promises.facts(pledge)
    assert (facts["state"], facts["mails"]) == (
        "past_due", ["Your gift of $25 could not be taken"],
    )  # fmt: skip
    assert "March 3, 2026" in mail.outbox[0].body
    promises.live(20)
    facts = promises.facts(pledge)
    assert facts["charges"] == 4
    assert facts["state"] == "lapsed"
    assert facts["next"] == ""
    assert facts["periods"] == ["2026-01 paid", "2026-02 missed"]
    assert facts["mails"] == [
        "Your gift of $25 could not be taken", "Your gift of $25 has come to rest",
    ]  # fmt: skip
    assert facts["gifts"] == 2500
    promises.to("2026-05-20")
    promises.work()
    assert promises.facts(pledge)["charges"] == 4, "nothing is tried any more"


def test_n2_ladder_that_succeeds_goes_on_as_if_nothing_had_been(promises: Promises) -> None:
    pledge = promises.make()
    promises.card(pledge, "insufficient_funds")
    promises.to("2026-02-28")
    promises.work()
    promises.card(pledge, "pay")
    promises.live(5)
    facts = promises.facts(pledge)
    assert (facts["state"], facts["next"], facts["charges"]) == ("active", "2026-03-31", 2)
    assert not said("late"), "they know why"
    states = [each.state for each in promises.last_gift(pledge).attempts.order_by("pk")]
    assert states == ["failed", "succeeded"]
    assert actions()[-1] == "pledge.recovered"


def test_n1_bank_that_asks_makes_it_a_link_and_no_charge(promises: Promises) -> None:
    pledge = promises.make()
    promises.card(pledge, "authentication_required")
    promises.to("2026-02-28")
    promises.live(0)
    promises.work()
    promises.live(3)
    facts = promises.facts(pledge)
    assert (facts["state"], facts["charges"]) == ("past_due", 1)
    assert facts["mails"] == ["Your gift of $25 waits for you"]
    assert "Your bank wants to hear from you" in mail.outbox[0].body
    donation = unpaid_gift(pledge)
    assert donation == promises.last_gift(pledge)
    attempt = open_checkout(donation=donation, by="supporter")
    promises.stage.press(attempt, "authenticate", "confirm")
    promises.stage.settle()
    facts = promises.facts(pledge)
    assert (facts["state"], facts["gifts"], facts["next"]) == ("active", 5000, "2026-03-31")
    assert len(promises.payments()) == 2
    assert unpaid_gift(pledge) is None


def test_link_that_is_not_used_is_repeated_once_and_then_the_pledge_rests(
    promises: Promises,
) -> None:
    pledge = promises.make()
    promises.card(pledge, "expired_card")
    promises.to("2026-02-28")
    promises.work()
    promises.live(20)
    facts = promises.facts(pledge)
    assert (facts["state"], facts["charges"]) == ("lapsed", 1)
    assert facts["mails"] == [
        "Your gift of $25 waits for you",
        "Your gift of $25 still waits for you",
        "Your gift of $25 has come to rest",
    ]
    assert "another card" in mail.outbox[0].body
    end_waiting(occurrence=pledge.occurrences.latest("period"), by="test")
    assert promises.facts(pledge)["state"] == "lapsed"


def test_n3_replaced_card_is_the_one_that_is_charged_from_then_on(promises: Promises) -> None:
    pledge = promises.make()
    promises.card(pledge, "expired_card")
    promises.to("2026-02-28")
    promises.work()
    old, donation = pledge.method, unpaid_gift(Pledge.objects.get())
    assert donation
    promises.stage.press(open_checkout(donation=donation, by="supporter"), "pay")
    promises.stage.settle()
    pledge.refresh_from_db()
    assert pledge.method != old
    promises.to("2026-03-31")
    promises.work()
    facts = promises.facts(pledge)
    assert (facts["gifts"], facts["state"]) == (7500, "active")
    assert promises.last_gift(pledge).attempts.get().charges == pledge.method


def test_n3_card_that_ends_before_the_next_gift_is_told_once(promises: Promises) -> None:
    pledge = promises.make()
    assert pledge.method
    keep_method(
        pledge.method.account,
        Instrument(pledge.method.customer, pledge.method.method, "card 1", dt.date(2026, 2, 27)),
    )
    promises.live(25)
    facts = promises.facts(pledge)
    assert facts["mails"] == ["The card for your gift of $25 ends soon"]
    assert "February 27, 2026" in mail.outbox[0].body
    pledge.method.refresh_from_db()
    assert pledge.method.label == "card 1"


def test_n4_mandate_that_was_taken_back_is_never_tried_again(promises: Promises) -> None:
    pledge = promises.make()
    promises.card(pledge, "revocation_of_authorization")
    promises.to("2026-02-28")
    promises.work()
    promises.live(4)
    promises.to("2026-03-31")
    promises.work()
    facts = promises.facts(pledge)
    assert (facts["state"], facts["charges"]) == ("lapsed", 1)
    assert facts["mails"] == ["Your gift of $25 has come to rest"]


def test_n5_who_pays_by_the_link_of_a_lapsed_pledge_goes_on_with_it(promises: Promises) -> None:
    pledge = promises.make()
    promises.card(pledge, "stolen_card")
    promises.to("2026-02-28")
    promises.work()
    promises.to("2026-04-20")
    donation = unpaid_gift(Pledge.objects.get())
    assert donation
    promises.stage.press(open_checkout(donation=donation, by="supporter"), "pay")
    promises.stage.settle()
    facts = promises.facts(pledge)
    assert facts["state"] == "active"
    assert facts["next"] == "2026-05-31", "not the last of April, ten days after"
    assert facts["periods"] == ["2026-01 paid", "2026-02 paid"]
    assert Pledge.objects.count() == 1


def test_method_that_the_processor_forgot_becomes_a_link(promises: Promises) -> None:
    pledge = promises.make()
    assert pledge.method
    type(pledge.method).objects.update(method="pm_gone")
    promises.to("2026-02-28")
    promises.work()
    facts = promises.facts(pledge)
    assert (facts["state"], facts["mails"]) == ("past_due", ["Your gift of $25 waits for you"])
    assert promises.last_gift(pledge).state == "lapsed"


def test_pledge_without_a_method_becomes_a_link_and_is_charged_nowhere(promises: Promises) -> None:
    pledge = promises.make()
    Pledge.objects.filter(pk=pledge.pk).update(method=None)
    promises.to("2026-02-28")
    promises.work()
    facts = promises.facts(pledge)
    assert (facts["state"], facts["charges"]) == ("past_due", 0)
    assert facts["mails"] == ["Your gift of $25 waits for you"]


def test_refusal_of_what_ended_meanwhile_changes_nothing(promises: Promises) -> None:
    pledge = promises.make()
    promises.to("2026-02-28")
    promises.work()
    attempt = promises.last_gift(pledge).attempts.get()
    refuse_charge(attempt, "It is gone.", "test")
    assert promises.facts(pledge)["state"] == "active"
    assert str(attempt.charges) == "card 4242"


def test_processor_that_is_away_is_left_alone_until_the_next_time(promises: Promises) -> None:
    for email in ("a@example.org", "b@example.org"):
        promises.make(email=email)
    promises.to("2026-02-28")
    promises.stage.sandbox.is_away = True
    promises.work()
    assert Attempt.objects.exclude(charges=None).count() == 1, "the second was not tried"


def test_f1_draining_processor_goes_on_taking_what_was_promised(promises: Promises) -> None:
    pledge = promises.make()
    change_account(account=promises.stage.account, state=AccountState.DRAINING, by="test")
    promises.to("2026-02-28")
    promises.work()
    assert promises.facts(pledge)["gifts"] == 5000


def test_f2_due_gifts_of_a_closed_processor_become_links_and_move_with_their_payment(
    promises: Promises,
) -> None:
    pledge = promises.make()
    rows = ProcessorAccount.objects.filter(pk=promises.stage.account.pk)
    rows.update(state=AccountState.CLOSED)
    promises.to("2026-02-28")
    promises.work()
    assert promises.facts(pledge)["periods"][-1] == "2026-02 taking", "nobody takes payments"
    rows.update(state=AccountState.ACTIVE)
    other = ProcessorAccount.objects.create(slug="old", kind="sandbox", state=AccountState.CLOSED)
    type(pledge.method).objects.update(account=other)  # type: ignore[arg-type]
    promises.wait(hours=7)
    promises.work()
    promises.work()
    facts = promises.facts(pledge)
    assert (facts["state"], facts["charges"]) == ("past_due", 0)
    assert facts["mails"] == ["Your gift of $25 waits for you"]
    donation = unpaid_gift(pledge)
    assert donation
    promises.stage.press(open_checkout(donation=donation, by="supporter"), "pay")
    promises.stage.settle()
    pledge.refresh_from_db()
    assert pledge.method
    assert (pledge.state, pledge.method.account.slug) == ("active", "sandbox")
    promises.to("2026-03-31")
    promises.work()
    assert promises.facts(pledge)["gifts"] == 7500


def test_next_gift_does_not_begin_beside_one_that_waits(promises: Promises) -> None:
    pledge = promises.make()
    promises.card(pledge, "authentication_required")
    promises.to("2026-03-06")
    promises.work()
    pledge.occurrences.filter(state="taking").update(ends_at=dt.datetime(2027, 1, 1, tzinfo=dt.UTC))
    promises.to("2026-03-31")
    promises.work()
    facts = promises.facts(pledge)
    assert facts["periods"] == ["2026-01 paid", "2026-02 taking", "2026-03 missed"]
    assert (facts["charges"], facts["next"]) == (1, "2026-04-30")
