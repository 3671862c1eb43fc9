"""What the worker's look takes where there is nothing to do, with everything that was ever done kept."""

from __future__ import annotations

import statistics
import time

from benchmarks.places import say

TURNS = 10
MOST = 100
"""Milliseconds of one look: the worker takes one each second."""


def look(gifts: int) -> None:
    """Print what each job of the worker's tick takes, in the middle, the dearest first."""
    from django.db import connection

    from benchmarks.gifts import fill_done
    from broadsheet.funding import tasks

    fill_done(gifts)
    connection.close()
    took: dict[str, list[float]] = {}
    for _turn in range(TURNS):
        for job in tasks.JOBS:
            begun = time.perf_counter()
            job()
            took.setdefault(job.__name__, []).append((time.perf_counter() - begun) * 1000)
    middles = {name: statistics.median(times) for name, times in took.items()}
    whole = sum(middles.values())
    say(
        f"a look of the worker that finds nothing to do: {whole:.0f} ms, {whole / MOST:.2f} of {MOST} ms"
    )
    for name, middle in sorted(middles.items(), key=lambda pair: -pair[1])[:6]:
        say(f"  {name:24} {middle:8.1f}")
