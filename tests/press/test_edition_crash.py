"""A writer killed at any moment leaves an edition that opens, is whole, and is one of the states it passed through."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import pytest

from broadsheet.press.edition import Edition, Pressed
from soaking import KILLS, Budget

DOCUMENTS = 4

WRITER = f"""
import sys
from pathlib import Path
from broadsheet.press.edition import Edition, Pressed
edition = Edition(Path(sys.argv[1]))
print("ready", flush=True)
while True:
    n = edition.number + 1
    edition.step(
        [
            Pressed(f"page:{{i}}", f"/{{(i + n) % {DOCUMENTS}}}/", 200, "text/html", (), b"%d " % n * 300)
            for i in range({DOCUMENTS})
        ],
        [], {{"page:0": frozenset({{("list:n", str(n))}})}}, "test",
    )
    if n % 7 == 0:
        edition.gc(keep=2, grace=-1)
"""


def test_writer_killed_at_random_moments_leaves_a_whole_step(tmp_path: Path) -> None:
    write_and_kill(tmp_path, range(12), seed=4)


@pytest.mark.soak(minutes=1)
def test_writer_killed_many_times_leaves_a_whole_step(tmp_path: Path, budget: Budget) -> None:
    write_and_kill(tmp_path, budget.pieces(5 * KILLS), seed=random.randrange(10**6))


def write_and_kill(tmp_path: Path, turns: Iterable[int], *, seed: int) -> None:
    Edition.create(tmp_path)
    watcher = Edition(tmp_path)
    source = str(Path(__file__).parents[2] / "src")
    print(f"seed {seed}")
    chance = random.Random(seed)
    for _ in turns:
        before = watcher.number
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path)],
            env={**os.environ, "PYTHONPATH": source},
            stdout=subprocess.PIPE,
        )
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"ready\n"
        while watcher.number == before:
            time.sleep(0.001)
        time.sleep(chance.random() / 20)
        writer.kill()
        writer.communicate()
        edition = Edition(tmp_path)
        n = edition.number
        assert n > before
        assert n == watcher.number
        assert list(edition.verify()) == []
        found = {
            entry.resource: (entry.path, edition.open_blob(entry.digest).read())
            for entry in edition.entries()
        }
        assert found == {
            f"page:{i}": (f"/{(i + n) % DOCUMENTS}/", b"%d " % n * 300) for i in range(DOCUMENTS)
        }
        assert edition.memberships(["page:0"])["page:0"] == {("list:n", str(n))}
    last = Pressed("page:0", "/last/", 200, "text/html", (), b"last")
    assert edition.step([last], [], {}, "test") == n + 1
    edition.gc(keep=1, grace=-1)
    assert list(edition.verify()) == []
    assert list(edition.blobs.unfinished()) == []
