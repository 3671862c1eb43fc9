"""`make demo` as a newcomer meets it: broken off, run again, complete, stopped, and found again by a later version."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from broadsheet.funding.choices import Phase
from broadsheet.project.construction import MARK
from commanding import clean_environment, run_program
from running import free_port, is_running, wait_until

ROOT = Path(__file__).resolve().parents[2]
COMPLETE = {
    "empty stories": 0,
    "live static pages": 16,
    "pages that are not live": 0,
    "fronts": ["The Larkenford Lantern", "فانوس لاركنفورد"],
    "stories published twice": 0,
    "bylines of the newest": ["Callum Peverel", "Hana Verrell", "Gideon Abara"],
    "guests": ["a-drivers-view-of-the-night", "give-the-river-room"],
    "the newest links to the budget": True,
    "a translation": "night-clinic-closes",
    "its author": ["سامي قنديل", True],
    "campaign": "/campaigns/publishing-costs-2026/",
    "its words": ["ar", "en"],
    "its money": [1_000_000, 671_000, 200],
    "its phase": Phase.OPEN,
    "settled gifts": 200,
    "the ledger's sum": 0,
}
"""What a demo newsroom consists of, as `demo/looking.py` finds it."""


def term(make: int) -> None:
    os.kill(make, signal.SIGTERM)


def ctrl_c(make: int) -> None:
    """What a terminal does: it interrupts make and what make runs in its foreground."""
    os.killpg(make, signal.SIGINT)


class Demo:
    """One run of `make demo`, without a terminal and with nothing in its environment."""

    def __init__(self, directory: Path, port: int) -> None:
        self.said = directory.with_name(f"{directory.name} said.txt")
        kept = {name: clean_environment()[name] for name in ("PATH", "HOME")}
        with self.said.open("w") as out:
            self.process = subprocess.Popen(
                ["make", "demo", f"DIR={directory}", f"PORT={port}"],
                cwd=ROOT,
                env=kept,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def lines(self) -> list[str]:
        return self.said.read_text("utf-8").splitlines()

    def wait_for(self, beginning: str) -> str:
        """The first line that begins so, as soon as it is there; fail when make ends before."""

        def found() -> str | None:
            return next((line for line in self.lines() if line.startswith(beginning)), None)

        ended = self.process.poll
        wait_until(lambda: found() or ended() is not None, beginning, patience=300)
        line = found()
        assert line, self.lines()
        return line

    def family(self) -> list[int]:
        """Make and every process that came of it."""
        parents = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                pid, _name, rest = re.split(
                    r"\((.*)\)", stat.read_text(), maxsplit=1, flags=re.DOTALL
                )
            except (FileNotFoundError, ProcessLookupError):
                continue
            parents[int(pid)] = int(rest.split()[1])
        found = [self.process.pid]
        for pid in found:
            found.extend(child for child, parent in parents.items() if parent == pid)
        return found

    def end(self, send: Callable[[int], None]) -> None:
        """Have a signal sent and see that nothing is left."""
        family = self.family()
        send(self.process.pid)
        self.process.wait(60)
        wait_until(lambda: not any(is_running(pid) for pid in family), "all processes gone")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    return tmp_path_factory.mktemp("a place") / "the demo", free_port()


@pytest.fixture
def run_demo(place: tuple[Path, int]) -> Iterator[Callable[[], Demo]]:
    begun: list[Demo] = []

    def begin() -> Demo:
        begun.append(Demo(*place))
        return begun[-1]

    yield begin
    for demo in begun:
        if demo.process.poll() is None:
            os.killpg(demo.process.pid, signal.SIGKILL)


def broken_off_it_is_begun_anew_and_then_serves(
    run_demo: Callable[[], Demo], place: tuple[Path, int]
) -> None:
    directory, port = place
    broken = run_demo()
    broken.wait_for("Drawing the pictures")
    broken.end(term)
    assert (directory / MARK).exists()

    demo = run_demo()
    site = f"http://127.0.0.1:{port}"
    assert demo.wait_for("Public site:") == f"Public site: {site}/"
    desk = demo.wait_for("Editor's desk:")
    sign_in = re.search(
        rf"{site}/desk/ .*sign in as (\S+@\S+), password (demo-editor-\S+)\)$", desk
    )
    assert sign_in
    editor_can_sign_in(f"{site}/desk/", *sign_in.groups())
    campaign = demo.wait_for("Campaign:").removeprefix("Campaign: ")
    assert [httpx.get(address).status_code for address in (f"{site}/", campaign)] == [200, 200]
    assert len(demo.family()) > 4
    demo.end(term)
    assert not any("Traceback" in line for line in demo.lines())


def editor_can_sign_in(desk: str, email: str, password: str) -> None:
    with httpx.Client(follow_redirects=True, headers={"Referer": desk}) as browser:
        form = browser.get(desk)
        token = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', form.text)[0]
        said = {"username": email, "password": password, "csrfmiddlewaretoken": token}
        assert str(browser.post(form.url, data=said).url) == desk


def everything_is_there(place: tuple[Path, int], began: dt.datetime) -> None:
    found = json.loads(run_program("demo/looking.py", place[0]))
    address, newest = found.pop("newest")
    first, last = map(dt.datetime.fromisoformat, found.pop("booked from and to"))
    published = dt.datetime.fromisoformat(newest)
    assert (
        address == f"/{published.astimezone(ZoneInfo('Europe/London')):%Y/%m}/tram-costs-warning/"
    )
    assert began - dt.timedelta(hours=1) <= published < dt.datetime.now(dt.UTC)
    a_month_before = published - dt.timedelta(days=27)
    assert dt.datetime.fromisoformat(found.pop("oldest")) < a_month_before
    assert first < a_month_before
    assert last < published + dt.timedelta(hours=1)
    english, arabic = found.pop("live stories")
    assert english >= 32
    assert arabic >= 8
    assert found == COMPLETE


def run_again_it_makes_nothing_anew(run_demo: Callable[[], Demo]) -> None:
    again = run_demo()
    again.wait_for("Campaign:")
    assert again.lines()[0].startswith("Public site:")
    again.end(ctrl_c)


def of_an_older_version_it_is_brought_up_to_date(
    run_demo: Callable[[], Demo], place: tuple[Path, int]
) -> None:
    signs = place[0] / "data" / "demo.json"
    shown = json.loads(signs.read_text("utf-8"))
    signs.write_text(json.dumps({**shown, "schema": "another"}), encoding="utf-8")
    demo = run_demo()
    demo.wait_for("Campaign:")
    assert any(line == "Database: up to date" for line in demo.lines())
    assert json.loads(signs.read_text("utf-8")) == shown
    demo.end(term)


@pytest.mark.early
def test_demo_is_broken_off_served_run_again_and_found_by_a_later_version(
    run_demo: Callable[[], Demo], place: tuple[Path, int]
) -> None:
    began = dt.datetime.now(dt.UTC)
    broken_off_it_is_begun_anew_and_then_serves(run_demo, place)
    everything_is_there(place, began)
    run_again_it_makes_nothing_anew(run_demo)
    of_an_older_version_it_is_brought_up_to_date(run_demo, place)
