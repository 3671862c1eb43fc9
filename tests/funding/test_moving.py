"""Live pledges move to another processor by a map of tokens (F2, F3, F4), between sandboxes and from Stripe."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import httpx
import pytest
import time_machine
from click.testing import CliRunner
from pytest_django import Settings

from broadsheet.funding import checks, tasks
from broadsheet.funding.actions import (
    change_account,
    move_methods,
    open_sandbox_account,
    plan_renewals,
    reconcile,
    renewing,
)
from broadsheet.funding.choices import AccountState, Cadence, LedgerAccount
from broadsheet.funding.errors import BadMap, NotTaken
from broadsheet.funding.models import Attempt, Donation, Pledge, ProcessorAccount, Receipt
from broadsheet.funding.queries import ledger_sum, unpaid_gift
from broadsheet.funding.rules.moving import NEEDED, Mapped, read_map
from broadsheet.kit import clock
from broadsheet.project.cli import broadsheet
from broadsheet.project.cli.failures import Failure
from promises import Promises
from stage import Stage
from stripe_stage import StripeStage


def map_of(stage: Stage, *pledges: Pledge, to: str = "sandbox-2") -> list[list[str]]:
    """What two processors would say: the methods of pledges, and those that they became."""
    rows = []
    for pledge in pledges:
        assert pledge.method
        new = stage.sandbox.processor.keep_method(to)
        rows.append([pledge.method.customer, pledge.method.method, new["customer"], new["method"]])
    return rows


def mapped(*rows: list[str]) -> list[Mapped]:
    return read_map("\n".join(",".join(row) for row in ([*NEEDED], *rows)))


def explained() -> bool:
    assert [*checks.books(), *checks.gifts(), *checks.promises()] == []
    return all(reconcile(account=each).is_explained for each in ProcessorAccount.objects.all())


def accounts_of(pledge: Pledge) -> list[str]:
    """Where the gifts of a pledge were taken, the first one first."""
    paid = Attempt.objects.filter(donation__occurrence__pledge=pledge, state="succeeded")
    return list(paid.order_by("pk").values_list("account__slug", flat=True))


def test_f3_f4_partial_map_moves_whom_it_names_and_reports_go_on(
    promises: Promises, newsroom_dir: Path, tmp_path: Path
) -> None:
    made = [promises.make(email=f"s{at}@example.org") for at in range(3)]
    first, second, _third = made
    file = tmp_path / "map.csv"

    def command(*words: str) -> str:
        told = [*words, "--dir", str(newsroom_dir)]
        ended = CliRunner().invoke(broadsheet, ["funding", *told])
        assert isinstance(ended.exception, SystemExit | None | Failure), ended.exception
        return f"{ended.output}{ended.exception}"

    def move(*more: str) -> str:
        return command("move", "--from", "sandbox", "--to", "sandbox-2", "--map", str(file), *more)

    assert "sandbox-2: Active" in command("open", "sandbox-2")
    promises.stage.account.refresh_from_db()
    change_account(account=promises.stage.account, state=AccountState.DRAINING, by="test")
    rows = map_of(promises.stage, first, second)
    with file.open("w", newline="") as out:
        csv.writer(out).writerows(
            [
                [*NEEDED, "label", "expires_on"],
                [*rows[0], "visa 1", "2029-12-31"],
                rows[1],
                ["cus_x", "pm_x", "cus_y", "pm_y"],
                ["cus_x", "pm_z", "", "pm_y"],
                ["", ""],
            ]
        )
    planned = move("--dry-run")
    assert "4 rows: 2 moved, 1 skipped, 1 failed; 2 pledges." in planned
    assert "row 4: skipped: sandbox keeps no such method here" in planned
    assert "row 5: failed: new_customer is empty" in planned
    assert "3 pledges are taken at sandbox." in planned
    assert "Nothing was changed" in planned
    assert not Pledge.objects.filter(method__account__slug="sandbox-2").exists()
    assert "1 pledges are taken at sandbox." in move()
    again = move()
    assert "4 rows: 0 moved, 3 skipped, 1 failed; 0 pledges." in again
    assert "row 2: skipped: moved already" in again
    first.refresh_from_db()
    assert first.method
    assert (first.method.label, str(first.method.expires_on)) == ("visa 1", "2029-12-31")
    promises.to("2026-02-28")
    promises.work()
    assert [accounts_of(each) for each in made] == [
        ["sandbox", "sandbox-2"],
        ["sandbox", "sandbox-2"],
        ["sandbox", "sandbox"],
    ]
    for pledge in made:
        assert promises.facts(pledge)["periods"] == ["2026-01 paid", "2026-02 paid"]
    assert -ledger_sum(LedgerAccount.GIFTS)["USD"] == 6 * 2500
    assert Receipt.objects.count() == 6
    assert explained()
    file.write_bytes(b"\xff\xfe")
    assert "is not written in UTF-8" in move()


def test_f2_dead_processor_then_the_map_none_is_charged_twice_when_it_returns(
    promises: Promises,
) -> None:
    waits, unsent, doubtful = (promises.make(email=f"s{at}@example.org") for at in range(3))
    target = open_sandbox_account(slug="sandbox-2", by="test")
    source = promises.stage.account
    promises.to("2026-02-28")
    plan_renewals(by="test")
    attempt = renewing._attempt_to_charge(unsent.occurrences.get(state="taking"), "test")
    assert attempt
    unsent.occurrences.filter(state="taking").update(try_at=clock.now() + dt.timedelta(minutes=9))
    promises.stage.sandbox.is_away = True
    occurrence = doubtful.occurrences.get(state="taking")
    begun = renewing._attempt_to_charge(occurrence, "test")
    assert begun
    assert renewing._mark_sent(occurrence, begun)
    ProcessorAccount.objects.filter(pk=source.pk).update(state=AccountState.CLOSED)
    tasks.take_gifts()
    promises.stage.sandbox.is_away = False
    promises.wait(minutes=6)
    tasks.take_gifts()
    assert unpaid_gift(Pledge.objects.get(pk=waits.pk)), "it became a link"
    rows = mapped(*map_of(promises.stage, waits, unsent, doubtful))
    done = move_methods(rows=rows, source=source, target=target, by="test")
    assert [each.outcome for each in done] == ["moved"] * 3
    attempt.refresh_from_db()
    assert attempt.state == "canceled", "it was never sent, and never is"
    for _ in range(4):
        promises.wait(minutes=30)
        promises.work()
        tasks.look_at_attempts()
    for pledge in (waits, unsent, doubtful):
        assert promises.facts(pledge)["periods"] == ["2026-01 paid", "2026-02 paid"]
    assert len(promises.payments()) == 6
    assert [accounts_of(each)[1] for each in (waits, unsent)] == ["sandbox-2", "sandbox-2"]
    assert explained()


def test_move_that_cannot_be_says_why(stage: Stage) -> None:
    target = open_sandbox_account(slug="sandbox-2", by="test")
    hand = ProcessorAccount.objects.create(slug="bank", kind="offline")
    real = ProcessorAccount(slug="stripe", kind="stripe", livemode=True)
    for to, why in ((stage.account, "itself"), (hand, "by hand"), (real, "Real money")):
        real.pk = 77
        with pytest.raises(NotTaken, match=why):
            move_methods(rows=[], source=stage.account, target=to, by="test")
    target.state = AccountState.CLOSED
    with pytest.raises(NotTaken, match="is closed"):
        move_methods(rows=[], source=stage.account, target=target, by="test")


def test_map_that_cannot_be_read_says_why() -> None:
    for text in ("", "old_customer,old_method\n", '"a\n', "old_customer," + ",".join(NEEDED)):
        with pytest.raises(BadMap):
            read_map(text)
    head = ",".join([*NEEDED, "expires_on"])
    rows = read_map(f"{head}\na,b,c,d,\na,b,c,e,\nf,g,h,{'i' * 101},\nj,k,l,m,soon\n")
    assert [each.problem for each in rows] == [
        "",
        "this method is in the file twice",
        "a name is longer than 100 characters",
        "expires_on is no day such as 2027-12-31",
    ]


def _renew(stage: Stage) -> None:
    tasks.look_at_pledges()
    tasks.take_gifts()
    stage.settle()


def test_pledge_moves_from_stripe_to_the_sandbox(
    db: None, lookalike: httpx.Client, settings: Settings, tmp_path: Path
) -> None:
    stripe = StripeStage(lookalike, settings)
    stripe.connect()
    donation = stripe.begin(cadence=Cadence.MONTHLY)
    stripe.act(f"checkout/{stripe.open(donation).checkout_id}", outcome="pay")
    stripe.settle()
    pledge = Pledge.objects.get()
    change_account(account=stripe.account, state=AccountState.DRAINING, by="test")
    stripe.set(processor="sandbox")
    stage = Stage(tmp_path / "sandbox", settings)
    rows = mapped(*map_of(stage, pledge, to="sandbox"))
    move_methods(rows=rows, source=stripe.account, target=stage.account, by="test")
    pledge.refresh_from_db()
    assert pledge.next_on
    month_on = dt.datetime.combine(pledge.next_on, dt.time(17), dt.UTC)
    with time_machine.travel(month_on, tick=False):
        _renew(stage)
    assert accounts_of(pledge) == ["stripe", "sandbox"]
    assert Donation.objects.filter(state="settled").count() == 2
    assert -ledger_sum(LedgerAccount.GIFTS)["USD"] == 5000
    assert explained()
    stage.close()
