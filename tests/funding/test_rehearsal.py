"""A rehearsal lives through months of giving: with hard faults all holds, and what does not hold is named."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.db import transaction
from pytest_django import Settings

from broadsheet.funding.actions import open_sandbox_account
from broadsheet.funding.errors import NotTaken
from broadsheet.funding.gateways import opening
from broadsheet.funding.models import Attempt, Pledge, ProcessorAccount
from broadsheet.kit import clock
from broadsheet.project.cli import broadsheet
from broadsheet.project.cli.failures import sentence_for
from broadsheet.rehearsal.letters import letters
from broadsheet.rehearsal.plan import Plan
from broadsheet.rehearsal.year import rehearse
from commanding import run
from soaking import Budget


def silent(_month: str) -> None:
    """Nobody listens how far it is."""


@pytest.fixture
def posted(db: None, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "broadsheet.rehearsal.letters.Postbox"


@pytest.mark.usefixtures("posted")
def test_rehearsal_with_hard_faults_and_a_closing_account_explains_every_cent(
    tmp_path: Path,
) -> None:
    plan = Plan(months=3, supporters=12, seed=5, faults="hard", closes=2)
    report = rehearse(plan, tmp_path, silent)
    assert report.holds, (report.wrong, report.reconciled)
    lines = list(report.as_lines())
    assert lines[-1].startswith("Every cent is explained")
    assert "March 2026" in lines
    said = " ".join(lines)
    for what in ("by themselves", "webhooks: ", "lost", "crashes: ", "payouts: ", "refused: "):
        assert what in said
    assert "processors: the first one closed" in str(report.as_json())
    counts = report.as_json()["counts"]
    assert isinstance(counts, dict)
    assert counts["pledges: moved by the map"] >= 2
    taken_there = Attempt.objects.filter(
        account__slug="sandbox-2", charges__isnull=False, state="succeeded"
    )
    assert taken_there.exists()
    states = dict(ProcessorAccount.objects.values_list("slug", "state"))
    assert states == {"sandbox": "closed", "sandbox-2": "active"}
    assert letters.sent
    assert abs(clock.now() - dt.datetime.now(dt.UTC)) < dt.timedelta(hours=1), "the true time again"
    ProcessorAccount.objects.create(slug="bank", kind="offline")
    with pytest.raises(NotTaken, match="not one of the sandbox"):
        open_sandbox_account(slug="bank", by="test")
    assert open_sandbox_account(slug="sandbox-2", by="test").state == "active"
    assert opening._stage is None


@pytest.mark.usefixtures("posted")
def test_rehearsal_names_what_does_not_hold_and_money_that_nobody_explains(
    tmp_path: Path,
) -> None:
    def meddle(_month: str) -> None:
        Pledge.objects.filter(state="active").update(next_on=None)
        stage = opening._stage
        assert stage
        assert stage.switch("adjustments/sandbox", currency="USD", amount=1)

    report = rehearse(Plan(months=1, supporters=4, seed=1, faults="none"), tmp_path, meddle)
    assert not report.holds
    assert any("its next gift is on None" in each for each in report.wrong)
    assert [each.kind for each in report.reconciled[0].differences] == ["missing"]
    assert "This rehearsal failed" in list(report.as_lines())[-1]


@pytest.mark.soak(minutes=1)
@pytest.mark.usefixtures("posted")
def test_same_seed_is_the_same_month(tmp_path: Path) -> None:
    plan = Plan(months=1, supporters=5, seed=11, faults="hard")
    played = []
    for name in ("first", "second"):
        block = transaction.atomic()
        block._from_testcase = True  # type: ignore[attr-defined]
        with block:
            played.append(rehearse(plan, tmp_path / name, silent).as_json()["counts"])
            transaction.set_rollback(True)
    assert played[0] == played[1]


def test_rehearsal_with_what_is_no_newsroom_says_so(tmp_path: Path) -> None:
    ended = CliRunner().invoke(broadsheet, ["funding", "rehearse", "--dir", str(tmp_path)])
    assert isinstance(ended.exception, Exception)
    assert "is not a newsroom" in str(sentence_for(ended.exception))


@pytest.mark.soak(minutes=2)
def test_any_seed_passes(budget: Budget, founded: Path) -> None:
    """By the command, in a newsroom like the one that is named, whatever the environment says."""
    for seed in budget.pieces(100):
        words = ("--months", "9", "--supporters", "20", "--faults", "hard", "--format", "json")
        ended = run(
            *("funding", "rehearse", "--dir", founded, "--seed", str(seed), *words),
            BROADSHEET_DATABASE_URL="postgres://nobody@127.0.0.1:1/nowhere",
        )
        said = json.loads(ended.stdout)
        assert said["holds"], said
