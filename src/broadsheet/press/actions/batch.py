"""One step of the edition in the making: what is rendered, what it read, who claims which address."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import translation

from broadsheet.kit.public import Document, Kind, impositions, kinds
from broadsheet.kit.reads import Reads, asking_once, one_sheet, recording
from broadsheet.press.edition import Edition, Picture, Place, Pressed, Proofs
from broadsheet.press.models import Failure, Forwarding
from broadsheet.press.queries import expand
from broadsheet.press.tracking import tracked

logger = logging.getLogger(__name__)

YIELDING = ("redirect", "forwarding")
"""Kinds that give way to any other document at the same path; the last gives way first."""


SHEET = 100
"""Documents that are rendered together: enough that a question asked for all costs each little, few enough that
what they read fits into memory."""

Progress = Callable[[int, int], None]
"""Called with documents done and documents in all."""

PLAIN = "text/plain; charset=utf-8"
RETRY = (("retry-after", "60"), ("cache-control", "no-store"))
NOT_NOW = b"This page cannot be shown just now. Please come back in a minute.\n"


@dataclass(slots=True)
class Batch:
    """Documents rendered for the next step, and those that have to leave."""

    edition: Edition
    proofs: Proofs
    failed: dict[str, str] = field(default_factory=dict)
    renders: int = 0

    def take(self, changed: Iterable[str]) -> None:
        """Render everything that read the changed keys or may come into existence by them."""
        keys = set(changed)
        while keys:
            expansion = expand(self.edition, keys)
            self.proofs.enrol(expansion.memberships)
            readers = self.edition.readers_of(expansion.keys)
            readers |= self.proofs.readers_of(expansion.keys)
            born = {
                f"{name}:{ident}"
                for name, kind in kinds().items()
                for ident in kind.born_of(expansion.keys)
            }
            keys = self.render(readers | {new for new in born if self._place(new) is None})

    def _place(self, resource: str) -> Place | None:
        """Where a document will be, as far as is known; None for one that is nowhere."""
        proof = self.proofs.place(resource)
        if proof is not None:
            return proof if proof.path is not None else None
        entry = self.edition.entry(resource)
        return Place(entry.path, entry.status) if entry else None

    def render(self, resources: Iterable[str], progress: Progress | None = None) -> set[str]:
        """Render resources anew. Returns the keys of addresses that were left or forwarded by it."""
        left: set[str] = set()
        ordered = sorted(resources, key=_neighbours())
        with asking_once():
            for first in range(0, len(ordered), SHEET):
                sheet = ordered[first : first + SHEET]
                left |= self._render_sheet(sheet)
                if progress:
                    progress(first + len(sheet), len(ordered))
        return left

    def _render_sheet(self, sheet: Sequence[str]) -> set[str]:
        """Render documents that read alike, one after the other."""
        left: set[str] = set()
        with one_sheet():
            with recording():  # so that what is asked meanwhile is forgotten with the sheet
                _foresee(sheet)
            for resource in sheet:
                before = self._place(resource)
                self._render_one(resource)
                self.renders += 1
                now = self._place(resource)
                if before is not None and (now is None or now.path != before.path):
                    left |= self._leave(resource, before)
        return left

    def drop(self, resources: Iterable[str]) -> set[str]:
        """Let go of documents that no kind knows any more. Returns what `render` returns."""
        left: set[str] = set()
        for resource in resources:
            before = self._place(resource)
            self.proofs.leave_out(resource)
            left |= self._leave(resource, before) if before else set()
        return left

    def _leave(self, resource: str, place: Place) -> set[str]:
        """Keep where a document was, so that its readers find where it is now, or that it was withdrawn."""
        path = place.path
        if place.status != 200:
            return {f"path:{path}"}
        Forwarding.objects.update_or_create(path=path, defaults={"resource": resource})
        return {f"path:{path}", f"forwarding:{path}"}

    def _render_one(self, resource: str) -> None:
        name, _, ident = resource.partition(":")
        self.failed.pop(resource, None)
        kind = kinds().get(name)
        if kind is None:
            self.proofs.leave_out(resource)
            return
        try:
            with _shield(), tracked() as reads, translation.override(None):
                document = kind.render(ident)
        except (OperationalError, InterfaceError):
            raise  # The database went away: no fault of the document, and nothing is pressed without it.
        except Exception as error:
            # One story that cannot be rendered must not hold up the whole paper: readers keep its last
            # good version, the desk and the doctor are told, and every tick tries again.
            self.failed[resource] = f"{type(error).__name__}: {error}"
            logger.exception("%s could not be rendered", resource)
            self._keep_place(resource, kind)
            return
        if document is None:
            # What it read is kept: should that change, the document may come to be.
            self.proofs.leave_out(resource, reads.keys)
        else:
            self.proofs.put(_pressed(resource, document, reads))

    def _keep_place(self, resource: str, kind: Kind) -> None:
        """Where a document that cannot be rendered has no good version, have its address say so: others link to it."""
        if self._place(resource) is not None:
            return
        with suppress(Exception):
            path = kind.path(resource.partition(":")[2])
            if path is not None:
                self.proofs.put(Pressed(resource, path, 503, PLAIN, RETRY, NOT_NOW))

    def settle_claims(self) -> None:
        """Where several documents claim one address, keep the one that has the better right to it."""
        for path, claimants in self.proofs.conflicts():
            for resource in sorted(claimants, key=_right)[1:]:
                logger.info("%s gives way at %s", resource, path)
                self.proofs.give_way(resource, path)

    def note_failures(self) -> None:
        """Keep which documents could not be rendered, and forget those that could."""
        mended = self.proofs.resources().intersection(
            Failure.objects.values_list("resource", flat=True)
        )
        Failure.objects.filter(resource__in=mended).delete()
        for resource, error in self.failed.items():
            row, made = Failure.objects.get_or_create(resource=resource, defaults={"error": error})
            if not made:
                row.error, row.attempts = error, row.attempts + 1
                row.save(update_fields=["error", "attempts"])


def _neighbours() -> Callable[[str], tuple[str, str]]:
    """How documents are put in order, so that those that read alike share a sheet."""
    known = impositions()

    def place(resource: str) -> tuple[str, str]:
        name, _, ident = resource.partition(":")
        return (known[name].place(ident) if name in known else resource), resource

    return place


def _foresee(sheet: Iterable[str]) -> None:
    """Load what the documents of a sheet are going to read, for all of a kind at once."""
    idents: dict[str, list[str]] = {}
    for resource in sheet:
        name, _, ident = resource.partition(":")
        idents.setdefault(name, []).append(ident)
    for name, imposition in impositions().items():
        if len(idents.get(name, ())) > 1:
            imposition.foresee(idents[name])


def _shield() -> AbstractContextManager[object]:
    """Keeps the fault of one document from spoiling the transaction it is rendered in, as PostgreSQL would have it."""
    is_spoilt = connection.vendor == "postgresql" and connection.in_atomic_block
    return transaction.atomic() if is_spoilt else nullcontext()


def _pressed(resource: str, document: Document, reads: Reads) -> Pressed:
    pictures = (
        Picture(used.path, used.file, used.content_type) for used in reads.pictures.values()
    )
    return Pressed(
        resource=resource,
        path=document.path,
        status=document.status,
        content_type=document.content_type,
        headers=document.headers,
        body=document.body,
        reads=frozenset(reads.keys),
        pictures=tuple(pictures),
    )


def _right(resource: str) -> tuple[int, str]:
    name = resource.partition(":")[0]
    return (YIELDING.index(name) + 1 if name in YIELDING else 0, resource)
