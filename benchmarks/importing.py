"""How long an archive of some size takes to move in, as somebody would run it; that it adds up, and bears being killed."""

from __future__ import annotations

import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

TARGET_MEMORY = 300
"""Megabytes that an import of any size may take, pressing included."""

COUNTS = ("items", "created", "merged", "skipped", "failed")


def measure(scratch: Path, posts: int) -> None:
    """Make an export of so many posts and bring it over: in one go, again, and killed in the middle."""
    file = scratch / "export.xml"
    exports = Path(__file__).parent.parent / "tests" / "imports" / "exports.py"
    subprocess.run([sys.executable, exports, file, "--posts", str(posts)], check=True)
    print(f"an export of {posts} posts, {file.stat().st_size / 1e6:.1f} MB")
    whole = _founded(scratch / "whole")
    taken = _bring(whole, file, "in one go")
    print(
        f"{'':>12}  {taken / posts * 1000:.1f} ms of a processor for each post, pressing included"
    )
    before = _content(whole)
    _bring(whole, file, "again")
    print(f"{'':>12}  {'nothing' if _content(whole) == before else 'SOMETHING'} has changed by it")
    broken = _founded(scratch / "broken")
    _kill_in_the_middle(broken, file, posts)
    _bring(broken, file, "completed")
    stories, addresses = _stories(broken), _stories(whole)
    verdict = "the same stories" if stories == addresses else "OTHER STORIES"
    print(f"{'':>12}  {verdict} as in one go: {len(stories)}")


def _founded(directory: Path) -> Path:
    command = [sys.executable, "-m", "broadsheet.project.cli", "init", str(directory)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return directory


def _command(newsroom: Path, file: Path) -> list[str]:
    words = ["import", "wordpress", str(file), "--dir", str(newsroom)]
    report = ["--report", str(newsroom.with_suffix(".json"))]
    return [sys.executable, "-m", "broadsheet.project.cli", *words, *report]


def _bring(newsroom: Path, file: Path, name: str) -> float:
    """Run the command to its end; print what it took and what became of the items. Returns seconds of a processor."""
    begun, spent = time.perf_counter(), _spent()
    process = subprocess.Popen(_command(newsroom, file), stdout=subprocess.DEVNULL)
    _pid, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    report = json.loads(newsroom.with_suffix(".json").read_text("utf-8"))
    counts = {each: report[each] for each in COUNTS}
    memory = used.ru_maxrss // 1024
    adds_up = counts["items"] == sum(counts[each] for each in COUNTS[1:]) == len(report["entries"])
    print(
        f"{name:>12}: {time.perf_counter() - begun:.0f} s, {_spent() - spent:.0f} s of a processor, at most "
        f"{memory} MB ({memory / TARGET_MEMORY:.2f} of {TARGET_MEMORY}), status {process.returncode}; "
        f"{', '.join(f'{number} {each}' for each, number in counts.items())}"
        f"{'' if adds_up else ': DOES NOT ADD UP'}"
    )
    return _spent() - spent


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _kill_in_the_middle(newsroom: Path, file: Path, posts: int) -> None:
    process = subprocess.Popen(_command(newsroom, file), stdout=subprocess.DEVNULL)
    while len(_stories(newsroom)) < posts // 2:
        time.sleep(0.2)
    process.send_signal(signal.SIGKILL)
    process.wait()
    print(f"{'killed':>12}: after {len(_stories(newsroom))} stories")


def _ask(newsroom: Path, sql: str) -> list[tuple[object, ...]]:
    file = newsroom / "data" / "newsroom.sqlite3"
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as database:
        return database.execute(sql).fetchall()


def _stories(newsroom: Path) -> list[tuple[object, ...]]:
    sql = "SELECT address, title FROM newsroom_article JOIN wagtailcore_page ON id = page_ptr_id ORDER BY address"
    return _ask(newsroom, sql)


def _content(newsroom: Path) -> list[int]:
    """How many rows each table has, and a sum over what stories say."""
    tables = _ask(newsroom, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    counts = [_ask(newsroom, f'SELECT count(*) FROM "{name}"')[0][0] for (name,) in tables]  # noqa: S608
    texts = _ask(
        newsroom, "SELECT body, standfirst, address FROM newsroom_article ORDER BY page_ptr_id"
    )
    return [*counts, hash(tuple(texts))]  # type: ignore[list-item]
