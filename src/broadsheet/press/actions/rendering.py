"""Rendering a sheet: documents that read alike, one after the other. Nothing is changed by it."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import translation

from broadsheet.kit.public import Document, impositions, kinds
from broadsheet.kit.reads import Reads, one_sheet, recording
from broadsheet.press.edition import Picture, Pressed
from broadsheet.press.tracking import tracked

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rendered:
    """What came of a document: what is to be pressed, or nothing; then `reads` is what led to that."""

    resource: str
    pressed: Pressed | None = None
    reads: frozenset[str] = frozenset()
    error: str = ""
    """Why it could not be rendered; empty where it could, or must not exist."""


def render_sheet(sheet: Sequence[str]) -> list[Rendered]:
    """Render the documents of a sheet, given as resources. Raises OperationalError or InterfaceError where the
    database has gone away; any other fault is that of one document, and said in its place."""
    with one_sheet():
        with recording():  # so that what is asked meanwhile is forgotten with the sheet
            _foresee(sheet)
        return [_render(resource) for resource in sheet]


def _foresee(sheet: Iterable[str]) -> None:
    """Load what the documents of a sheet are going to read, for all of a kind at once."""
    idents: dict[str, list[str]] = {}
    for resource in sheet:
        name, _, ident = resource.partition(":")
        idents.setdefault(name, []).append(ident)
    for name, imposition in impositions().items():
        if len(idents.get(name, ())) > 1:
            imposition.foresee(idents[name])


def _render(resource: str) -> Rendered:
    name, _, ident = resource.partition(":")
    kind = kinds().get(name)
    if kind is None:
        return Rendered(resource)
    try:
        with _shield(), tracked() as reads, translation.override(None):
            document = kind.render(ident)
    except (OperationalError, InterfaceError):
        raise  # The database went away: no fault of the document, and nothing is pressed without it.
    except Exception as error:
        # One story that cannot be rendered must not hold up the whole paper: readers keep its last
        # good version, the desk and the doctor are told, and every tick tries again.
        logger.exception("%s could not be rendered", resource)
        return Rendered(resource, error=f"{type(error).__name__}: {error}")
    if document is None:
        # What it read is kept: should that change, the document may come to be.
        return Rendered(resource, reads=frozenset(reads.keys))
    return Rendered(resource, _pressed(resource, document, reads))


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
