"""Runs programs as children, restarts what dies, leaves none behind; knows nothing of what they do."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from broadsheet.project.processes import STOP_FOR_GOOD, die_with_parent

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
STEADY_SECONDS = 60.0
GRACE_SECONDS = 8.0
STOPPING = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}


@dataclass(slots=True)
class Program:
    """One process to keep running."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    due: float = 0.0
    pause: float = FIRST_PAUSE


@dataclass(slots=True)
class Supervisor:
    """Keeps `programs` running until a signal comes; they are stopped in the order in which they are listed."""

    programs: Sequence[Program]
    environ: Mapping[str, str]
    say: Callable[[str], None]
    is_ready: Callable[[], bool] = lambda: True
    on_ready: Callable[[], None] = lambda: None
    _signals: set[signal.Signals] = field(default_factory=lambda: STOPPING | {signal.SIGCHLD})

    def run(self) -> int:
        """Run until TERM, INT or HUP; return the exit status: 0, or that of a program no restart can help."""
        signal.pthread_sigmask(signal.SIG_BLOCK, self._signals)
        told = False
        try:
            while True:
                now = time.monotonic()
                status = self._look_after(now)
                if status:
                    return status
                if not told and self.is_ready():
                    told = True
                    self.on_ready()
                if self._next_signal(0.5 if told else 0.05) in STOPPING:
                    return 0
        finally:
            self._stop()

    def _next_signal(self, seconds: float) -> int | None:
        received = signal.sigtimedwait(self._signals, seconds)
        return received.si_signo if received else None

    def _look_after(self, now: float) -> int:
        """Start what is due, take note of what died; the exit status when all must stop, else 0."""
        for program in self.programs:
            if program.process is None:
                if now >= program.due:
                    self._start(program, now)
                continue
            status = program.process.poll()
            if status is None:
                continue
            program.process = None
            if status == STOP_FOR_GOOD:
                return status
            if now - program.started > STEADY_SECONDS:
                program.pause = FIRST_PAUSE
            program.due = now + program.pause
            self.say(
                f"The {program.name} process ended ({_ending(status)}); again in {program.pause:g} s."
            )
            program.pause = min(program.pause * 2, LONGEST_PAUSE)
        return 0

    def _start(self, program: Program, now: float) -> None:
        program.started = now
        program.process = subprocess.Popen(
            program.command,
            env=dict(self.environ),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_begin_child,  # noqa: PLW1509 - the supervisor has one thread
        )

    def _stop(self) -> None:
        for program in self.programs:
            if program.process is None:
                continue
            program.process.terminate()
            try:
                program.process.wait(GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                self.say(f"The {program.name} process does not end; it is killed.")
            with contextlib.suppress(ProcessLookupError):
                os.killpg(program.process.pid, signal.SIGKILL)
            program.process.wait()


def _begin_child() -> None:
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    die_with_parent()


def _ending(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"status {status}"
