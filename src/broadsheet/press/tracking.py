"""Seeing what a document reads while it is rendered; what the reads mean is said in `kit.reads`.

Instances are seen by Django's `post_init`; SQL by a wrapper around the connection, because values,
counts and empty lists leave no instance behind.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection, models
from django.db.models.signals import post_init
from wagtail.models import Page

from broadsheet.kit.public import is_ambient, key_of, watched
from broadsheet.kit.reads import Reads, current, recording
from broadsheet.press.errors import UnrecordedRead

logger = logging.getLogger(__name__)

_TABLES = re.compile(r"(?:FROM|JOIN|UPDATE|INTO)\s+[\"`]?(\w+)[\"`]?", re.IGNORECASE)


def start() -> None:
    """Watch every model instance that is made. Costs one look at a context variable outside a recording."""
    post_init.connect(_on_instance_made, dispatch_uid="press-tracking", weak=False)


def _on_instance_made(sender: type[models.Model], instance: models.Model, **_: Any) -> None:
    reads = current()
    if reads is None or instance.pk is None or is_ambient(sender._meta.label_lower):
        return
    if issubclass(sender, Page) or sender in watched():
        reads.keys.add(key_of(instance))
    else:
        _unrecorded(reads, f"an instance of {sender._meta.label}", [sender._meta.db_table])


@contextmanager
def tracked() -> Iterator[Reads]:
    """Record everything that the block reads.

    SQL outside a `reader` makes the document depend on the whole tables it names and logs a
    warning; with `settings.PRESS_STRICT_READS` it raises UnrecordedRead instead.
    """
    with recording() as reads, connection.execute_wrapper(_guard):
        yield reads


def _guard(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
    reads = current()
    if reads is not None and not reads.readers_open:
        _unrecorded(reads, f"SQL outside a reader: {sql[:300]}", _TABLES.findall(sql))
    return execute(sql, *rest)


def _unrecorded(reads: Reads, what: str, tables: list[str]) -> None:
    if settings.PRESS_STRICT_READS:
        raise UnrecordedRead(what)
    logger.warning(
        "A document now depends on whole tables (%s) because of %s", ", ".join(tables), what
    )
    reads.keys.update(f"table:{table}" for table in tables)
