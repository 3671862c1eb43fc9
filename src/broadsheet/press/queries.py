"""What the press asks: the edition of this newsroom, what waits, what changed keys mean."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

import broadsheet
from broadsheet.kit import clock
from broadsheet.kit.memory import Memory
from broadsheet.kit.models import Change
from broadsheet.kit.public import Membership, load_many, watched
from broadsheet.kit.reads import asking_once
from broadsheet.press.edition import Edition
from broadsheet.press.edition.lock import locked
from broadsheet.press.errors import PressBusy
from broadsheet.press.models import Node, Register

AT_ONCE = 500
"""Objects whose lists are looked up together."""

REMEMBERED = 5_000
"""Answers that are kept from one publication to the next: some 5 KB each, most of them stories as lists show them."""

WHERE = ("node", "bucket", "bucket_url", "bucket_region", "bucket_key")
"""Settings that say where something is kept, and change no document."""

ALIVE = dt.timedelta(seconds=30)
"""How long after its last word another machine counts as alive."""

PATIENCE = 600
"""Seconds to wait for another process that is pressing."""

SOURCES = (".py", ".html", ".css", ".js", ".svg", ".xml", ".txt", ".mo")


@functools.cache
def _edition(directory: Path) -> Edition:
    return Edition(directory)


def edition() -> Edition:
    """This newsroom's edition, made empty when there is none. One per process."""
    if not Edition.exists(settings.EDITION_DIR):
        Edition.create(settings.EDITION_DIR)
    return _edition(settings.EDITION_DIR)


@functools.cache
def _memory(directory: Path) -> Memory:
    return Memory(REMEMBERED)


def memory() -> Memory:
    """What lasting readers answered when this process pressed; true until another one holds the press's lock."""
    return _memory(settings.EDITION_DIR)


@contextmanager
def machine_lock() -> Iterator[None]:
    """Be the only one on this machine that changes the edition. Raises PressBusy after `PATIENCE` seconds."""
    try:
        with locked(edition().directory, PATIENCE) as is_still_ours:
            if not is_still_ours:
                memory().empty()  # another process may have taken changes that this one never saw
            yield
    except TimeoutError as error:
        raise PressBusy(
            "Another process is pressing; please try again in a few minutes."
        ) from error


def pending_changes() -> dict[int, str]:
    """Id and key of every change that the press has not seen, oldest first."""
    return dict(Change.objects.order_by("pk").values_list("pk", "key"))


@contextmanager
def standstill() -> Iterator[None]:
    """Let the block see one state of the database, which nobody else changes for it.

    On SQLite whoever wants to write waits for it; on PostgreSQL the block does not see what they write.
    """
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if connection.vendor == "postgresql" and is_outermost:
            connection.cursor().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def tables_read() -> frozenset[str]:
    """The tables that some document depends on as a whole; normally none."""
    if not Edition.exists(settings.EDITION_DIR):
        return frozenset()
    current = edition()
    return _tables_read(current, current.number)


@functools.lru_cache(maxsize=1)
def _tables_read(current: Edition, number: int) -> frozenset[str]:
    return frozenset(key.removeprefix("table:") for key in current.keys_read("table:"))


def fingerprint() -> str:
    """A digest of all that documents are made by besides the database: our sources and the newsroom's theme as
    this process found them when it began, and every setting that is no secret. When it differs from the
    edition's, everything is rendered anew."""
    values = settings.BROADSHEET
    told = [
        (field.name, getattr(values, field.name))
        for field in dataclasses.fields(values)
        if not (field.metadata.get("secret") or field.name in WHERE)
    ]
    return hashlib.sha256(f"{_sources()} {told!r}".encode()).hexdigest()


@functools.cache
def _sources() -> str:
    digest = hashlib.sha256()
    for root, file in _source_files():
        digest.update(str(file.relative_to(root)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def sources_stamp() -> str:
    """What changes when a source or a file of the theme does; cheap. A process keeps the templates that it has
    loaded, so one that sees this change must end and be started again."""
    stamps = sorted(stamp for root in _roots() if root.is_dir() for stamp in _stamps(root))
    return hashlib.sha256(repr(stamps).encode()).hexdigest()


def _stamps(folder: str | Path) -> Iterator[tuple[str, int]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                yield from _stamps(entry.path)
            elif entry.name.endswith(SOURCES):
                yield entry.path, entry.stat().st_mtime_ns


def _roots() -> tuple[Path, Path]:
    return Path(broadsheet.__file__).parent, settings.THEME_DIR


def _source_files() -> Iterator[tuple[Path, Path]]:
    for root in _roots():
        for file in sorted(path for path in root.rglob("*") if path.suffix in SOURCES):
            yield root, file


def is_in_step() -> bool:
    """Whether readers of this machine get what was told last; always on the only one, and on the one that presses."""
    if not settings.BROADSHEET.node:
        return True
    row = Register.objects.first()
    if row is None or is_ours(row):
        return True
    followed = edition().followed
    return (
        followed is not None and followed.epoch == str(row.epoch) and followed.number >= row.number
    )


def is_ours(row: Register) -> bool:
    """Whether the edition of this machine is the one that is pressed."""
    return row.manifest == edition().ident(settings.BROADSHEET.node)


def have_all_followed() -> bool:
    """Whether every other machine that lives gives its readers what was told last."""
    row = Register.objects.first()
    others = Node.objects.exclude(name=settings.BROADSHEET.node)
    lately = clock.now() - ALIVE
    return row is None or not others.filter(seen_at__gt=lately, number__lt=row.number).exists()


def others_alive() -> list[str]:
    """The names of the other machines that were heard of lately."""
    if Node._meta.db_table not in connection.introspection.table_names():
        return []  # the database is of an older version
    others = Node.objects.exclude(name=settings.BROADSHEET.node)
    lately = others.filter(seen_at__gt=clock.now() - ALIVE)
    return list(lately.order_by("name").values_list("name", flat=True))


@dataclass(slots=True)
class Expansion:
    """What changed objects mean: every key that documents may have read, and the objects' memberships now."""

    keys: set[str] = field(default_factory=set)
    memberships: dict[str, frozenset[Membership]] = field(default_factory=dict)


def expand(current: Edition, changed: Iterable[str]) -> Expansion:
    """Follow changed keys to all they change: lists whose members or what they show of them differ from
    the last step, and objects whose own lists follow from those."""
    found = Expansion()
    todo = list(changed)
    with asking_once():
        while todo:
            fresh = [key for key in dict.fromkeys(todo) if key not in found.memberships]
            found.keys.update(fresh)
            objects = [key for key in fresh if not key.startswith(("list:", "table:", "path:"))]
            todo = []
            for first in range(0, len(objects), AT_ONCE):
                todo += _follow(current, objects[first : first + AT_ONCE], found)
    return found


def _follow(current: Edition, objects: list[str], found: Expansion) -> Iterator[str]:
    """Note what the lists of some objects are now; yields the objects whose own lists follow from that."""
    before = current.memberships(objects)
    instances = load_many(objects)
    for key in objects:
        instance = instances.get(key)
        model = watched()[type(instance)] if instance is not None else None
        now = frozenset(model.lists(instance)) if model else frozenset()
        found.memberships[key] = now
        if now == before[key]:
            continue
        found.keys.update(name for name, _token in now ^ before[key])
        if model:
            yield from model.dependants(instance)
