"""What documents wish for is made a little at a time, however much it is, and goes after what is published."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from broadsheet.kit import wishes
from broadsheet.kit.changes import mark
from broadsheet.kit.models import Change
from broadsheet.kit.wishes import key_of
from broadsheet.press import tasks
from broadsheet.press.actions import press_pending
from broadsheet.press.actions.granting import MOST, Granter
from broadsheet.press.edition import Edition, Pressed
from broadsheet.press.models import Unmade
from broadsheet.press.queries import edition
from commanding import clean_environment, run
from paper import Paper

ASKED = 50
"""Wishes asked for at once."""


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The idents of the things that were made, in that order; nothing else can be made."""
    found: list[int] = []
    monkeypatch.setattr(wishes, "_makers", {})
    wishes.register_maker("thing", found.append)
    return found


def wishing(ident: int) -> Pressed:
    path = f"/wishing/{ident}/"
    return Pressed(path, path, 200, "text/html", (), b"", frozenset({key_of("thing", ident)}))


def work_of_asking(tmp_path: Path, number: int) -> int:
    """How many thousand instructions it takes the manifest to name a few of so many wishes."""
    one = Edition.create(tmp_path / str(number))
    one.step(map(wishing, range(number)), (), {}, "wishing")
    one.step((), (wishing(ident).path for ident in range(number // 2, number)), {}, "granted")
    counted = 0

    def count() -> int:
        nonlocal counted
        counted += 1
        return 0

    one._opened().connection.set_progress_handler(count, 100)
    found = one.last_keys_read("wish:thing/", ASKED)
    assert found == [key_of("thing", number // 2 - 1 - place) for place in range(ASKED)]
    after = one.last_keys_read("wish:thing/", ASKED, before=found[-1])
    assert after[0] == key_of("thing", number // 2 - 1 - ASKED)
    one.close()
    return counted


def test_asking_for_a_few_wishes_costs_the_same_however_many_there_are_and_were(
    tmp_path: Path,
) -> None:
    assert work_of_asking(tmp_path, 10_000) <= work_of_asking(tmp_path, 200) + 1


def test_the_newest_are_made_first_and_little_is_kept_of_what_was_made(
    paper: Paper, made: list[int]
) -> None:
    press_pending()
    edition().step(map(wishing, range(1, 2 * MOST + 3)), (), {}, "wishing")
    granter = Granter()
    kept = []
    while granter.work():
        gone = [f"/wishing/{ident}/" for ident in made]
        Change.objects.all().delete()
        edition().step((), gone, {}, "granted")
        kept.append(Unmade.objects.count())
    assert made == list(range(2 * MOST + 2, 0, -1))
    assert kept == [MOST, MOST, 2], "rows of the last turn only"
    assert edition().last_keys_read("wish:thing/", 1) == []
    assert Unmade.objects.count() == 0


def test_publishing_goes_first(paper: Paper, made: list[int]) -> None:
    press_pending()
    edition().step(map(wishing, range(10)), (), {}, "wishing")
    mark("page:1")
    assert Granter().work() == 0
    Change.objects.all().delete()
    asked = []

    def give_way() -> bool:
        asked.append(len(made))
        return len(asked) < 4

    assert Granter().work(give_way=give_way) == 3
    assert asked == [0, 1, 2, 3, 3], "before each, and before they are entered"
    assert Change.objects.count() == 3


def test_what_is_granted_in_vain_is_not_made_again_at_once(paper: Paper, made: list[int]) -> None:
    press_pending()
    edition().step([wishing(1)], (), {}, "wishing")
    granter = Granter()
    assert granter.work() == 1
    Change.objects.all().delete()
    assert [granter.work(), granter.work()] == [0, 0]
    assert (made, Unmade.objects.get().attempts) == ([1], 1)


@pytest.mark.early
def test_maker_that_is_killed_loses_nothing(newsroom: Path) -> None:
    """kill -9 at any point, again and again; in the end every card is there and the edition what a full run makes."""
    environ = {
        **clean_environment(),
        "BROADSHEET_DIR": str(newsroom),
        "DJANGO_SETTINGS_MODULE": "broadsheet.project.settings",
    }

    def program(name: str) -> subprocess.Popen[str]:
        file = Path(__file__).with_name(name)
        return subprocess.Popen(
            [sys.executable, str(file)], env=environ, stdout=subprocess.PIPE, text=True
        )

    def lines(process: subprocess.Popen[str], count: int) -> list[str]:
        assert process.stdout is not None
        return [process.stdout.readline() for _line in range(count)]

    publishing = program("publishing.py")
    lines(publishing, 12)
    os.kill(publishing.pid, signal.SIGKILL)
    publishing.communicate()
    run("press", "run", "--dir", newsroom)
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    for _turn in range(3):
        granting = program("granting.py")
        assert lines(granting, 1) != [""], "something is left to do"
        time.sleep(chance.uniform(0, 0.3))
        os.kill(granting.pid, signal.SIGKILL)
        granting.communicate()
    last = program("granting.py")
    last.communicate(timeout=120)
    assert last.returncode == 0
    run("press", "check", "--dir", newsroom)
    one = Edition(newsroom / "data" / "edition")
    cards = sum("/card." in entry.path for entry in one.entries())
    stories = sum(entry.path.count("/") == 4 for entry in one.entries() if "story-" in entry.path)
    assert (one.keys_read("wish:"), list(one.verify())) == (set(), [])
    assert cards > stories >= 12
    one.close()


def test_what_is_behind_the_press_waits_while_something_is_published_and_a_moment_after(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tasks, "QUIET", 0.2)
    stop = threading.Event()
    calm = tasks.Calm(stop)
    passed: list[float] = []
    with calm.pressing(is_publication=True):
        waiter = threading.Thread(
            target=lambda: passed.append(calm.give_way() and time.monotonic())
        )
        waiter.start()
        waiter.join(0.2)
        assert passed == []
        ended = time.monotonic()
    waiter.join()
    assert passed[0] >= ended + 0.2
    with calm.pressing(is_publication=False):
        pass
    assert calm.give_way() is True, "what was made behind the press needs no quiet"
    with calm.pressing(is_publication=True):
        stop.set()
        assert calm.give_way() is False, "who is to end does not wait"
