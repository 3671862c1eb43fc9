"""The edition as everybody else sees it: finding, asking who read what, stepping forward, checking, clearing out."""

from __future__ import annotations

import json
import sqlite3
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any

from broadsheet.press.edition import clearing, following, history, keys, manifest, polishing
from broadsheet.press.edition.blobs import Blobs, Incoming
from broadsheet.press.edition.compression import compress_best
from broadsheet.press.edition.entry import Entry, Form, Membership, Pressed
from broadsheet.press.edition.following import Followed, Told
from broadsheet.press.edition.lock import locked
from broadsheet.press.edition.proofs import Proofs
from broadsheet.press.edition.stepping import move_forward
from broadsheet.press.errors import DamagedBlob

FILE = "edition.sqlite3"
UNDERWAY = "underway.sqlite3"
WRITING = "writing.lock"
PATIENCE = 600
"""Seconds to wait for another process that steps or clears out."""

GRACE = 3600
"""Seconds for which nothing is cleared out that a reader could still be getting."""

TOGETHER = 500
"""Blobs from elsewhere that become durable together; those are not asked for again after a break."""

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


class Edition:
    """All public documents at one moment. Safe to share between threads; a process may read while another steps.

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

    @classmethod
    def create(cls, directory: Path) -> Edition:
        """Make an empty edition where there is none, and open it. Two processes may do so at once."""
        directory.mkdir(parents=True, exist_ok=True)
        with locked(directory, PATIENCE, WRITING):
            if not cls.exists(directory):
                (directory / "blobs").mkdir(exist_ok=True)
                manifest.create(directory / FILE)
        return cls(directory)

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

    # Stepping ---------------------------------------------------------------------------------

    @contextmanager
    def proofs(self, *, run: str | None = None, only_weighed: bool = False) -> Iterator[Proofs]:
        """Where the documents of a step are gathered. Without a step they are gone at the end of the block.

        Those of a named run stay until `abandon`; who asks for the same run again finds them.
        """
        made = Proofs(
            self._opened().connection,
            self.blobs,
            self.directory / UNDERWAY,
            run=run,
            only_weighed=only_weighed,
        )
        try:
            yield made
        finally:
            made.close()

    def is_underway(self) -> bool:
        """Whether proofs of a named run wait for their step."""
        return (self.directory / UNDERWAY).exists()

    def abandon(self) -> None:
        """Let go of the proofs of a named run."""
        for suffix in ("", "-wal", "-shm"):
            (self.directory / f"{UNDERWAY}{suffix}").unlink(missing_ok=True)

    def go_to(self, proofs: Proofs, note: str) -> int | None:
        """Move forward to what the proofs say: readers see all of it or nothing.

        Returns the new number, or None when no byte, path, status or header differs; dependencies and
        memberships are kept all the same. Raises PathTaken, UnwritableEdition, or OSError where a blob
        cannot be written; then nothing has changed.
        """
        with locked(self.directory, PATIENCE, WRITING):
            return self._go_to(proofs, note)

    def _go_to(self, proofs: Proofs, note: str) -> int | None:
        proofs.settle()
        opened = self._opened()
        with manifest.transaction(opened.connection):
            step = move_forward(opened.connection, note)
        opened.version = -1
        return step

    def step(
        self,
        put: Iterable[Pressed],
        drop: Iterable[str],
        memberships: Mapping[str, Iterable[Membership]],
        note: str,
    ) -> int | None:
        """Move forward by a few documents at once: `proofs` and `go_to` in one. A resource that is put and
        dropped is put. Raises what they raise."""
        with locked(self.directory, PATIENCE, WRITING), self.proofs() as proofs:
            for resource in drop:
                proofs.leave_out(resource)
            for pressed in put:
                proofs.put(pressed)
            proofs.enrol(memberships)
            return self._go_to(proofs, note)

    def hasty(self, count: int) -> list[str]:
        """At most `count` bodies that readers get now and that are compressed in one form only, in haste."""
        return polishing.hasty(self._opened().connection, count)

    def polish(
        self, digests: Iterable[str], give_way: Callable[[], object] = lambda: None
    ) -> set[str]:
        """Give bodies their smallest forms, in every coding; readers get them at once, without a step.

        `give_way` is called before each and before the writing lock is taken, and may take its time.
        Returns those for which nothing was gained. Raises DamagedBlob, UnwritableEdition or OSError.
        """
        made = {}
        for digest in digests:
            give_way()
            with self.blobs.open(digest) as file:
                made[digest] = compress_best(file.read())
        give_way()
        with locked(self.directory, PATIENCE, WRITING):
            incoming = Incoming(self.blobs)
            forms = {
                digest: {
                    coding: Form(incoming.take(form), len(form)) for coding, form in found.items()
                }
                for digest, found in made.items()
            }
            incoming.settle()
            connection = self._opened().connection
            with manifest.transaction(connection):
                polishing.put_forms(connection, forms)
        return {digest for digest, found in made.items() if "br" not in found}

    @property
    def fingerprint(self) -> str | None:
        """What the documents were made by besides the database; None before somebody says so."""
        row = self._ask("SELECT value FROM meta WHERE name = 'fingerprint'").fetchone()
        return row[0] if row else None

    @fingerprint.setter
    def fingerprint(self, value: str) -> None:
        self._note("fingerprint", value)

    # Following --------------------------------------------------------------------------------

    def ident(self, node: str) -> str:
        """The name of this manifest among those of several machines; a copy of another machine's gets its own."""
        row = self._ask("SELECT value FROM meta WHERE name = 'ident'").fetchone()
        if row and row[0].startswith(f"{node}:"):
            return str(row[0])
        return self.rename(node)

    def rename(self, node: str) -> str:
        """Give this manifest a name that it never had: what was told of it before is not true of it."""
        ident = f"{node}:{uuid.uuid4().hex}"
        self._note("ident", ident)
        return ident

    @property
    def followed(self) -> Followed | None:
        """Up to where this edition agreed with a register when it was last compared."""
        row = self._ask("SELECT value FROM meta WHERE name = 'followed'").fetchone()
        return Followed(*json.loads(row[0])) if row else None

    def note_followed(self, followed: Followed) -> None:
        """Note up to where the edition agrees with a register."""
        self._note("followed", json.dumps(followed))

    def _note(self, name: str, value: str) -> None:
        connection = self._opened().connection
        with manifest.transaction(connection):
            connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def forms(self, digests: Iterable[str]) -> dict[str, dict[str, Form]]:
        """The compressed forms of bodies by content coding."""
        found: dict[str, dict[str, Form]] = {digest: {} for digest in digests}
        sql = "SELECT digest, coding, form, size FROM json_each(?) JOIN variants ON digest = value"
        for digest, coding, form, size in self._ask(sql, json.dumps(list(found))):
            found[digest][coding] = Form(form, size)
        return found

    def receive(self, blobs: Iterable[tuple[str, Iterable[bytes]]]) -> None:
        """Put blobs from elsewhere into the store, each in pieces. Nothing names them before `take_over`, so the
        caller holds the press's lock. Raises DamagedBlob, OSError."""
        incoming = Incoming(self.blobs)
        try:
            for number, (digest, pieces) in enumerate(blobs, 1):
                incoming.receive(digest, pieces)
                if number % TOGETHER == 0:
                    incoming.settle()
            incoming.settle()
        finally:
            incoming.discard()

    def take_over(
        self,
        told: Iterable[Told],
        register: tuple[str, int],
        tables: Iterable[str],
        *,
        is_all: bool,
        held: int | None,
    ) -> int | None:
        """Become what a register of this epoch tells at this number, in one step for readers.

        Returns the step's number, None where nothing differs. Whoever presses next has to render everything.
        Raises PathTaken, UnwritableEdition.
        """
        self.abandon()  # what a full run had made before may be older
        with locked(self.directory, PATIENCE, WRITING):
            opened = self._opened()
            with manifest.transaction(opened.connection):
                sql = opened.connection.execute
                step = following.take_over(opened.connection, told, tables, is_all=is_all)
                sql("DELETE FROM meta WHERE name = 'held'")
                if held is not None:
                    sql("INSERT INTO meta VALUES ('held', ?)", (str(held),))
                ours = sql("SELECT coalesce(max(number), 0) FROM steps").fetchone()[0]
                noted = json.dumps(Followed(*register, ours))
                sql("INSERT OR REPLACE INTO meta VALUES ('followed', ?)", (noted,))
            opened.version = -1
            return step

    def named(self) -> set[str]:
        """The digests of every blob that the manifest names, also for former editions."""
        return clearing.named(self._opened().connection)

    # History ----------------------------------------------------------------------------------

    def steps(self, count: int) -> list[history.Step]:
        """The last `count` steps, newest first."""
        return history.steps(self._opened().connection, count)

    def differences(self, one: int, other: int) -> list[tuple[str, str]]:
        """Path and `came`, `left` or `changed`, for what differs between two steps. Raises NoSuchStep."""
        return list(history.differences(self._opened().connection, one, other))

    def go_back(self, number: int) -> int:
        """Step to what readers got after step `number`, and stay there: see `held`. Raises NoSuchStep."""
        with locked(self.directory, PATIENCE, WRITING):
            opened = self._opened()
            with manifest.transaction(opened.connection):
                step = history.go_back(opened.connection, number, f"back to {number}")
                opened.connection.execute(
                    "INSERT OR REPLACE INTO meta VALUES ('held', ?)", (str(number),)
                )
            opened.version = -1
            return step

    @property
    def held(self) -> int | None:
        """The former step that readers are kept at: nothing is pressed before `release`."""
        row = self._ask("SELECT value FROM meta WHERE name = 'held'").fetchone()
        return int(row[0]) if row else None

    def release(self) -> None:
        """Let the press go on; all has to be rendered anew, for what was read is not known of former editions."""
        connection = self._opened().connection
        with manifest.transaction(connection):
            connection.execute("DELETE FROM meta WHERE name IN ('held', 'fingerprint')")

    # Keeping ----------------------------------------------------------------------------------

    def verify(self) -> Iterator[str]:
        """Read every byte that readers may get now; yield a sentence for each fault."""
        for (fault,) in self._ask("PRAGMA quick_check"):
            if fault != "ok":
                yield f"The manifest is damaged: {fault}."
        for entry in self.entries():
            for digest in (entry.digest, *(form.digest for form in entry.variants.values())):
                if not self.blobs.is_whole(digest):
                    yield f"{entry.path} is missing or damaged: {self.blobs.path(digest)}."

    def gc(self, *, keep: int, grace: int = GRACE) -> clearing.Cleared:
        """Let go of versions that no longer belong to one of the last `keep` steps, and of files nobody names.

        Nothing goes that left the edition less than `grace` seconds ago. The caller holds the press's lock:
        what is being pressed is named nowhere yet.
        """
        with locked(self.directory, PATIENCE, WRITING):
            connection = self._opened().connection
            with manifest.transaction(connection):
                versions = clearing.forget_versions(
                    connection, self.number - max(keep, 1) + 1, grace
                )
            files, size = clearing.remove_files(
                connection, self.blobs, unfinished=not self.is_underway()
            )
            return clearing.Cleared(versions, files, size)


def _entry(row: tuple[Any, ...] | None) -> Entry | None:
    if row is None:
        return None
    resource, path, status, content_type, headers, digest, size, variants = row
    return Entry(
        resource,
        path,
        status,
        content_type,
        tuple((name, value) for name, value in json.loads(headers)),
        digest,
        size,
        {coding: Form(*form) for coding, form in json.loads(variants).items()},
    )
