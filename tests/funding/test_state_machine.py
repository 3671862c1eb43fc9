"""Any course that gifts can take: begun, paid, given back, disputed, told twice, late or never, with crashes between,
matched by sponsors, by supporters who are found to be one and taken apart again.

After every step the books balance and nobody is told of money that did not come; in the end, when all is
quiet again, what the processor holds, what is booked, what supporters see and what was sent are the same.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import transaction
from hypothesis import HealthCheck
from hypothesis import settings as effort
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from pytest_django import Settings

from broadsheet.funding import checks, tasks
from broadsheet.funding.actions import (
    close_fund,
    merge_supporters,
    open_fund,
    propose_refund,
    take_apart,
)
from broadsheet.funding.choices import LedgerAccount
from broadsheet.funding.errors import BadFund, CareRefused, GatewayError, RefundRefused
from broadsheet.funding.gateways.sandbox.errors import Refusal
from broadsheet.funding.models import (
    Attempt,
    Donation,
    InboxEvent,
    LedgerTransaction,
    MatchingClaim,
    MatchingFund,
    Receipt,
    Supporter,
    SupporterMerge,
)
from broadsheet.funding.queries import ledger_sum
from broadsheet.funding.rules.returning import Paid
from broadsheet.kit import clock
from broadsheet.kit.money import Money
from broadsheet.readers.models import User
from pledge_moves import PledgeMoves
from soaking import Budget
from stage import SLUG, Stage

BUTTONS = ("pay", "decline", "authenticate", "confirm", "fail", "delay")
FAULTS = ("lose_answer", "error", "error_after")


class Gifts(PledgeMoves, RuleBasedStateMachine):
    """Up to four gifts to one campaign through one processor, and pledges beside them."""

    settings: Settings

    @initialize()
    def begin_play(self) -> None:
        self.block = transaction.atomic()
        self.block._from_testcase = True  # type: ignore[attr-defined]
        self.block.__enter__()
        self.travel = time_machine.travel(dt.datetime.now(dt.UTC), tick=False)
        self.clock = self.travel.start()
        self.folder = tempfile.TemporaryDirectory()
        self.stage = Stage(Path(self.folder.name), self.settings)
        self.campaign = self.stage.campaign(ends_at=clock.now() + dt.timedelta(days=900))
        self.donations: list[Donation] = []
        self.addresses: dict[int, str] = {}
        self.person = User.objects.get_or_create(email="ann@ledger.example")[0]
        self.told: set[str] = set()
        mail.outbox.clear()

    def teardown(self) -> None:
        if not hasattr(self, "stage"):
            return
        try:
            self._quiet()
            self._all_is_true()
        finally:
            self.stage.close()
            self.travel.stop()
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)
            self.folder.cleanup()

    # The supporter ------------------------------------------------------------------------------

    @precondition(lambda self: len(self.donations) < 4)
    @rule(minor=st.sampled_from([100, 1999, 2500]), covers=st.booleans(), who=st.integers(0, 3))
    def begin(self, minor: int, covers: bool, who: int) -> None:
        email = f"s{who}@example.org"
        gift = {"email": email, "covers_fees": covers, "campaign": self.campaign}
        donation = self.stage.begin(minor, **gift)
        assert donation.supporter.merged_into is None
        self.donations.append(donation)
        self.addresses[donation.pk] = email

    @precondition(lambda self: self.donations)
    @rule(data=st.data())
    def open(self, data: st.DataObject) -> None:
        with contextlib.suppress(GatewayError):
            self.stage.open(data.draw(st.sampled_from(self.donations)))

    @precondition(lambda self: self._opened())
    @rule(data=st.data(), button=st.sampled_from(BUTTONS))
    def press(self, data: st.DataObject, button: str) -> None:
        attempt = data.draw(st.sampled_from(self._opened()))
        self.stage.web.post(f"/checkout/{attempt.checkout_id}/", data={"outcome": button})

    # The processor and the bank -----------------------------------------------------------------

    @precondition(lambda self: self._opened())
    @rule(data=st.data(), outcome=st.sampled_from(["clear", "bounce"]))
    def decide(self, data: st.DataObject, outcome: str) -> None:
        attempt = data.draw(st.sampled_from(self._opened()))
        with contextlib.suppress(AssertionError):  # nothing to decide is no fault
            self.stage.switch(f"checkouts/{attempt.checkout_id}", outcome=outcome)

    @rule(fault=st.sampled_from(FAULTS))
    def have_a_fault(self, fault: str) -> None:
        self.stage.faults(**{fault: 1})

    @rule()
    def go_away_or_come_back(self) -> None:
        self.stage.sandbox.is_away = not self.stage.sandbox.is_away

    @precondition(lambda self: self.stage.events())
    @rule(data=st.data())
    def deliver_some(self, data: st.DataObject) -> None:
        for event in data.draw(st.lists(st.sampled_from(self.stage.events()), max_size=6)):
            assert self.stage.deliver(event).status_code == 200

    @precondition(lambda self: self._paid())
    @rule(data=st.data(), share=st.sampled_from([1, 2, 3]))
    def refund(self, data: st.DataObject, share: int) -> None:
        payment = data.draw(st.sampled_from(self._paid()))
        wish = {"payment": payment["id"], "amount": max(1, payment["amount"] // share)}
        with contextlib.suppress(Refusal), self.stage.sandbox.store.transaction():
            self.stage.sandbox._api.returns.refund(SLUG, wish, is_slow=data.draw(st.booleans()))

    @precondition(lambda self: self.donations)
    @rule(data=st.data(), share=st.sampled_from([1, 2]))
    def refund_by_staff(self, data: st.DataObject, share: int) -> None:
        donation = data.draw(st.sampled_from(self.donations))
        amount = Money(max(1, donation.gift_minor // share), "USD")
        with contextlib.suppress(RefundRefused):
            propose_refund(donation=donation, amount=amount, reason="", by=self.person)

    @precondition(lambda self: self._objects("refund"))
    @rule(data=st.data(), state=st.sampled_from(["succeeded", "failed"]))
    def end_refund(self, data: st.DataObject, state: str) -> None:
        refund = data.draw(st.sampled_from(self._objects("refund")))
        with contextlib.suppress(Refusal), self.stage.sandbox.store.transaction():
            self.stage.sandbox._api.returns.end_refund(refund["id"], state)

    @precondition(lambda self: self._paid())
    @rule(
        data=st.data(),
        outcome=st.sampled_from(["dispute", "dispute_won", "dispute_lost", "late_failure"]),
    )
    def dispute(self, data: st.DataObject, outcome: str) -> None:
        payment = data.draw(st.sampled_from(self._paid()))
        with contextlib.suppress(Refusal), self.stage.sandbox.store.transaction():
            self.stage.sandbox._api.returns.act(payment["id"], outcome)

    # Sponsors, and staff who find that two are one ----------------------------------------------

    @precondition(lambda self: MatchingFund.objects.count() < 2)
    @rule(
        cap=st.sampled_from([1500, 1_000_000]),
        ratio=st.sampled_from([(1, 1), (2, 1), (1, 3)]),
        most=st.sampled_from([None, 700]),
    )
    def open_a_fund(self, cap: int, ratio: tuple[int, int], most: int | None) -> None:
        now = clock.now()
        open_fund(
            campaign=self.campaign,
            sponsor="A sponsor",
            cap=Money(cap, "USD"),
            ratio=ratio,
            most=Money(most, "USD") if most else None,
            starts_at=now,
            ends_at=now + dt.timedelta(days=800),
            by="test",
        )

    @precondition(lambda self: MatchingFund.objects.exists())
    @rule()
    def close_a_fund(self) -> None:
        with contextlib.suppress(BadFund):
            close_fund(fund=MatchingFund.objects.earliest("pk"), by="test")

    @precondition(lambda self: len(set(self.addresses.values())) > 1)
    @rule(data=st.data())
    def merge(self, data: st.DataObject) -> None:
        two = st.lists(
            st.sampled_from(sorted(set(self.addresses.values()))), min_size=2, max_size=2
        )
        kept, duplicate = (Supporter.objects.get(email=email) for email in data.draw(two))
        with contextlib.suppress(CareRefused):
            merge_supporters(kept=kept, duplicate=duplicate, by=self.person)

    @precondition(lambda self: SupporterMerge.objects.exists())
    @rule(data=st.data())
    def take_them_apart(self, data: st.DataObject) -> None:
        merge = data.draw(st.sampled_from(list(SupporterMerge.objects.order_by("pk"))))
        with contextlib.suppress(CareRefused):
            take_apart(merge=merge, by=self.person)

    # The worker and the clock -------------------------------------------------------------------

    @rule()
    def work(self) -> None:
        self.stage.work()

    @rule()
    def tick(self) -> None:
        tasks.tick()

    @rule()
    def crash(self) -> None:
        """Workers died with all that waits in their hands."""
        InboxEvent.objects.exclude(state="done").update(
            state="processing", due_at=clock.now() + dt.timedelta(minutes=5)
        )
        Receipt.objects.exclude(state="sent").update(
            state="sending", due_at=clock.now() + dt.timedelta(minutes=10)
        )

    @rule(minutes=st.sampled_from([1, 4, 6, 60, 26 * 60]))
    def pass_time(self, minutes: int) -> None:
        self.clock.shift(dt.timedelta(minutes=minutes))

    # What is true -------------------------------------------------------------------------------

    @invariant()
    def books_balance_and_nothing_is_booked_that_did_not_come(self) -> None:
        if not hasattr(self, "stage"):
            return
        assert [*checks.books(), *checks.gifts()] == []
        held = {movement["id"] for movement in self._movements()}
        assert set(LedgerTransaction.objects.values_list("processor_ref", flat=True)) <= held
        settled = Donation.objects.filter(state="settled").count()
        assert len(self._receipts()) <= settled + len(self._movements()) - len(self._paid())
        keys = [session["reference"] for session in self._objects("checkout_session")]
        assert [key for key, count in Counter(keys).items() if count > 1] == [], (
            "a key worked twice"
        )

    @invariant()
    def sponsors_add_what_they_promised_and_nobody_is_two(self) -> None:
        if not hasattr(self, "stage"):
            return
        assert not Donation.objects.exclude(supporter__merged_into=None).exists()
        claims = list(MatchingClaim.objects.select_related("fund", "donation"))
        for claim in claims:
            fund, donation = claim.fund, claim.donation
            assert donation.state == "settled"
            assert fund.starts_at <= donation.created_at < fund.ends_at
            wanted = _left_of(donation) * fund.adds // fund.per
            wanted = wanted if fund.most_minor is None else min(wanted, fund.most_minor)
            is_alone = sum(other.donation_id == claim.donation_id for other in claims) == 1
            if fund.cap_minor == 1_000_000 and is_alone:
                assert claim.minor == wanted
            assert 0 <= claim.minor <= wanted
        added = sum(claim.minor for claim in claims)
        assert -ledger_sum(LedgerAccount.MATCHED).get("USD", 0) == added
        assert ledger_sum(LedgerAccount.MATCH_DUE).get("USD", 0) == added
        assert all(fund.claimed_minor <= fund.cap_minor for fund in MatchingFund.objects.all())

    def _quiet(self) -> None:
        """Everybody is back and has time: the supporters' checkouts expire, the rest is looked up."""
        self.stage.sandbox.is_away = False
        self.stage.faults()
        for attempt in self._opened():
            with contextlib.suppress(AssertionError):
                self.stage.switch(f"checkouts/{attempt.checkout_id}", outcome="clear")
        for _ in range(4):
            self.clear_slow_charges()
            self.clock.shift(dt.timedelta(hours=25))
            tasks.tick()
            self.stage.work()
        self.clear_slow_charges()  # of gifts that came due meanwhile
        tasks.tick()

    def _all_is_true(self) -> None:
        self.pledges_are_true()
        self.donations = list(Donation.objects.order_by("pk"))
        paid = self._paid()
        booked = LedgerTransaction.objects.values_list("processor_ref", flat=True)
        assert sorted(booked) == sorted(movement["id"] for movement in self._movements())
        by_gift = Counter(
            Attempt.objects.get(idempotency_key=payment["reference"]).donation_id
            for payment in paid
        )
        for donation in self.donations:
            donation.refresh_from_db()
            count = by_gift[donation.pk]
            assert (donation.state == "settled") is (count > 0)
            if donation.state != "settled":
                assert donation.state == "lapsed"
            heading = self.stage.thanks(donation)
            is_back = donation.returned == donation.gross
            expected = "Your gift was given back" if is_back else "Thank you"
            assert (heading == expected) is (count > 0)
            mine = [each for each in self._receipts() if donation.reference in str(each.body)]
            assert len(mine) == donation.receipts.count()
            given_by = self.addresses.get(donation.pk, donation.supporter.email)
            family = self._family(given_by)
            assert {address for message in mine for address in message.to} <= family
            assert bool(mine) is (count > 0)
            kinds = Counter(donation.bookings.values_list("kind", flat=True))
            assert kinds["gift"] == min(count, 1)
            assert kinds["second_payment"] == max(count - 1, 0)
        sums = {account: -ledger_sum(account).get("USD", 0) for account in LedgerAccount}
        settled = [donation for donation in self.donations if donation.state == "settled"]
        assert sums[LedgerAccount.GIFTS] == sum(donation.gift_minor for donation in settled)
        covers = sum(donation.cover_minor for donation in settled)
        back = sum(donation.returned.minor for donation in settled)
        gone = sums[LedgerAccount.REFUNDS] + sums[LedgerAccount.DISPUTES]
        assert covers - sums[LedgerAccount.COVER] - gone == back
        net = sum(movement["net"] for movement in self._movements())
        assert -sums[LedgerAccount.PROCESSOR] == net
        for payment in paid:
            refunded = [self.stage.sandbox.store.get(one, "refund") for one in payment["refunds"]]
            held = [body["amount"] for body in refunded if body and body["state"] != "failed"]
            assert sum(held) <= payment["amount"], "no more was refunded than was paid"
        assert not Attempt.objects.filter(state__in=["created", "submitted", "unknown"]).exists()

    def _family(self, email: str) -> set[str]:
        """Who was found to be the same as this address at any time, itself too."""
        merges = SupporterMerge.objects.values_list("kept__email", "duplicate__email")
        found: set[str] = set()
        more = {email}
        while more - found:
            found |= more
            more = {each for pair in merges if found & set(pair) for each in pair}
        return found

    def _receipts(self) -> list[mail.EmailMessage]:
        return [message for message in mail.outbox if message.subject.startswith("Your receipt")]

    def _opened(self) -> list[Attempt]:
        return list(Attempt.objects.exclude(checkout_id="").order_by("pk"))

    def _objects(self, kind: str) -> list[dict[str, Any]]:
        rows = self.stage.sandbox.store.rows("SELECT id FROM object WHERE type = ?", kind)
        found = [self.stage.sandbox.store.get(row["id"], kind) for row in rows]
        return [body for body in found if body]

    def _movements(self) -> list[dict[str, Any]]:
        found = [payment["balance_transaction"] for payment in self._paid()]
        for part in (*self._objects("refund"), *self._objects("dispute")):
            found += part["balance_transactions"]
        return found

    def _paid(self) -> list[dict[str, Any]]:
        return [body for body in self._objects("payment") if body["state"] == "succeeded"]


def _left_of(donation: Donation) -> int:
    """What is left of a gift after all that went back of its payment."""
    paid = Paid(donation.gift_minor, donation.cover_minor, donation.returned.minor)
    return paid.gift_left


def play(settings: Settings, examples: int, steps: int) -> None:
    Gifts.settings = settings
    run_state_machine_as_test(
        Gifts,
        settings=effort(
            max_examples=examples,
            print_blob=True,
            stateful_step_count=steps,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_gifts_take_any_course_and_every_cent_is_where_it_belongs(
    db: None, settings: Settings
) -> None:
    play(settings, examples=8, steps=25)


@pytest.mark.soak(minutes=4)
def test_gifts_take_any_course_for_longer(db: None, settings: Settings, budget: Budget) -> None:
    for _piece in budget.pieces(100):
        play(settings, examples=10, steps=60)
