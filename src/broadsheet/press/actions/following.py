"""Following: having in this machine's edition what another one has pressed and told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings

from broadsheet.kit import clock
from broadsheet.kit.bucket import bucket
from broadsheet.press.edition import Edition, Form, Told
from broadsheet.press.models import Node, Register, Registered
from broadsheet.press.queries import edition, machine_lock, standstill

BLOBS = "blobs/"

TOGETHER = 16
"""Small blobs that are asked for at once."""

NOTHING = -1

LARGE = 4_000_000
"""Bytes from which on a blob is fetched alone, piece by piece."""


def follow() -> bool:
    """Bring this machine's edition to what the register says; whether there was anything to do.

    Cheap when nothing was told. Raises what `take_over` raises, and PressBusy.
    """
    with machine_lock():
        is_new = take_over(edition())
        purge_as_told(edition())
        return is_new


def take_over(current: Edition) -> bool:
    """Bring an edition to what the register says, in one step for its readers; whether there was anything to do.

    The caller holds the press's lock. Raises BucketAway; FileNotFoundError where a blob was let go of because
    something newer was told meanwhile, or was lost: then the edition is what it was.
    """
    with standstill():
        row = Register.objects.first()
        if row is None or not row.number:
            return False
        epoch, since = str(row.epoch), _known(current, row)
        if since == row.number:
            say_where(current)
            return False
        rows = Registered.objects.filter(number__gt=NOTHING if since is None else since)
        told = [_told(one) for one in rows.iterator()]
    current.receive(_fetched(current, told))
    current.take_over(told, (epoch, row.number), row.tables, is_all=since is None, held=row.held)
    say_where(current)
    return True


def _known(current: Edition, row: Register) -> int | None:
    """Up to which number of the register the edition agrees with it; None where that is not known."""
    before = current.followed
    if before is None or before.epoch != str(row.epoch) or before.number > row.number:
        return None
    return before.number if before.step == current.number else None


def purge_as_told(current: Edition) -> None:
    """Let go of all former editions where somebody purged something since this machine last did.

    The caller holds the press's lock.
    """
    row = Register.objects.first()
    done = Node.objects.filter(name=settings.BROADSHEET.node)
    if row is not None and done.filter(purges__lt=row.purges).exists():
        current.gc(keep=1, grace=-1)
        done.update(purges=row.purges)


def say_where(current: Edition) -> None:
    """Note that this machine lives, and up to which number of the register its edition has followed."""
    followed = current.followed
    about = {"number": followed.number if followed else 0, "seen_at": clock.now()}
    Node.objects.update_or_create(name=settings.BROADSHEET.node, defaults=about)


def _told(one: Registered) -> Told:
    forms = {coding: Form(*form) for coding, form in one.forms.items()}
    return Told(
        one.resource,
        one.path,
        one.status,
        one.content_type,
        one.headers,
        one.digest,
        one.size,
        forms,
    )


def _fetched(current: Edition, told: Iterable[Told]) -> Iterator[tuple[str, Iterable[bytes]]]:
    """The blobs that the edition lacks, each in pieces."""
    sizes = {one.digest: one.size for one in told if one.path is not None}
    sizes |= {form.digest: form.size for one in told for form in one.forms.values()}
    wanted = [digest for digest in sizes if not current.blobs.path(digest).exists()]
    small = [digest for digest in wanted if sizes[digest] < LARGE]
    with ThreadPoolExecutor(TOGETHER) as asking:
        for first in range(0, len(small), TOGETHER):
            some = small[first : first + TOGETHER]
            yield from zip(some, asking.map(lambda one: list(_pieces(one)), some), strict=True)
    for digest in wanted:
        if sizes[digest] >= LARGE:
            yield digest, _pieces(digest)


def _pieces(digest: str) -> Iterator[bytes]:
    return bucket().get(BLOBS + digest)
