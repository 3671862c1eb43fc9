"""How fast readers' questions are answered at 10,000 and 100,000 stories, on SQLite and PostgreSQL.

`python -m benchmarks.search [--stories N …] [--engine sqlite|postgres …] [--stock]`
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.archive import Archive
from benchmarks.places import own_newsroom, say

LIMIT = 50.0
"""Milliseconds that 95 of 100 answers may take."""

REPEATS = 60


def questions(archive: Archive) -> Iterator[tuple[str, Callable[[], dict[str, Any]]]]:
    """What is asked, and one such question after the other."""

    def among(first: int, last: int) -> str:
        return f"{archive.words[archive.chance.randrange(first, last)]} -zzz"

    commonest, second = archive.words[:2]
    yield "rare word", lambda: {"q": among(10_000, 30_000)}
    yield "common word (in 1 % to 5 % of stories)", lambda: {"q": among(500, 2_500)}
    yield "very common word (5 % to 50 %)", lambda: {"q": among(20, 500)}
    yield "the commonest word", lambda: {"q": f"{commonest} -zzz"}
    yield "half a word", lambda: {"q": archive.words[archive.chance.randrange(20, 5_000)][:4]}
    yield "three words", lambda: {"q": " ".join(among(5, 500)[:-5] for _word in range(3))}
    yield "rare phrase", lambda: {"q": f'"{among(2_000, 9_000)[:-5]} {among(0, 50)[:-5]}"'}
    yield "phrase of the two commonest words", lambda: {"q": f'"{commonest} {second}"'}
    section = archive.sections[3].pk
    yield (
        "the commonest word in a section",
        lambda: {"q": f"{commonest} -z", "section": section},
    )
    yield "the commonest word of a year", lambda: {"q": f"{commonest} -z", "year": 2017}


def measured(name: str, ask: Callable[[], object]) -> None:
    """Print the median and the 95th percentile of the milliseconds that an answer takes, and how much of the
    median our own process computed: on a busy machine the rest is waiting, or the database server's."""
    for _warm in range(3):
        ask()
    taken, computed = [], []
    for _time in range(REPEATS):
        began, before = time.perf_counter(), time.process_time()
        ask()
        taken.append((time.perf_counter() - began) * 1000)
        computed.append((time.process_time() - before) * 1000)
    p50, p95, own = (
        statistics.median(taken),
        statistics.quantiles(taken, n=20)[-1],
        statistics.median(computed),
    )
    say(f"{name:42} {p50:8.1f} {p95:8.1f} {p95 / LIMIT:9.2f} {own:8.1f}")


def measure(engine: str, count: int, *, stock: bool) -> None:
    """Make an archive in the newsroom that the environment names, and print what its search takes."""
    import django

    django.setup()
    from django.test import Client

    from broadsheet.newsroom.actions.founding import found_newsroom
    from broadsheet.newsroom.actions.indexing import rebuild_index
    from broadsheet.project.tables import make_tables

    make_tables()
    found_newsroom(name="L", languages=["en"], base_url="http://testserver", by="bench")
    archive = Archive()
    archive.fill(count)
    began = time.perf_counter()
    rebuild_index()
    pace = count / (time.perf_counter() - began)
    say(f"\n{engine}, {count:,} stories; indexed at {pace:.0f} stories a second")
    say(f"{'question':42} {'p50 ms':>8} {'p95 ms':>8} {'of limit':>9} {'own CPU':>8}")
    client = Client()
    for name, question in questions(archive):
        measured(name, lambda question=question: client.get("/search/", question()))
    if stock:
        measure_stock(archive)


def measure_stock(archive: Archive) -> None:
    """The same words by the search that Wagtail brings along: ten stories and how many there are."""
    from django.core.management import call_command

    from broadsheet.newsroom.models import Article

    call_command("update_index", verbosity=0)
    for name, word in (
        ("Wagtail: rare word", archive.words[20_000]),
        ("Wagtail: common word", archive.words[1_000]),
        ("Wagtail: the commonest word", archive.words[0]),
    ):

        def ask(word: str = word) -> object:
            found = Article.objects.live().search(word)
            return list(found[:10]), found.count()

        measured(name, ask)


def child(engine: str, count: int, *, stock: bool) -> int:
    """Measure in a process, a directory and a database of its own, which are gone afterwards."""
    with own_newsroom(engine) as own:
        command = [sys.executable, "-m", "benchmarks.search", "--here", engine, str(count)]
        return subprocess.run(
            [*command, *(["--stock"] if stock else [])], env=os.environ | own, check=False
        ).returncode


def main() -> int:
    """Measure every engine at every size, smallest first; stock search at 10,000 only, unless asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stories", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--engine", nargs="+", default=["sqlite", "postgres"])
    parser.add_argument("--stock", action="store_true", help="Wagtail's own search as well")
    parser.add_argument("--here", nargs=2, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.here:
        measure(chosen.here[0], int(chosen.here[1]), stock=chosen.stock)
        return 0
    return max(
        child(engine, count, stock=chosen.stock or count <= 10_000)
        for count in sorted(chosen.stories)
        for engine in chosen.engine
    )


if __name__ == "__main__":
    sys.exit(main())
