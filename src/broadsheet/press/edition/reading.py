"""The edition as who only asks sees it: finding, asking who read what, comparing; nothing here changes it."""

from __future__ import annotations

import functools
import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any

from broadsheet.press.edition import clearing, history, keys, manifest, polishing
from broadsheet.press.edition.blobs import Blobs
from broadsheet.press.edition.entry import Entry, Form, Headers, Membership
from broadsheet.press.edition.following import Followed
from broadsheet.press.errors import DamagedBlob

FILE = "edition.sqlite3"

_ENTRY = """SELECT name, path, status, content_type, headers, entries.digest, size,
    (SELECT json_group_object(coding, json_array(form, size)) FROM variants WHERE variants.digest = entries.digest)
    FROM entries JOIN names ON names.id = resource WHERE until IS NULL """


@dataclass(slots=True)
class _Opened:
    """One thread's connection, and the step it saw last."""

    connection: sqlite3.Connection
    frozen: tuple[int, int, int, bool] | None
    version: int = -1
    number: int = 0


class ReadEdition:
    """All public documents at one moment, for who asks. Safe to share between threads; a process may read while
    another steps.

    `directory` holds `edition.sqlite3` (the manifest) and `blobs/`. Raises NotAnEdition.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.blobs = Blobs(directory / "blobs")
        self._local = threading.local()
        self._open()

    @staticmethod
    def exists(directory: Path) -> bool:
        """Whether there is an edition in the directory."""
        return (directory / FILE).is_file()

    def close(self) -> None:
        """Let go of this thread's connection; using the edition again opens another."""
        opened: _Opened | None = self._local.__dict__.pop("opened", None)
        if opened is not None:
            opened.connection.close()

    # Reading ----------------------------------------------------------------------------------

    def _open(self) -> _Opened:
        file = self.directory / FILE
        connection, frozen = manifest.connect(file)
        opened = _Opened(connection, manifest.stamp(file) if frozen else None)
        self._local.opened = opened
        return opened

    def _opened(self) -> _Opened:
        opened: _Opened | None = getattr(self._local, "opened", None)
        if opened is None:
            return self._open()
        if opened.frozen is not None and opened.frozen != manifest.stamp(self.directory / FILE):
            self.close()
            return self._open()
        return opened

    def _ask(self, sql: str, *values: Any) -> sqlite3.Cursor:
        return self._opened().connection.execute(sql, values)

    @property
    def number(self) -> int:
        """The last step's number, 0 before the first. Costs a microsecond or two; right across processes."""
        return self.stamp[0]

    @property
    def stamp(self) -> tuple[int, int]:
        """The last step's number, and what changes whenever another process has written anything (better forms)."""
        opened = self._opened()
        (version,) = opened.connection.execute("PRAGMA data_version").fetchone()
        if version != opened.version:
            newest = opened.connection.execute("SELECT coalesce(max(number), 0) FROM steps")
            opened.number, opened.version = newest.fetchone()[0], version
        return opened.number, opened.version

    def find(self, path: str) -> Entry | None:
        """What readers get at a path now."""
        return _entry(self._ask(f"{_ENTRY} AND path = ?", path).fetchone())

    def entry(self, resource: str) -> Entry | None:
        """What a resource is to readers now."""
        return _entry(self._ask(f"{_ENTRY} AND name = ?", resource).fetchone())

    def entries(self) -> Iterator[Entry]:
        """Everything that readers can get now, pictures too, by path."""
        for row in self._ask(f"{_ENTRY} ORDER BY path"):
            found = _entry(row)
            if found is not None:
                yield found

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Let this thread see one step for the length of the block, whatever is pressed meanwhile."""
        connection = self._opened().connection
        connection.execute("BEGIN")
        try:
            yield
        finally:
            connection.execute("ROLLBACK")

    def count(self) -> int:
        """How many addresses readers can get something at now."""
        count: int = self._ask("SELECT count(*) FROM entries WHERE until IS NULL").fetchone()[0]
        return count

    def touched_since(self, number: int) -> set[tuple[str, str]]:
        """Name and path of every document and picture that came, changed or left after step `number`."""
        sql = (
            "SELECT name, path FROM entries JOIN names ON names.id = resource "
            "WHERE since > ?1 OR until > ?1"
        )
        return set(self._ask(sql, number))

    def remembers(self, number: int) -> bool:
        """Whether everything that was changed after step `number` is still known."""
        return history.oldest(self._opened().connection) <= number <= self.number

    def resources(self) -> Iterator[str]:
        """The names of all documents; pictures are not among them, they come and go with who shows them."""
        sql = (
            "SELECT name FROM entries JOIN names ON names.id = resource "
            "WHERE until IS NULL AND NOT is_picture ORDER BY name"
        )
        return (name for (name,) in self._ask(sql).fetchall())

    def readers_of(self, wanted: Iterable[str]) -> set[str]:
        """The resources that read any of these keys when they were last rendered."""
        return keys.readers_of(self._opened().connection, wanted)

    def keys_read(self, prefix: str) -> set[str]:
        """The keys with this beginning that some document has read."""
        return keys.read(self._opened().connection, prefix)

    def last_keys_read(self, prefix: str, count: int, before: str | None = None) -> list[str]:
        """At most `count` keys with this beginning that some document has read, the last by name first, or those
        before a name. Costs as much as is asked for, however many there are."""
        return keys.last_read(self._opened().connection, prefix, count, before)

    def which_are_read(self, wanted: Iterable[str]) -> set[str]:
        """Those of the keys that some document has read."""
        return keys.those_read(self._opened().connection, wanted)

    def memberships(self, object_keys: Iterable[str]) -> dict[str, frozenset[Membership]]:
        """List key and token pairs of each object as of the last step; empty for one that had none."""
        found: dict[str, set[Membership]] = {key: set() for key in object_keys}
        sql = (
            "SELECT name, list, token FROM json_each(?) wanted JOIN names ON name = wanted.value "
            "JOIN memberships ON object = names.id"
        )
        for key, name, token in self._ask(sql, json.dumps(list(found))):
            found[key].add((name, token))
        return {key: frozenset(pairs) for key, pairs in found.items()}

    def open_blob(self, digest: str, encoding: str = "identity") -> BufferedReader:
        """Open a body by its digest, or its compressed form for a content coding, checked byte for byte.

        Raises DamagedBlob when it is missing, damaged, or has no such form.
        """
        if encoding != "identity":
            sql = "SELECT form FROM variants WHERE digest = ? AND coding = ?"
            row = self._ask(sql, digest, encoding).fetchone()
            if row is None:
                raise DamagedBlob(f"{digest} has no {encoding} form.")
            digest = row[0]
        return self.blobs.open(digest)

    def hasty(self, count: int) -> list[str]:
        """At most `count` bodies that readers get now and that are compressed in one form only, in haste."""
        return polishing.hasty(self._opened().connection, count)

    def steps(self, count: int) -> list[history.Step]:
        """The last `count` steps, newest first."""
        return history.steps(self._opened().connection, count)

    def differences(self, one: int, other: int) -> list[tuple[str, str]]:
        """Path and `came`, `left` or `changed`, for what differs between two steps. Raises NoSuchStep."""
        return list(history.differences(self._opened().connection, one, other))

    def verify(self) -> Iterator[str]:
        """Read every byte that readers may get now; yield a sentence for each fault."""
        for (fault,) in self._ask("PRAGMA quick_check"):
            if fault != "ok":
                yield f"The manifest is damaged: {fault}."
        for entry in self.entries():
            for digest in (entry.digest, *(form.digest for form in entry.variants.values())):
                if not self.blobs.is_whole(digest):
                    yield f"{entry.path} is missing or damaged: {self.blobs.path(digest)}."

    def named(self) -> set[str]:
        """The digests of every blob that the manifest names, also for former editions."""
        return clearing.named(self._opened().connection)

    def forms(self, digests: Iterable[str]) -> dict[str, dict[str, Form]]:
        """The compressed forms of bodies by content coding."""
        found: dict[str, dict[str, Form]] = {digest: {} for digest in digests}
        sql = "SELECT digest, coding, form, size FROM json_each(?) JOIN variants ON digest = value"
        for digest, coding, form, size in self._ask(sql, json.dumps(list(found))):
            found[digest][coding] = Form(form, size)
        return found

    @property
    def held(self) -> int | None:
        """The former step that readers are kept at: nothing is pressed before `release`."""
        row = self._ask("SELECT value FROM meta WHERE name = 'held'").fetchone()
        return int(row[0]) if row else None

    @property
    def followed(self) -> Followed | None:
        """Up to where this edition agreed with a register when it was last compared."""
        row = self._ask("SELECT value FROM meta WHERE name = 'followed'").fetchone()
        return Followed(*json.loads(row[0])) if row else None


def _entry(row: tuple[Any, ...] | None) -> Entry | None:
    if row is None:
        return None
    resource, path, status, content_type, headers, digest, size, variants = row
    return Entry(
        resource,
        path,
        status,
        content_type,
        _headers(headers),
        digest,
        size,
        {coding: Form(*form) for coding, form in json.loads(variants).items()},
    )


@functools.lru_cache(maxsize=256)
def _headers(written: str) -> Headers:
    """Headers as they stand in a row; most documents have the same."""
    return tuple((name, value) for name, value in json.loads(written))
