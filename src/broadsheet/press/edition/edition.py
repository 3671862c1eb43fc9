"""Changing the edition: stepping forward, following another machine's, going back, clearing out."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from broadsheet.press.edition import clearing, following, history, manifest, polishing
from broadsheet.press.edition.blobs import Incoming
from broadsheet.press.edition.compression import compress_best
from broadsheet.press.edition.entry import Form, Membership, Pressed
from broadsheet.press.edition.following import Followed, Told
from broadsheet.press.edition.lock import locked
from broadsheet.press.edition.proofs import Proofs
from broadsheet.press.edition.reading import FILE, ReadEdition
from broadsheet.press.edition.stepping import move_forward

UNDERWAY = "underway.sqlite3"
WRITING = "writing.lock"
PATIENCE = 600
"""Seconds to wait for another process that steps or clears out."""

GRACE = 3600
"""Seconds for which nothing is cleared out that a reader could still be getting."""

TOGETHER = 500
"""Blobs from elsewhere that become durable together; those are not asked for again after a break."""


class Edition(ReadEdition):
    """The edition as who presses has it: stepping forward, following, going back, clearing out.

    Safe to share between threads; one process writes at a time, others wait. Raises NotAnEdition.
    """

    @classmethod
    def create(cls, directory: Path) -> Edition:
        """Make an empty edition where there is none, and open it. Two processes may do so at once."""
        directory.mkdir(parents=True, exist_ok=True)
        with locked(directory, PATIENCE, WRITING):
            if not cls.exists(directory):
                (directory / "blobs").mkdir(exist_ok=True)
                manifest.create(directory / FILE)
        return cls(directory)

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

    def note_followed(self, followed: Followed) -> None:
        """Note up to where the edition agrees with a register."""
        self._note("followed", json.dumps(followed))

    def _note(self, name: str, value: str) -> None:
        connection = self._opened().connection
        with manifest.transaction(connection):
            connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

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

    # History ----------------------------------------------------------------------------------

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

    def release(self) -> None:
        """Let the press go on; all has to be rendered anew, for what was read is not known of former editions."""
        connection = self._opened().connection
        with manifest.transaction(connection):
            connection.execute("DELETE FROM meta WHERE name IN ('held', 'fingerprint')")

    # Keeping ----------------------------------------------------------------------------------

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
