"""Reconciliation: B1 to B5, C6; every cent explained or named, and never mended."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
import time_machine
from click.testing import CliRunner

from broadsheet.funding import tasks
from broadsheet.funding.actions import reconcile
from broadsheet.funding.choices import LedgerAccount
from broadsheet.funding.models import LedgerEntry, LedgerTransaction, Payout, triggers
from broadsheet.funding.queries import ledger_sum
from broadsheet.kit import clock
from broadsheet.project.cli import broadsheet
from stage import SLUG, Stage


def busy(stage: Stage) -> None:
    """Gifts, a refund, a dispute with its fee, and a payout, all heard of."""
    donations = [stage.give(1000 + at, email=f"s{at}@example.org") for at in range(4)]
    stage.settle()
    payments = [donation.attempts.get().payment_id for donation in donations]
    with stage.sandbox.store.transaction():
        returns = stage.sandbox._api.returns
        returns.refund(SLUG, {"payment": payments[0], "amount": 400})
    stage.switch(f"payments/{payments[1]}", outcome="dispute")
    pay_out(stage)
    stage.settle()


def pay_out(stage: Stage) -> dict[str, Any]:
    stage.switch(f"payouts/{SLUG}", currency="USD")
    payout: dict[str, Any] = stage.events()[-1]["data"]["object"]
    return payout


def found(stage: Stage, **when: Any) -> list[str]:
    return [
        f"{each.kind} {each.ref}" for each in reconcile(account=stage.account, **when).differences
    ]


def movements(stage: Stage) -> list[dict[str, Any]]:
    return stage.sandbox.processor.movements(SLUG, "", 500)


def test_b1_account_at_which_nothing_happened_is_explained(stage: Stage) -> None:
    result = reconcile(account=stage.account)
    assert (result.is_explained, result.agreed, result.balances) == (True, 0, {})


def test_b1_gifts_refunds_disputes_and_payout_agree_to_the_cent(stage: Stage) -> None:
    busy(stage)
    result = reconcile(account=stage.account)
    assert result.is_explained
    assert (result.agreed, result.differences) == (7, [])
    assert result.balances == {"USD": (0, 0)}
    paid_out = Payout.objects.get()
    net = sum(movement["net"] for movement in movements(stage) if movement["type"] != "payout")
    assert paid_out.minor == net == ledger_sum(LedgerAccount.PAYOUTS)["USD"]


def test_b1_payout_is_what_the_movements_before_it_sum_to(stage: Stage) -> None:
    busy(stage)
    stage.give(5000, email="later@example.org")
    pay_out(stage)
    stage.settle()
    assert [payout.minor for payout in Payout.objects.order_by("pk")][1] == 5000 - 145 - 30
    assert reconcile(account=stage.account).is_explained


def test_b2_missing_movement_is_named(stage: Stage) -> None:
    """The processor took a refund, and nobody told us or asked."""
    busy(stage)
    donation = stage.give(3000, email="x@example.org")
    stage.settle()
    with stage.sandbox.store.transaction():
        wish = {"payment": donation.attempts.get().payment_id}
        refund = stage.sandbox._api.returns.refund(SLUG, wish)
    ref = refund["balance_transactions"][0]["id"]
    result = reconcile(account=stage.account)
    assert [each.ref for each in result.differences] == [ref]
    assert result.differences[0].said == "-3000 USD (fee 0) at the processor, not in the ledger"
    ours, theirs = result.balances["USD"]
    assert ours - theirs == 3000
    assert not result.is_explained
    tasks.tick()
    assert reconcile(account=stage.account).is_explained


def test_b2_extra_and_altered_and_duplicate_lines_are_named(stage: Stage) -> None:
    busy(stage)
    first, second, third = [movement["id"] for movement in movements(stage)][:3]
    stage.sandbox.store.run("DELETE FROM object WHERE id = ?", first)
    body = next(movement for movement in movements(stage) if movement["id"] == second)
    stage.sandbox.store.put({**body, "amount": body["amount"] + 1, "net": body["net"] + 1})
    twice = next(movement for movement in movements(stage) if movement["id"] == third)
    stage.sandbox.store.run(
        "INSERT INTO object (id, account, type, reference, body) VALUES (?, ?, ?, ?, ?)",
        *("txn_again", SLUG, "balance_transaction", "", json.dumps(twice)),
    )
    assert found(stage) == sorted([f"altered {second}", f"duplicate {third}", f"extra {first}"])


def test_b2_ledger_that_was_tampered_with_is_named(stage: Stage) -> None:
    busy(stage)
    triggers.lift()
    booking = LedgerTransaction.objects.filter(kind="gift")[0]
    booking.entries.filter(account=LedgerAccount.PROCESSOR).update(minor=1)
    LedgerEntry.objects.filter(transaction__kind="payout").update(minor=5)
    payout = LedgerTransaction.objects.get(kind="payout")
    refs = sorted([booking.processor_ref, payout.processor_ref])
    assert found(stage) == [f"altered {ref}" for ref in refs]


def test_b3_adjustment_is_named_until_a_person_explains_it(stage: Stage) -> None:
    busy(stage)
    stage.switch(f"adjustments/{SLUG}", currency="USD", amount=25)
    result = reconcile(account=stage.account)
    assert [each.kind for each in result.differences] == ["missing"]
    assert result.balances["USD"] == (0, 25)


def test_b3_payout_that_fails_comes_back_and_still_agrees(stage: Stage) -> None:
    busy(stage)
    payout = Payout.objects.get()
    stage.switch(f"payouts/{SLUG}/{payout.ident}", outcome="failed")
    stage.settle()
    assert reconcile(account=stage.account).is_explained
    assert ledger_sum(LedgerAccount.PAYOUTS)["USD"] == 0
    assert -ledger_sum(LedgerAccount.PROCESSOR)["USD"] == -payout.minor


def test_b3_currencies_are_never_mixed(stage: Stage) -> None:
    stage.give(2500)
    stage.give(3000, currency="EUR", email="e@example.org")
    stage.settle()
    result = reconcile(account=stage.account)
    assert result.balances == {"EUR": (2883, 2883), "USD": (2397, 2397)}
    assert result.is_explained


def test_c6_payout_is_booked_once_however_often_it_is_told(stage: Stage) -> None:
    busy(stage)
    for _ in range(3):
        stage.settle()
        tasks.tick()
    assert LedgerTransaction.objects.filter(kind="payout").count() == 1
    assert Payout.objects.count() == 1


def test_reconcile_a_range_looks_at_nothing_outside_it(stage: Stage) -> None:
    now = clock.now()
    for days in (0, 1, 2):
        with time_machine.travel(now + dt.timedelta(days=days)):
            stage.give(1000, email=f"s{days}@example.org")
    with time_machine.travel(now + dt.timedelta(days=3)):
        middle = {
            "since": now + dt.timedelta(hours=12),
            "until": now + dt.timedelta(days=1, hours=12),
        }
        assert len(found(stage)) == 3
        assert len(found(stage, **middle)) == 1
        stage.settle()
        assert reconcile(account=stage.account, **middle).agreed == 1
        assert reconcile(account=stage.account, **middle).balances == {"USD": (941, 941)}


@pytest.mark.parametrize("shape", ["text", "json"])
def test_b5_command_says_the_same_twice_and_its_status_tells(
    stage: Stage, newsroom_dir: Path, shape: str
) -> None:
    def run() -> tuple[int, str]:
        words = ["funding", "reconcile", "--format", shape, "--dir", str(newsroom_dir)]
        ended = CliRunner().invoke(broadsheet, words)
        return ended.exit_code, ended.output

    busy(stage)
    status, output = run()
    assert status == 0
    assert "7" in output
    stage.switch(f"adjustments/{SLUG}", currency="USD", amount=25)
    stage.switch(f"adjustments/{SLUG}", currency="USD", amount=-10)
    status, output = run()
    assert status == 1
    assert run() == (status, output)
    assert output.count("missing") == 2
    if shape == "json":
        [account] = json.loads(output)
        assert account["balances"] == {"USD": {"ledger": 0, "there": 15}}
        assert account["is_explained"] is False


def test_command_with_days_takes_whole_days_of_the_newsrooms_zone(
    stage: Stage, newsroom_dir: Path
) -> None:
    instant = dt.datetime.fromisoformat("2026-11-01T23:30:00-05:00")
    with time_machine.travel(instant, tick=False):
        stage.give(1000)
        tasks.tick()
    for day, agrees in (("2026-11-01", 1), ("2026-11-02", 0)):
        words = ["funding", "reconcile", "--from", day, "--to", day, "--dir", str(newsroom_dir)]
        output = CliRunner().invoke(broadsheet, words).output
        assert f"{agrees} movements agree" in output
