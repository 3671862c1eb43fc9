"""The map of cards in a rehearsal: a part moves by it, tried dry first, and what is wrong with a move is named."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from broadsheet.funding.actions import MovedRow, move_methods, open_sandbox_account
from broadsheet.funding.models import Pledge
from broadsheet.funding.rules.moving import Mapped
from broadsheet.rehearsal import moving
from broadsheet.rehearsal.banks import SECOND, Banks
from broadsheet.rehearsal.crashes import Crashes
from broadsheet.rehearsal.diary import Diary
from broadsheet.rehearsal.moving import WAITS, Moving
from broadsheet.rehearsal.people import People
from broadsheet.rehearsal.plan import Chance, Plan
from broadsheet.rehearsal.stage import Stage, stage

SUPPORTERS = 20


class Doom(Chance):
    """The program ends at the fiftieth question to the database, wherever it may end at all."""

    def happens(self, of_thousand: int) -> bool:
        return of_thousand > 0

    def whole(self, low: int, high: int) -> int:
        return 50

    def of(self, weights: dict[str, int]) -> str:
        return "question"


@pytest.fixture
def played(db: None, settings: Settings, tmp_path: Path) -> Iterator[Stage]:
    """The stage of a rehearsal whose first account closes at once; everybody has begun on its first day."""
    settings.EMAIL_BACKEND = "broadsheet.rehearsal.letters.Postbox"
    plan = Plan(months=2, supporters=SUPPORTERS, seed=1, faults="none", closes=1)
    with stage(plan, tmp_path, Diary()) as played:
        played.work()
        people = People(plan, played)
        people.coming = [(0, number) for number in range(SUPPORTERS)]
        people.live(0)
        played.work()
        open_sandbox_account(slug=SECOND, by="test")
        yield played


def move_on(played: Stage) -> Moving:
    """The move of a stage, on the day that its map comes."""
    move = Moving(played.plan, played, Banks(played.plan, played))
    assert not move.live(WAITS - 1)
    assert move.live(WAITS)
    return move


def taken_at() -> list[str]:
    """Where pledges that have begun are taken, each by itself."""
    begun = Pledge.objects.exclude(method=None).order_by("pk")
    return list(begun.values_list("method__account__slug", flat=True))


def test_move_goes_on_where_the_program_ended_midway(played: Stage) -> None:
    played.crashes = Crashes(Doom(random.Random(1)), 1000)
    move = move_on(played)
    assert not move.is_done
    some = taken_at().count(SECOND)
    assert some >= 1
    played.crashes.stop()
    assert move.live(WAITS + 1)
    assert not move.live(WAITS + 2), "it is done"
    counts = played.diary.total()
    assert (
        some < counts["pledges: moved by the map"] == taken_at().count(SECOND) == len(move.rows) - 1
    )
    assert "sandbox" in taken_at(), "not everybody is in the map"
    assert move.wrong() == []


def test_move_that_is_not_what_its_dry_run_said_is_named(
    played: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lie(*, rows: list[Mapped], dry_run: bool = False, **told: Any) -> list[MovedRow]:
        said = move_methods(rows=rows, dry_run=True, **told)
        if dry_run:
            move_methods(rows=rows[:2], **told)
        return said

    monkeypatch.setattr(moving, "move_methods", lie)
    said = " ".join(move_on(played).wrong())
    for what in ("changed something", "did not come true", "is in the map and did not move"):
        assert what in said
