"""Roles: what a process does for a newsroom, and which of them run once only."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from broadsheet.project.processes import hold

NEWSSTAND, APP, WORKER = "newsstand", "app", "worker"


@dataclass(frozen=True, slots=True)
class Role:
    """One of the kinds of process that a newsroom may be served by, each on its own."""

    name: str
    port: int | None
    """Where it listens unless told otherwise; None for one that does not."""


ROLES = {role.name: role for role in (Role(NEWSSTAND, 8010), Role(APP, 8000), Role(WORKER, None))}


def newsstand_at(port: int) -> str:
    """The name of a newsstand's lock: of these there is one a port."""
    return f"{NEWSSTAND}-{port}"


def newsstand_ports(names: list[str]) -> list[int]:
    """Where newsstands run, by the names of the locks that are held."""
    parts = (name.partition("-") for name in names)
    return sorted(int(port) for kind, _, port in parts if kind == NEWSSTAND)


def spoken(name: str) -> str:
    """What a lock's name stands for, at the beginning of a sentence."""
    kind, _, port = name.partition("-")
    return f"The {kind} at port {port}" if port else f"The {kind} of this newsroom"


def take_up(run: Path, names: list[str]) -> ExitStack:
    """Hold the locks of what this process does itself, until what is returned is closed. Raises Busy."""
    return _held(run, {name: spoken(name) for name in names}, "", "")


def supervise(run: Path, names: list[str], by: str, what: str = "") -> ExitStack:
    """As `take_up`, for who keeps these running by the command `by`: it stays responsible while one of them is
    between two lives. `what` is all of it, where that has a name of its own."""
    return _held(run, {name: what or spoken(name) for name in names}, "serve-", by)


def _held(run: Path, names: dict[str, str], prefix: str, by: str) -> ExitStack:
    with ExitStack() as locks:
        for name, what in names.items():
            locks.enter_context(hold(run, f"{prefix}{name}", what, by))
        return locks.pop_all()
