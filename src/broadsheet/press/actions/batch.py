"""One step of the edition in the making: what is rendered, what it read, who claims which address."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils import translation

from broadsheet.kit.public import Membership, kinds
from broadsheet.press.edition import Edition, Picture, Pressed
from broadsheet.press.models import Failure, Forwarding
from broadsheet.press.queries import expand
from broadsheet.press.tracking import tracked

logger = logging.getLogger(__name__)

YIELDING = ("redirect", "forwarding")
"""Kinds that give way to any other document at the same path; the last gives way first."""


@dataclass(slots=True)
class Batch:
    """Documents rendered for the next step, and those that have to leave."""

    edition: Edition
    documents: dict[str, Pressed] = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)
    failed: dict[str, str] = field(default_factory=dict)
    memberships: dict[str, frozenset[Membership]] = field(default_factory=dict)
    renders: int = 0

    def take(self, changed: Iterable[str]) -> None:
        """Render everything that read the changed keys or may come into existence by them."""
        keys = set(changed)
        while keys:
            expansion = expand(self.edition, keys)
            self.memberships |= expansion.memberships
            readers = self.edition.readers_of(expansion.keys) | self._readers_among(expansion.keys)
            born = {
                f"{name}:{ident}"
                for name, kind in kinds().items()
                for ident in kind.born_of(expansion.keys)
            }
            keys = self.render(readers | {new for new in born if not self._is_known(new)})

    def _is_known(self, resource: str) -> bool:
        return resource in self.documents or self.edition.entry(resource) is not None

    def _readers_among(self, keys: set[str]) -> set[str]:
        return {name for name, made in self.documents.items() if not keys.isdisjoint(made.reads)}

    def render(self, resources: Iterable[str]) -> set[str]:
        """Render resources anew. Returns the keys of addresses that were left or forwarded by it."""
        left: set[str] = set()
        for resource in sorted(resources):
            before = self.documents.get(resource) or self.edition.entry(resource)
            made = self._render_one(resource)
            self.renders += 1
            if resource in self.failed:
                continue
            if made is None:
                self.documents.pop(resource, None)
                self.absent.add(resource)
            else:
                self.documents[resource] = made
                self.absent.discard(resource)
            if before is not None and (made is None or made.path != before.path):
                left.add(f"path:{before.path}")
                if made is not None and before.status < 300 and made.status < 300:
                    left.add(self._forward(before.path, resource))
        return left

    def _render_one(self, resource: str) -> Pressed | None:
        name, _, ident = resource.partition(":")
        self.failed.pop(resource, None)
        try:
            with tracked() as reads, translation.override(None):
                document = kinds()[name].render(ident)
        except Exception as error:
            # One story that cannot be rendered must not hold up the whole paper: readers keep its last
            # good version, the desk and the doctor are told, and every tick tries again.
            self.failed[resource] = f"{type(error).__name__}: {error}"
            logger.exception("%s could not be rendered", resource)
            return None
        if document is None:
            return None
        pictures = tuple(
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
            pictures=pictures,
        )

    def _forward(self, path: str, resource: str) -> str:
        Forwarding.objects.update_or_create(path=path, defaults={"resource": resource})
        return f"forwarding:{path}"

    def settle_claims(self) -> None:
        """Where several documents claim one address, keep the one that has the better right to it."""
        owners: dict[str, str] = {}
        for resource in sorted(self.documents, key=_right):
            path = self.documents[resource].path
            standing = self.edition.find(path)
            other = owners.get(path)
            if other is None and standing is not None and self._stays(standing.resource, path):
                other = standing.resource
            if other is None or other == resource:
                owners[path] = resource
            elif _right(resource) < _right(other):
                owners[path] = resource
                self.absent.add(other)
            else:
                logger.info("%s gives way to %s at %s", resource, other, path)
                del self.documents[resource]
                self.absent.add(resource)

    def _stays(self, resource: str, path: str) -> bool:
        made = self.documents.get(resource)
        return resource not in self.absent and (made is None or made.path == path)

    def note_failures(self) -> None:
        """Keep which documents could not be rendered, and forget those that could."""
        Failure.objects.filter(resource__in=[*self.documents, *self.absent]).delete()
        for resource, error in self.failed.items():
            row, made = Failure.objects.get_or_create(resource=resource, defaults={"error": error})
            if not made:
                row.error, row.attempts = error, row.attempts + 1
                row.save(update_fields=["error", "attempts"])


def _right(resource: str) -> tuple[int, str]:
    name = resource.partition(":")[0]
    return (YIELDING.index(name) + 1 if name in YIELDING else 0, resource)
