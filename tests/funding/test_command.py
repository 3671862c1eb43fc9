"""`broadsheet funding`: what whoever looks after money types, and what is said to mistakes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
import time_machine
from click.testing import CliRunner

from broadsheet.funding import tasks
from broadsheet.funding.models import LedgerTransaction, Refund, triggers
from broadsheet.kit import clock
from broadsheet.project.cli import broadsheet
from broadsheet.project.cli.failures import sentence_for
from broadsheet.readers.models import User
from stage import Stage

Run = Callable[..., str]


@pytest.fixture
def run(newsroom_dir: Path, stage: Stage) -> Run:
    """Runs the command in this newsroom and returns what it said; a failure's sentence after “Error: ”."""
    for name in ("ann", "bo"):
        User.objects.create_superuser(f"{name}@ledger.example")
    User.objects.create_user("reporter@ledger.example")

    def run(*words: str) -> str:
        arguments = ["funding", *words, "--dir", str(newsroom_dir)]
        ended = CliRunner().invoke(broadsheet, arguments, catch_exceptions=True)
        if ended.exception and not isinstance(ended.exception, SystemExit):
            sentence = sentence_for(ended.exception)  # type: ignore[arg-type]
            assert sentence, ended.exception
            return f"Error: {sentence}"
        return ended.output

    return run


def test_refund_by_command_is_made_by_the_worker(stage: Stage, run: Run) -> None:
    donation = stage.give()
    stage.settle()
    assert "There are no refunds." in run("refunds")
    said = run("refund", donation.reference, "--amount", "10", "--by", "ann@ledger.example")
    assert (
        said
        == f"Refund {Refund.objects.get().pk} of $10 of gift {donation.reference}: To be made\n"
    )
    tasks.look_at_refunds()
    assert ": Given back" in run("refunds")


def test_refund_by_command_above_the_limit_needs_a_second_person(stage: Stage, run: Run) -> None:
    donation = stage.give(20_000)
    stage.settle()
    assert "second person" in run("refund", donation.reference, "--by", "ann@ledger.example")
    number = str(Refund.objects.get().pk)
    assert "A second person has to agree" in run("approve", number, "--by", "ann@ledger.example")
    assert ": To be made" in run("approve", number, "--by", "bo@ledger.example")
    assert ": Declined" in run("decline", number, "--by", "ann@ledger.example")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("refund", "nothing", "--by", "ann@ledger.example"), "There is no gift nothing"),
        (("refund", "GIFT", "--by", "x@ledger.example"), "There is no account x@ledger.example"),
        (("refund", "GIFT", "--by", "reporter@ledger.example"), "may not move money"),
        (("refund", "GIFT", "--amount", "1e3", "--by", "ann@ledger.example"), "lease write"),
        (("refund", "GIFT", "--amount", "26", "--by", "ann@ledger.example"), "At most $25"),
        (("approve", "99", "--by", "ann@ledger.example"), "There is no refund 99"),
    ],
    ids=str,
)
def test_command_says_what_is_wrong_and_does_nothing(
    stage: Stage, run: Run, words: tuple[str, ...], said: str
) -> None:
    donation = stage.give()
    stage.settle()
    output = run(*(donation.reference if word == "GIFT" else word for word in words))
    assert said in output
    assert Refund.objects.count() == 0


def test_books_are_verified_and_closed_by_command(stage: Stage, run: Run) -> None:
    stage.give()
    stage.settle()
    assert run("verify").startswith("All 1 transactions hold.")
    assert "transactions 1 to 1" in run("close", "2026-11", "--by", "ann@ledger.example")
    assert "Nothing was booked" in run("close", "2026-12", "--by", "ann@ledger.example")
    triggers.lift()
    LedgerTransaction.objects.update(kind="x")
    assert "Error: transaction 1 of the ledger was altered" in run("verify")


def test_yearly_statements_are_counted_first_and_written_once(stage: Stage, run: Run) -> None:
    stage.give()
    stage.settle()
    year = clock.day_of(clock.now()).year
    assert f"Error: The year {year} is not over" in run("statements", "--year", str(year))
    with time_machine.travel(clock.now() + dt.timedelta(days=366)):
        words = ("statements", "--year", str(year))
        assert "To be written: 1 new, 0 corrected" in run(*words, "--dry-run")
        assert "Written: 1 new, 0 corrected. 0 are as they were." in run(*words)
        assert "Written: 0 new, 0 corrected. 1 are as they were." in run(*words)
