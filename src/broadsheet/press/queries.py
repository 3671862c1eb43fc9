"""What the press asks: the edition of this newsroom, what waits, what changed keys mean."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

import broadsheet
from broadsheet.kit.memory import Memory
from broadsheet.kit.models import Change
from broadsheet.kit.public import Membership, load_many, watched
from broadsheet.kit.reads import asking_once
from broadsheet.press.edition import Edition

AT_ONCE = 500
"""Objects whose lists are looked up together."""

REMEMBERED = 5_000
"""Answers that are kept from one publication to the next: some 5 KB each, most of them stories as lists show them."""

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


def pending_changes() -> dict[int, str]:
    """Id and key of every change that the press has not seen, oldest first."""
    return dict(Change.objects.order_by("pk").values_list("pk", "key"))


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
        if not field.metadata.get("secret")
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
