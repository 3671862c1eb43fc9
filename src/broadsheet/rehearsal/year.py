"""Living through a rehearsal: each day banks, webhooks, the worker, supporters and staff; then all is quiet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from broadsheet.funding.actions import reconcile
from broadsheet.funding.models import ProcessorAccount
from broadsheet.rehearsal.banks import Banks
from broadsheet.rehearsal.diary import Diary
from broadsheet.rehearsal.facts import facts_by_month
from broadsheet.rehearsal.moving import Moving
from broadsheet.rehearsal.office import Office
from broadsheet.rehearsal.people import People
from broadsheet.rehearsal.plan import Chance, Plan, Weather
from broadsheet.rehearsal.report import Report
from broadsheet.rehearsal.stage import Stage, stage
from broadsheet.rehearsal.truth import always, in_the_end

QUIET = 4
"""So many days are lived at the end without faults, so that all that waits is found out."""

NIGHTS = 7
"""After so many days it is looked whether everything holds that always has to."""


def rehearse(plan: Plan, folder: Path, say: Callable[[str], object]) -> Report:
    """Live through a plan in this process's newsroom, which is empty and is thrown away; `folder` is the sandbox's.

    `say` hears how far it is. What does not hold is in the report, each thing once.
    """
    diary = Diary()
    wrong: dict[str, None] = {}
    with stage(plan, folder, diary) as played:
        banks, people, office = Banks(plan, played), People(plan, played), Office(plan, played)
        skies, moving = Skies(played, plan.chance("skies")), Moving(plan, played, banks)
        for day in range(plan.days):
            played.to(plan.day(day))
            skies.turn(day)
            banks.live(day)
            _live(day, played, people, moving, office)
            if day % NIGHTS == NIGHTS - 1:
                wrong |= dict.fromkeys(always())
            if plan.day(day).month != plan.day(day + 1).month:
                say(f"{plan.day(day):%B %Y}")
        _quieten(played, banks, office)
        wrong |= dict.fromkeys([*in_the_end(played), *moving.wrong()])
        found = [reconcile(account=each) for each in ProcessorAccount.objects.order_by("pk")]
        return Report(plan, facts_by_month(played, diary), found, list(wrong))


class Skies:
    """Hours in which the processor is away, and days on which the newsroom is down."""

    def __init__(self, stage: Stage, chance: Chance) -> None:
        self.stage = stage
        self.chance = chance
        self.down_until = 0

    def turn(self, day: int) -> None:
        """Let a day begin."""
        weather, note = self.stage.troubles.weather, self.stage.diary.note
        if day >= self.down_until and self.chance.happens(weather.down):
            self.down_until = day + self.chance.whole(1, weather.longest_down)
        self.stage.is_down = day < self.down_until
        self.stage.troubles.is_away = self.chance.happens(weather.away)
        if self.stage.is_down:
            note("days: the newsroom was down")
        if self.stage.troubles.is_away:
            note("days: the processor was away until the afternoon")


def _live(day: int, played: Stage, people: People, moving: Moving, office: Office) -> None:
    """The rest of a day: the newsroom's morning, supporters and moves in the afternoon, the staff in the evening."""
    begin = played.plan.day(day)
    played.tell()
    played.work()
    played.to(begin + dt.timedelta(hours=8))
    was_away, played.troubles.is_away = played.troubles.is_away, False
    has_acted = people.live(day)
    if moving.live(day) or has_acted or was_away:
        played.work()
    played.to(begin + dt.timedelta(hours=14))
    if office.live() or played.is_unfinished():
        played.work()


def _quieten(played: Stage, banks: Banks, office: Office) -> None:
    """No faults any more: what waits comes to its end."""
    played.troubles.weather = Weather()
    played.crashes.stop()
    played.troubles.is_away = played.is_down = False
    for _ in range(QUIET):
        banks.end_slow(0)
        office.live()
        played.wait(dt.timedelta(hours=25))
        played.tell()
        played.work()
