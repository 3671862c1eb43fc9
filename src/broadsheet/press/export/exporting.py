"""Bringing an export to where the edition is: new documents first, then those that changed, then removals."""

from __future__ import annotations

import hashlib
import shlex
import subprocess
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from broadsheet.press.edition import Edition, Entry
from broadsheet.press.errors import ReloadFailed
from broadsheet.press.export import mark
from broadsheet.press.export.answers import ANSWERS
from broadsheet.press.export.caddy import caddy_files
from broadsheet.press.export.layout import SUFFIXES, address_of, file_of
from broadsheet.press.export.looks import MOVED, Looks, looks_of
from broadsheet.press.export.nginx import nginx_files
from broadsheet.press.export.site import Site
from broadsheet.press.export.tree import Tree

Progress = Callable[[int], None]


@dataclass(slots=True)
class Outcome:
    """What was done: files written and addresses taken away, the step the tree shows, whether servers were told."""

    written: int = 0
    removed: int = 0
    step: int = 0
    reloaded: bool = False


class Export:
    """One directory that holds an edition as files. Whoever uses it holds its lock (see `following`).

    Raises NotAnExport for a directory that is something else; it is left as it is then.
    """

    def __init__(self, edition: Edition, directory: Path, site: Site, reload: str | None) -> None:
        self.edition = edition
        self.directory = directory
        self.mark = mark.take(directory, edition.directory)
        directory.chmod(0o755)
        self._site = site
        self._reload = reload
        self._tree = Tree(directory / "site", directory / "writing")
        self._looks: Looks | None = None
        self._hasty: set[str] = set()
        self._statuses = {200}
        for name, answer in ANSWERS.items():
            self._put_text(f"answers/:{name}", answer.body.decode())

    def bring_up(self, progress: Progress | None = None) -> Outcome:
        """Make the tree what the edition is now, all of it: what is right already is left alone.

        Killed at any point and begun again it goes on where it was. Raises DamagedBlob, Unexportable,
        ReloadFailed, OSError; then the tree is whole all the same, and older.
        """
        with self.edition.snapshot():
            return self._move(self.edition.entries, None, progress)

    def follow(self) -> Outcome:
        """Bring the tree from the step that it shows to the newest; the same as `bring_up`, for less."""
        if self.mark.step is None or self._looks is None:
            return self.bring_up()
        with self.edition.snapshot():
            touched = set(self._hasty)
            if self.edition.number != self.mark.step:
                touched |= {path for _name, path in self.edition.touched_since(self.mark.step)}
            return self._move(lambda: self._found(touched), touched, None)

    def _found(self, paths: Iterable[str]) -> Iterator[Entry]:
        for path in sorted(paths):
            entry = self.edition.find(path)
            if entry is not None:
                yield entry

    def _move(
        self,
        entries: Callable[[], Iterable[Entry]],
        touched: set[str] | None,
        progress: Progress | None,
    ) -> Outcome:
        done = Outcome(step=self.edition.number)
        before, after = self._looks, self._looks_after(entries, touched)
        if before is not None and before is not after:
            # A new document's headers have to be known before it is there, its old address's end after.
            known = Looks(after.rules, before.redirects, after.unheld, after.missing)
            done.reloaded = self._configure(known)
        for is_new in (True, False):
            for number, entry in enumerate(entries()):
                done.written += self._write(entry, is_new=is_new)
                if progress and is_new:
                    progress(number + 1)
        done.reloaded |= self._configure(after)
        self._looks = after
        self._statuses |= {look.status for look in after.rules}
        files = self._tree.files() if touched is None else self._files(touched)
        for file in files:
            done.removed += self._let_go(file)
        self.mark.step = done.step
        self.mark.write(self.directory)
        return done

    # Documents --------------------------------------------------------------------------------

    def _write(self, entry: Entry, *, is_new: bool) -> int:
        """Write a document's files where they are not right; returns how many. Its first run is for new ones only."""
        file = None if entry.status in MOVED else file_of(entry.path, entry.status)
        if file is None or (is_new and self._tree.exists(file)):
            return 0
        forms = [("identity", entry.digest, entry.size, file)]
        for coding, form in entry.variants.items():
            forms.append((coding, form.digest, form.size, file + SUFFIXES[coding]))
        written = 0
        for _coding, digest, size, name in reversed(forms) if is_new else forms:
            if not self._tree.is_current(name, digest, size):
                with self.edition.blobs.open(digest) as body:
                    self._tree.write(name, digest, body)
                written += 1
        for coding, suffix in SUFFIXES.items():
            if coding not in entry.variants:
                (self._tree.root / f"{file}{suffix}").unlink(missing_ok=True)
        is_hasty = "gzip" in entry.variants and "br" not in entry.variants
        (self._hasty.add if is_hasty else self._hasty.discard)(entry.path)
        return written

    def _files(self, paths: Iterable[str]) -> Iterator[str]:
        """The files that could be there for these addresses."""
        for path in paths:
            for status in self._statuses:
                file = file_of(path, status)
                if file is not None and self._tree.exists(file):
                    yield file

    def _let_go(self, file: str) -> int:
        """Take away a file that stands for no document; returns how many addresses ended."""
        path, status = address_of(file)
        entry = self.edition.find(path)
        if entry is not None and entry.status == status and file_of(path, status) is not None:
            own = file_of(path, status)
            known = {own, *(f"{own}{SUFFIXES[coding]}" for coding in entry.variants)}
            if file in known:
                return 0
        self._hasty.discard(path)
        self._tree.remove(file)
        return 1

    # Configuration ----------------------------------------------------------------------------

    def _looks_after(
        self, entries: Callable[[], Iterable[Entry]], touched: set[str] | None
    ) -> Looks:
        """What a server has to know, found anew only where something that changed is not covered."""
        known = self._looks
        if known is not None and touched is not None:
            present = {entry.path: entry for entry in entries()}
            gone = touched - present.keys()
            if all(map(known.are_true_for, present.values())) and not any(map(known.name, gone)):
                return known
        return looks_of(self.edition.entries(), self._site.languages[1:])

    def _configure(self, looks: Looks) -> bool:
        """Write the configuration and have it taken; returns whether the reload command was run."""
        texts = {
            **nginx_files(looks, self.directory, self._site),
            **caddy_files(looks, self.directory, self._site),
        }
        for name, text in texts.items():
            self._put_text(name, text)
        digest = hashlib.sha256(repr(sorted(texts.items())).encode()).hexdigest()
        if self._reload is None or self.mark.loaded == digest:
            return False
        ended = subprocess.run(
            shlex.split(self._reload), capture_output=True, text=True, check=False
        )
        if ended.returncode:
            said = (ended.stderr or ended.stdout).strip().splitlines()
            raise ReloadFailed(
                f"“{self._reload}” failed ({ended.returncode}): {said[-1] if said else 'it said nothing'}. "
                f"The configuration is in {self.directory}; run it again when it is mended."
            )
        self.mark.loaded = digest
        self.mark.write(self.directory)
        return True

    def _put_text(self, name: str, text: str) -> None:
        target = self.directory / name
        if not target.parent.is_dir():
            target.parent.mkdir()
            target.parent.chmod(0o755)
        if target.exists() and target.read_text("utf-8") == text:
            return
        partial = self.directory / "writing"
        partial.write_text(text, encoding="utf-8")
        partial.chmod(0o644)
        partial.replace(target)
