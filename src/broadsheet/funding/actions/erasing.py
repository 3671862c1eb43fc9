"""Erasing a supporter: what says who they are goes, what the law wants moves out of sight, the books stay."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Model, Q, QuerySet

from broadsheet.funding.actions.altering import end_pledges
from broadsheet.funding.choices import Asked, MailState, ReceiptState, RefundSource
from broadsheet.funding.errors import CareRefused
from broadsheet.funding.models import (
    Attempt,
    BankLine,
    Donation,
    InboxEvent,
    KeptWords,
    Pledge,
    Supporter,
    YearlyStatement,
)
from broadsheet.funding.queries.export import rows_of
from broadsheet.funding.rules.erasing import kept_until
from broadsheet.funding.rules.folding import OPEN
from broadsheet.kit import audit, clock

Rows = dict[str, QuerySet[Any]]

WORDLESS: dict[str, str | bool] = {
    "name": "", "organisation": "", "shown_name": "", "is_anonymous": True,
}  # fmt: skip
"""What a gift and a pledge say of their giver afterwards."""


def erase_supporter(*, supporter: Supporter, asked: Asked, by: audit.Actor) -> None:
    """Take away all that says who somebody is, in one transaction and for good; the books stay as they are.

    Those who were merged into them go with them. Pledges end, letters that wait are dropped; the worker closes open
    checkouts and has the processor forget methods. Raises CareRefused where they were erased before, PledgeRefused
    where a processor decides when a pledge is charged.
    """
    with transaction.atomic():
        kept = _hold(supporter)
        if kept.erased_at is not None:
            raise CareRefused("They were erased already.")
        now, rows = clock.now(), rows_of(kept)
        end_pledges(kept, by)
        # The order of settling: pledges, attempts, then gifts.
        list(
            Attempt.objects.select_for_update()
            .filter(pk__in=_keys(rows["attempts"]))
            .order_by("pk")
        )
        Attempt.objects.filter(pk__in=_keys(rows["attempts"]), state__in=OPEN).update(look_at=now)
        rows["methods"].exclude(pk__in=_used_by_others(kept)).update(forget_at=now)
        KeptWords.objects.bulk_create(_kept_words(kept, rows))
        _empty_events(rows)
        _take_words_away(rows)
        _drop_letters(rows)
        for name in ("notes", "links", "letters", "sessions"):
            rows[name].delete()
        rows["supporters"].update(email="", name="", erased_at=now)
        audit.record("supporter.erased", kept, by=by, asked=asked)


def keep_line_words(line: BankLine, supporter: Supporter) -> None:
    """Keep a bank line's words apart that turned out to be of somebody who was erased, in the caller's transaction."""
    if line.words:
        KeptWords.objects.create(
            supporter=supporter, line=line, words=line.words, until=_until(line.booked_on)
        )
        _empty_lines(BankLine.objects.filter(pk=line.pk))


def is_line_emptied(line: BankLine) -> bool:
    """Whether a bank line's words were taken away with somebody's name."""
    gifts = Q(matches__attempt__donation__supporter__erased_at__isnull=False)
    refunds = Q(matches__refund__attempt__donation__supporter__erased_at__isnull=False)
    return not line.words and BankLine.objects.filter(gifts | refunds, pk=line.pk).exists()


def _hold(supporter: Supporter) -> Supporter:
    """Whom somebody was found to be, held; those who were merged into them before, in the order of who gives."""
    rows = Supporter.objects.select_for_update(no_key=True)
    whose = supporter.merged_into_id or supporter.pk
    list(rows.filter(merged_into=whose).order_by("pk"))
    return rows.get(pk=whose)


def _used_by_others(kept: Supporter) -> QuerySet[Pledge, Any]:
    others = Pledge.objects.exclude(Q(supporter=kept) | Q(supporter__merged_into=kept))
    return others.filter(method__isnull=False).values("method")


def _kept_words(kept: Supporter, rows: Rows) -> Iterator[KeptWords]:
    """What receipts, statements and the bank say of them, each as a row of its own."""
    gifts: QuerySet[Donation] = rows["donations"].filter(receipts__isnull=False).distinct()
    for gift in gifts.exclude(name="", organisation=""):
        day = clock.day_of(gift.settled_at or gift.created_at)
        yield KeptWords(
            supporter=kept, donation=gift, words=gift.organisation or gift.name, until=_until(day)
        )
    statements: QuerySet[YearlyStatement] = rows["statements"]
    for made in statements.exclude(giver=""):
        day = clock.day_of(made.issued_at)
        yield KeptWords(supporter=kept, statement=made, words=made.giver, until=_until(day))
    for line in _lines(rows).exclude(words=""):
        words = f"{line.words}\n{line.contested}".strip()
        yield KeptWords(supporter=kept, line=line, words=words, until=_until(line.booked_on))


def _until(day: dt.date) -> dt.date:
    return kept_until(day, settings.BROADSHEET.statement_form)


def _lines(rows: Rows) -> QuerySet[BankLine]:
    return BankLine.objects.filter(pk__in=rows["matches"].values("line"))


def _empty_lines(lines: QuerySet[BankLine]) -> None:
    """That a line was contested stays to be explained; by what words does not."""
    lines.exclude(contested="").update(contested="other words")
    lines.update(words="")


def _empty_events(rows: Rows) -> None:
    """Empty the bodies of processors' events that tell of their payments."""
    for name in ("objects", "refunds", "disputes"):
        at = "account" if name == "objects" else "attempt__account"
        named: dict[int, set[str]] = {}
        for account, ident in rows[name].values_list(at, "ident"):
            named.setdefault(account, set()).add(ident)
        for account, idents in named.items():
            about = InboxEvent.objects.filter(account=account, object_id__in=idents)
            about.update(body=b"", headers={})


def _take_words_away(rows: Rows) -> None:
    _empty_lines(_lines(rows))
    rows["donations"].update(**WORDLESS, message="", dedication="", dedicated_to="")
    rows["pledges"].update(**WORDLESS, reason="", method=None)
    rows["statements"].update(giver="")
    rows["refunds"].filter(source=RefundSource.STAFF).update(reason="")
    for name in ("attempts", "refunds", "receipts", "statements", "messages", "updates"):
        rows[name].update(error="")


def _drop_letters(rows: Rows) -> None:
    """Whatever was not sent is sent no more; what messages said goes."""
    for name, sent, instead in (
        ("receipts", ReceiptState.SENT, ReceiptState.BY_HAND),
        ("statements", ReceiptState.SENT, ReceiptState.BY_HAND),
        ("messages", MailState.SENT, MailState.DROPPED),
        ("updates", MailState.SENT, MailState.DROPPED),
    ):
        rows[name].exclude(state=sent).update(state=instead)
    rows["messages"].update(facts={})


def _keys(rows: QuerySet[Model]) -> list[int]:
    return list(rows.values_list("pk", flat=True))
