"""One step of the edition in the making: what is rendered, what it read, who claims which address."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from broadsheet.kit.public import impositions, kinds
from broadsheet.press.actions.presses import presses
from broadsheet.press.actions.rendering import Rendered
from broadsheet.press.edition import Edition, Place, Pressed, Proofs
from broadsheet.press.models import Failure, Forwarding
from broadsheet.press.queries import expand, memory

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
    processes: int | None = None
    """How many render at once; None: as many as are worth it."""
    failed: dict[str, str] = field(default_factory=dict)
    renders: int = 0

    def take(self, changed: Iterable[str]) -> None:
        """Render everything that read the changed keys or may come into existence by them."""
        keys = set(changed)
        while keys:
            expansion = expand(self.edition, keys)
            memory().forget(expansion.keys)
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
        sheets = [ordered[first : first + SHEET] for first in range(0, len(ordered), SHEET)]
        done = 0
        with presses(len(ordered), self.processes) as press:
            for sheet in press(sheets):
                for rendered in sheet:
                    left |= self._receive(rendered)
                done += len(sheet)
                if progress:
                    progress(done, len(ordered))
        return left

    def _receive(self, rendered: Rendered) -> set[str]:
        """Take in what came of a document. Returns the keys of the address that it left by it."""
        resource = rendered.resource
        before = self._place(resource)
        self.renders += 1
        self.failed.pop(resource, None)
        if rendered.error:
            self.failed[resource] = rendered.error
            self._keep_place(resource)
        elif rendered.pressed is None:
            self.proofs.leave_out(resource, rendered.reads)
        else:
            self.proofs.put(rendered.pressed)
        now = self._place(resource)
        if before is None or (now is not None and now.path == before.path):
            return set()
        return self._leave(resource, before)

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

    def _keep_place(self, resource: str) -> None:
        """Where a document that cannot be rendered has no good version, have its address say so: others link to it."""
        if self._place(resource) is not None:
            return
        name, _, ident = resource.partition(":")
        with suppress(Exception):
            path = kinds()[name].path(ident)
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


def _right(resource: str) -> tuple[int, str]:
    name = resource.partition(":")[0]
    return (YIELDING.index(name) + 1 if name in YIELDING else 0, resource)
