"""The press's own documents: forwardings from where a document used to be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import quote

from broadsheet.kit.public import Document, gone_document, kinds
from broadsheet.kit.reads import note, reader
from broadsheet.press.models import Forwarding


class ForwardingKind:
    """What stands at an address that a document left, the ident: a permanent redirect to where the document
    is now, or a page that says that it was withdrawn."""

    name = "forwarding"

    def idents(self) -> Iterable[str]:
        return Forwarding.objects.order_by("pk").values_list("path", flat=True).iterator()

    def render(self, ident: str) -> Document | None:
        if forwarded_resource(ident) is None:
            return None
        target = self.path(ident)
        if target is None:
            return gone_document(ident)
        if target == ident:
            return None
        location = quote(target, safe="/")
        return Document(ident, b"", "text/plain; charset=utf-8", 301, (("location", location),))

    def path(self, ident: str) -> str | None:
        resource = forwarded_resource(ident)
        if resource is None:
            return None
        name, _, target = resource.partition(":")
        kind = kinds().get(name)
        return kind.path(target) if kind else None

    def born_of(self, keys: set[str]) -> Iterator[str]:
        for key in keys:
            if key.startswith("path:"):
                yield key.removeprefix("path:")


@reader(lambda path: [f"forwarding:{path}"])
def forwarded_resource(path: str) -> str | None:
    """The document that was once found at a path, or None."""
    row = Forwarding.objects.filter(path=path).values_list("resource", flat=True).first()
    if row is not None:
        note(f"resource:{row}")
    return row
