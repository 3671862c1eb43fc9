"""Moving the manifest forward by one step, inside a transaction that the caller holds. Reads no file."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from broadsheet.press.edition.entry import Form, Headers
from broadsheet.press.errors import PathTaken

Membership = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Version:
    """What one resource will be to readers; its body is in the store already."""

    resource: str
    path: str
    status: int
    content_type: str
    headers: Headers
    digest: str
    size: int
    is_picture: bool = False


@dataclass(slots=True)
class Draft:
    """Everything one step is to change."""

    documents: dict[str, Version] = field(default_factory=dict)
    pictures: dict[str, Version] = field(default_factory=dict)
    reads: dict[str, frozenset[str]] = field(default_factory=dict)
    shows: dict[str, frozenset[str]] = field(default_factory=dict)
    forms: dict[str, dict[str, Form]] = field(default_factory=dict)
    """New compressed forms, by the body's digest and the content coding."""
    dropped: set[str] = field(default_factory=set)
    memberships: Mapping[str, frozenset[Membership]] = field(default_factory=dict)


class Stepping:
    """One step in the making. Only `take` is called from outside."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._sql = connection.execute
        self._many = connection.executemany
        last = self._sql("SELECT coalesce(max(number), 0) FROM steps").fetchone()
        self._number: int = last[0] + 1

    def take(self, draft: Draft, note: str) -> int | None:
        """Apply a draft and return the step's number, or None when nothing differs for readers.

        Raises PathTaken when two resources would have one path.
        """
        self._name(draft)
        leaving = draft.dropped | self._dismissed_pictures(draft)
        for resource in draft.dropped | draft.documents.keys():
            self._relate("reads", "key", resource, draft.reads.get(resource, frozenset()))
        for key, pairs in draft.memberships.items():
            self._enrol(key, pairs)
        arriving = [
            version
            for version in (*draft.documents.values(), *draft.pictures.values())
            if self._differs(version)
        ]
        self._many(
            "INSERT OR REPLACE INTO variants VALUES (?, ?, ?, ?)",
            (
                (body, coding, *form)
                for body, forms in draft.forms.items()
                for coding, form in forms.items()
            ),
        )
        went = self._end(leaving)
        self._end(version.resource for version in arriving)
        for version in arriving:
            self._begin(version)
        if not arriving and not went:
            return None
        self._sql(
            "INSERT INTO steps VALUES (?, ?, ?, ?, ?)",
            (self._number, int(time.time()), note, len(arriving), went),
        )
        return self._number

    def _name(self, draft: Draft) -> None:
        names = {*draft.documents, *draft.pictures, *draft.memberships}
        names.update(*draft.reads.values())
        self._many("INSERT OR IGNORE INTO names (name) VALUES (?)", ((name,) for name in names))

    def _relate(self, table: str, column: str, resource: str, wanted: frozenset[str]) -> set[str]:
        """Make the names that a resource is related to be those wanted; return those it lost."""
        rows = self._sql(
            f"SELECT other.name FROM {table} JOIN names other ON other.id = {column} "  # noqa: S608
            "WHERE resource = (SELECT id FROM names WHERE name = ?)",
            (resource,),
        )
        found = {name for (name,) in rows}
        self._many(
            f"DELETE FROM {table} WHERE resource = (SELECT id FROM names WHERE name = ?) "  # noqa: S608
            f"AND {column} = (SELECT id FROM names WHERE name = ?)",
            ((resource, name) for name in found - wanted),
        )
        self._many(
            f"INSERT INTO {table} SELECT one.id, other.id FROM names one, names other "  # noqa: S608
            "WHERE one.name = ? AND other.name = ?",
            ((resource, name) for name in wanted - found),
        )
        return found - wanted

    def _enrol(self, key: str, wanted: frozenset[Membership]) -> None:
        (member,) = self._sql("SELECT id FROM names WHERE name = ?", (key,)).fetchone()
        rows = self._sql("SELECT list, token FROM memberships WHERE object = ?", (member,))
        found = set(rows.fetchall())
        self._many(
            "DELETE FROM memberships WHERE object = ? AND list = ? AND token = ?",
            ((member, *pair) for pair in found - wanted),
        )
        self._many(
            "INSERT INTO memberships VALUES (?, ?, ?)",
            ((member, *pair) for pair in wanted - found),
        )

    def _dismissed_pictures(self, draft: Draft) -> set[str]:
        """Note who shows which picture, and return the pictures that nobody shows any more."""
        lost: set[str] = set()
        for resource in draft.dropped | draft.documents.keys():
            wanted = draft.shows.get(resource, frozenset())
            lost |= self._relate("shows", "picture", resource, wanted)
        users = "SELECT 1 FROM shows WHERE picture = (SELECT id FROM names WHERE name = ?)"
        return {path for path in lost if self._sql(users, (path,)).fetchone() is None}

    def _differs(self, version: Version) -> bool:
        row = self._sql(
            "SELECT path, status, content_type, headers, digest FROM entries "
            "WHERE until IS NULL AND resource = (SELECT id FROM names WHERE name = ?)",
            (version.resource,),
        ).fetchone()
        return bool(
            row
            != (
                version.path,
                version.status,
                version.content_type,
                json.dumps(version.headers),
                version.digest,
            )
        )

    def _end(self, resources: Iterable[str]) -> int:
        return self._many(
            "UPDATE entries SET until = ? "
            "WHERE until IS NULL AND resource = (SELECT id FROM names WHERE name = ?)",
            ((self._number, resource) for resource in resources),
        ).rowcount

    def _begin(self, version: Version) -> None:
        holder = self._sql(
            "SELECT name FROM entries JOIN names ON names.id = resource "
            "WHERE path = ? AND until IS NULL",
            (version.path,),
        ).fetchone()
        if holder is not None:
            raise PathTaken(version.path, holder[0], version.resource)
        self._sql(
            "INSERT INTO entries (resource, is_picture, path, status, content_type, headers, digest,"
            " size, since) SELECT id, ?, ?, ?, ?, ?, ?, ?, ? FROM names WHERE name = ?",
            (
                version.is_picture,
                version.path,
                version.status,
                version.content_type,
                json.dumps(version.headers),
                version.digest,
                version.size,
                self._number,
                version.resource,
            ),
        )
