"""The doctor: looks at a newsroom from all sides and says what is wrong and how to mend it; changes nothing."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from broadsheet.kit.loading import loading
from broadsheet.project import env, heartbeat
from broadsheet.project.cli.failures import sentence_for
from broadsheet.project.construction import need_finished
from broadsheet.project.directory import FOLDERS
from broadsheet.project.processes import running
from broadsheet.project.roles import APP, newsstand_ports

Level = Literal["ok", "warning", "problem"]

SCARCE = 2_000_000_000
EMPTY = 300_000_000
LATE = dt.timedelta(minutes=2)
SKEW = dt.timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `mend` says what to do, empty when there is nothing to."""

    subject: str
    level: Level
    message: str
    mend: str = ""


def examine(directory: Path) -> Iterator[Finding]:
    """Look at everything, cheap things first. What cannot be looked at is a finding too, never an exception."""
    try:
        need_finished(directory)
        os.environ["BROADSHEET_DIR"] = str(directory)
        found = env.newsroom_directory()
        os.environ["BROADSHEET_DIR"] = str(found)
        values = env.load(found)
        env.need_key(found, values)
    except env.SettingsError as error:
        yield Finding(
            "settings", "problem", str(error), "Nothing else can be looked at before this."
        )
        return
    yield Finding("settings", "ok", f"{found}/{env.FILE_NAME} is understood")
    yield from _guarded("secrets", lambda: secrets(found))
    yield from _guarded("folders", lambda: folders(found))
    yield from _guarded("disk", lambda: disk(found))
    yield from _guarded("worker", lambda: worker(found))
    yield from _guarded("serving", lambda: serving(found))
    if (yield from _guarded("software", load_django)):
        from broadsheet.project import doctor_desk

        for subject, look in doctor_desk.looks(values):
            is_sound = yield from _guarded(subject, look)
            if subject in doctor_desk.FIRST and not is_sound:
                return


def _guarded(subject: str, look: Callable[[], Iterator[Finding]]) -> Generator[Finding, None, bool]:
    """What a look finds, an exception included; returns whether it found no problem."""
    is_sound = True
    try:
        for finding in look():
            is_sound &= finding.level != "problem"
            yield finding
    except Exception as error:  # noqa: BLE001 - the doctor's patient may be ill in any way
        said = sentence_for(error) or f"could not be looked at: {error or type(error).__name__}"
        yield Finding(subject, "problem", said.partition("\n")[0])
        return False
    return is_sound


def secrets(directory: Path) -> Iterator[Finding]:
    """Whether the secrets are there and nobody else reads them."""
    folder = directory / "secrets"
    open_to_others = [p.name for p in [folder, *folder.iterdir()] if p.stat().st_mode & 0o077]
    if open_to_others:
        names = ", ".join(sorted(open_to_others))
        mend = f"chmod 700 {folder} && chmod 600 {folder}/*"
        yield Finding("secrets", "problem", f"others on this machine may read {names}", mend)
    else:
        yield Finding("secrets", "ok", "only the newsroom's own account may read them")


def folders(directory: Path) -> Iterator[Finding]:
    """Whether we may write where we have to."""
    wanted = [directory / name for name in FOLDERS if name.startswith("data")]
    closed = [str(path) for path in wanted if not os.access(path, os.W_OK | os.X_OK)]
    if closed:
        mend = f"chown -R $(id -un) {directory}/data, or run as the account that owns it"
        yield Finding("folders", "problem", f"cannot write to {', '.join(closed)}", mend)
    else:
        yield Finding("folders", "ok", "can be written to")


def disk(directory: Path) -> Iterator[Finding]:
    """Whether there is room left."""
    free = shutil.disk_usage(directory).free
    level: Level = "problem" if free < EMPTY else "warning" if free < SCARCE else "ok"
    mend = "" if level == "ok" else "Make room on the disk: old backups, logs, unused packages."
    yield Finding("disk", level, f"{free / 1e9:.1f} GB free", mend)


def worker(directory: Path) -> Iterator[Finding]:
    """Whether somebody presses and settles."""
    run = directory / "data" / "run"
    age = heartbeat.age(run, "worker")
    if heartbeat.is_alive(run, "worker"):
        yield Finding("worker", "ok", f"alive {age:.0f} s ago")
    elif running(run):
        mend = "systemctl restart broadsheet-worker, or stop and start broadsheet serve; its log says why."
        yield Finding(
            "worker", "problem", "the site is served, but nothing is published or settled", mend
        )
    else:
        yield Finding(
            "worker", "warning", "the newsroom is not being served", "Serve it: broadsheet serve"
        )


def serving(directory: Path) -> Iterator[Finding]:
    """Whether all of the site is answered, where it is served."""
    names = running(directory / "data" / "run")
    ports = newsstand_ports(names)
    if not names:
        return
    if not ports:
        mend = "systemctl restart broadsheet-web, or start one: broadsheet serve --role newsstand"
        yield Finding("serving", "problem", "no newsstand runs: readers get nothing", mend)
    elif APP not in names:
        mend = "systemctl restart broadsheet-app, or start it: broadsheet serve --role app"
        yield Finding(
            "serving", "problem", "no app runs: desk, giving and search do not answer", mend
        )
    else:
        where = f"port{'s' * (len(ports) > 1)} {' and '.join(map(str, ports))}"
        yield Finding("serving", "ok", f"the app runs, readers are answered at {where}")


def load_django() -> Iterator[Finding]:
    """Load Django, which everything after this needs."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "broadsheet.project.settings"
    with loading():
        import django
        from django.core import checks

        django.setup()
    serious = [message for message in checks.run_checks() if message.is_serious()]
    for message in serious:
        yield Finding("software", "problem", str(message.msg), str(message.hint or ""))
    if not serious:
        yield Finding("software", "ok", "all parts fit together")
