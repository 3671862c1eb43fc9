"""The supervisor: restarts, orderly ends, and no orphan however it dies. Each test runs it as a real process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

from broadsheet.project.processes import STOP_FOR_GOOD, hold, is_held

CHILD = """
import os, signal, sys, time
name, log, behaviour = sys.argv[1:]
def say(word):
    with open(log, "a") as file:
        file.write(f"{word} {name} {os.getpid()}\\n")
def end(number, frame):
    say("ended")
    sys.exit(0)
signal.signal(signal.SIGTERM, signal.SIG_IGN if behaviour == "deaf" else end)
say("began")
if behaviour == "fails":
    sys.exit(3)
if behaviour == "gives-up":
    sys.exit(78)
while True:
    time.sleep(0.05)
"""

PARENT = """
import sys
from broadsheet.project import supervisor
supervisor.GRACE_SECONDS = 1.0
child, log = sys.argv[1:3]
programs = [
    supervisor.Program(name, [sys.executable, child, name, log, behaviour])
    for name, _, behaviour in (word.partition("=") for word in sys.argv[3:])
]
import os
sys.exit(supervisor.Supervisor(programs, os.environ, say=lambda line: None).run())
"""


def start(folder: Path, *programs: str) -> tuple[subprocess.Popen[bytes], Callable[[], list[str]]]:
    child, log = folder / "child.py", folder / "log"
    child.write_text(textwrap.dedent(CHILD), encoding="utf-8")
    log.touch()
    command = [sys.executable, "-c", PARENT, str(child), str(log), *programs]
    return subprocess.Popen(command), lambda: log.read_text(encoding="utf-8").splitlines()


def wait_until(true: Callable[[], object], what: str) -> None:
    for _ in range(400):
        if true():
            return
        time.sleep(0.05)
    raise AssertionError(f"never happened: {what}")


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_supervisor_term_ends_all_in_the_order_of_their_list(tmp_path: Path) -> None:
    parent, log = start(tmp_path, "web=", "worker=", "sandbox=")
    wait_until(lambda: len(log()) == 3, "three children began")
    parent.terminate()
    assert parent.wait(20) == 0
    assert [line.split()[:2] for line in log()[3:]] == [
        ["ended", "web"],
        ["ended", "worker"],
        ["ended", "sandbox"],
    ]


def test_supervisor_child_deaf_to_term_is_killed(tmp_path: Path) -> None:
    parent, log = start(tmp_path, "web=deaf")
    wait_until(log, "the child began")
    parent.send_signal(signal.SIGINT)
    assert parent.wait(20) == 0
    assert not is_running(int(log()[0].split()[2]))


def test_supervisor_child_that_dies_is_started_again(tmp_path: Path) -> None:
    parent, log = start(tmp_path, "web=")
    wait_until(log, "the child began")
    os.kill(int(log()[0].split()[2]), signal.SIGKILL)
    wait_until(lambda: len(log()) == 2, "the child began again")
    assert log()[0] != log()[1]
    parent.terminate()
    parent.wait(20)


def test_supervisor_child_that_no_restart_helps_stops_everything(tmp_path: Path) -> None:
    parent, log = start(tmp_path, "web=", "worker=gives-up")
    assert parent.wait(20) == STOP_FOR_GOOD
    assert sum("began worker" in line for line in log()) == 1


def test_supervisor_child_that_keeps_failing_leaves_others_alone(tmp_path: Path) -> None:
    parent, log = start(tmp_path, "web=", "worker=fails")
    wait_until(lambda: sum("began worker" in line for line in log()) == 3, "three attempts")
    assert sum("began web" in line for line in log()) == 1
    parent.terminate()
    parent.wait(20)


def test_supervisor_killed_leaves_no_orphan(tmp_path: Path) -> None:
    parent, log = start(tmp_path, "web=", "worker=deaf")
    wait_until(lambda: len(log()) == 2, "two children began")
    children = [int(line.split()[2]) for line in log()]
    assert all(is_running(pid) for pid in children)
    parent.kill()
    parent.wait(20)
    wait_until(lambda: not any(is_running(pid) for pid in children), "the children died")


def test_hold_twice_is_refused_until_the_holder_ends(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib\nfrom broadsheet.project.processes import hold\n"
        "lock = hold(pathlib.Path(sys.argv[1]), 'serve')\nprint('held', flush=True)\nsys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    assert is_held(tmp_path, "serve")
    holder.kill()
    holder.communicate()
    assert not is_held(tmp_path, "serve")
    hold(tmp_path, "serve").close()
