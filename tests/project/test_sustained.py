"""Readers who never stop: at seven tenths of what the newsstand can, while stories are published and gifts given."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from broadsheet.press.edition import Edition
from commanding import clean_environment, run
from running import Served, wait_until
from services import program
from soaking import Budget

PAUSE, ANSWER = 25, 7
"""Milliseconds that each reader waits between two pages, and for one: so many of them read at once as that takes."""

READERS = """local paths, at = {{ {paths} }}, 0
request = function() at = at % #paths + 1; return wrk.format(nil, paths[at]) end
{more}
"""


def ask(
    url: str, folder: Path, paths: list[str], readers: int, seconds: float, more: str = ""
) -> str:
    """What wrk says of so many readers who ask for one page after the other."""
    script = folder / "readers.lua"
    listed = ", ".join(f'"{path}"' for path in paths)
    script.write_text(READERS.format(paths=listed, more=more))
    return subprocess.run(
        [
            "wrk",
            "-t1",
            f"-c{readers}",
            f"-d{max(1, int(seconds))}s",
            "--latency",
            "-s",
            script,
            url,
        ],
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def rate(said: str) -> float:
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert found, said
    return float(found[1])


@pytest.mark.soak(minutes=4)
def test_readers_get_every_page_while_the_newsroom_works(
    newsroom: Path, tmp_path: Path, budget: Budget
) -> None:
    program("wrk", "apt install wrk")
    served = Served(newsroom)
    try:
        served.wait_for_own_address()
        at = ("--dir", newsroom)
        wait_until(lambda: "\n0 pictures and cards" in run("press", "status", *at).stdout, "calm")
        day = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("newsday.py")), str(newsroom)],
            env={**clean_environment(), "PYTHONPATH": str(Path(__file__).parents[1])},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert day.stdin
        assert day.stdout
        story = day.stdout.readline().strip()
        wait_until(lambda: served.get(story)[0] == 200, "the first story is public")
        paths = ["/", story, "/feed.xml", "/city/", "/sitemap.xml", "/give/"]
        assert all(served.get(path)[0] == 200 for path in paths)
        ceiling = rate(ask(served.url, tmp_path, paths, 50, 5))
        wanted = ceiling * 7 / 10
        readers, until = round(wanted * (PAUSE + ANSWER) / 1000), budget.end
        said = ask(
            served.url, tmp_path, paths, readers, until - time.monotonic() - 30,
            f"function delay() return {PAUSE} end",
        )  # fmt: skip
        print(f"{readers} readers, {rate(said) / ceiling:.2f} of {ceiling:.0f} a second:\n{said}")
        written, _none = day.communicate("", timeout=120)
        *stories, gifts = written.split()
        assert day.returncode == 0
        assert "Non-2xx" not in said
        assert "Socket errors" not in said
        assert len(stories) > 1
        assert int(gifts) > 1
        edition = Edition(newsroom / "data" / "edition")
        wait_until(lambda: all(map(edition.find, stories)), "every story is public")
        run("press", "check", *at, BROADSHEET_URL=served.url)
        assert run("funding", "reconcile", *at)
    finally:
        if served.process.poll() is None:
            served.stop()
    shutil.rmtree(tmp_path / "newsroom", ignore_errors=True)
