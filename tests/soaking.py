"""Long tests and their time: each says how many minutes it may take, and all of them end when they said they would.

`@pytest.mark.soak(minutes=3)` is a share of the whole. `make soak MINUTES=40` says how long the whole may take (it
sets BROADSHEET_SOAK_SECONDS), and shares grow or shrink with it. A test asks its `Budget` before each piece of its
work; cases that no time was left for are skipped.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

KILLS = int(os.environ.get("BROADSHEET_KILLS", "100"))
"""How often a long test kills something, where its time allows."""


@dataclass
class Budget:
    """Until when one test, with all of its cases, goes on. It ends in the midst of nothing: ask before each piece."""

    minutes: float
    end: float = 0.0

    def is_left(self) -> bool:
        """Whether there is time for one more piece; the first question starts the clock."""
        now = time.monotonic()
        self.end = self.end or now + self.minutes * 60
        return now < self.end

    def pieces(self, most: int) -> Iterator[int]:
        """The numbers from 0 on, one for each piece, at most so many, and at least the first."""
        for number in range(most):
            if not self.is_left() and number:
                return
            yield number


_budgets = pytest.StashKey[dict[str, Budget]]()


def _test(item: pytest.Item) -> str:
    """The name of a test, the same for all of its cases."""
    return item.nodeid.partition("[")[0]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Share the time among the long tests that were chosen; it is an error when one does not say its share."""
    shares: dict[str, float] = {}
    for item in session.items:
        mark = item.get_closest_marker("soak")
        if mark is not None:
            if "minutes" not in mark.kwargs:
                raise pytest.UsageError(
                    f"{item.nodeid} is to say how long it takes: soak(minutes=2)"
                )
            shares[_test(item)] = float(mark.kwargs["minutes"])
    whole = sum(shares.values())
    grows = (
        float(os.environ.get("BROADSHEET_SOAK_SECONDS", whole * 60)) / 60 / whole if whole else 1.0
    )
    session.config.stash[_budgets] = {name: Budget(share * grows) for name, share in shares.items()}


def pytest_report_collectionfinish(config: pytest.Config, items: list[pytest.Item]) -> list[str]:
    """Say before they start how long the long tests take at most."""
    budgets = config.stash.get(_budgets, {})
    if not budgets:
        return []
    whole = sum(budget.minutes for budget in budgets.values())
    listed = (f"  {budget.minutes:4.1f} min  {name}" for name, budget in budgets.items())
    return [f"The long tests take at most {whole:.1f} minutes and the time to set up:", *listed]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say of each long test how many of its cases ran, and how many it has."""
    ran, left = (
        Counter(
            report.nodeid.partition("[")[0]
            for outcome in outcomes
            for report in terminalreporter.getreports(outcome)
        )
        for outcomes in (("passed", "failed"), ("skipped", "error"))
    )
    for name in terminalreporter.config.stash.get(_budgets, {}):
        terminalreporter.write_line(f"{ran[name]} of {ran[name] + left[name]} cases ran of {name}")


@pytest.fixture
def budget(request: pytest.FixtureRequest) -> Budget:
    """How long this test may go on. A case whose test has used up its time is skipped."""
    budget = request.config.stash[_budgets][_test(request.node)]
    if not budget.is_left():
        pytest.skip(f"No time was left of {budget.minutes:.1f} minutes: make soak MINUTES=40.")
    return budget
