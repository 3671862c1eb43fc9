"""The bank's statements: rows become lines, lines are matched to what they are, or set aside with a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Sum

from broadsheet.funding import ledger
from broadsheet.funding.actions.accounts import open_offline_account
from broadsheet.funding.actions.erasing import is_line_emptied, keep_line_words
from broadsheet.funding.actions.settling import settle_donation
from broadsheet.funding.choices import LedgerAccount, RowVerdict, Verdict
from broadsheet.funding.errors import BadStatement, MatchRefused
from broadsheet.funding.gateways.offline import OfflineGateway, instant_of
from broadsheet.funding.models import (
    Attempt,
    BankLine,
    BankMatch,
    BankStatement,
    MatchingFund,
    Payout,
    ProcessorAccount,
    Refund,
)
from broadsheet.funding.queries import candidates_for, unexplained_lines
from broadsheet.funding.rules.matching import Seen, obvious
from broadsheet.funding.rules.statements import Row, Unreadable, read_statement
from broadsheet.kit import audit, clock, tokens
from broadsheet.kit.money import Money

Target = Attempt | Payout | Refund | MatchingFund

SOURCES = {Payout: LedgerAccount.PAYOUTS, MatchingFund: LedgerAccount.MATCH_DUE}
"""The account that a line of the bank is taken from, other than the balance of what comes by hand."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row: its place in the file, the verdict, and what there is to say."""

    number: int
    verdict: RowVerdict
    said: str = ""

    @property
    def is_quiet(self) -> bool:
        """Whether nobody has to read of it."""
        return self.verdict in (RowVerdict.KNOWN, RowVerdict.EMPTY)

    @property
    def is_bad(self) -> bool:
        """Whether somebody has to look at it."""
        return self.verdict in (RowVerdict.BAD, RowVerdict.ALTERED, RowVerdict.DUPLICATE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """How a bank writes its statements: headings by part (see `rules.statements.PARTS`), form of dates, currency."""

    currency: str
    columns: Mapping[str, Sequence[str]]
    date_format: str = "%Y-%m-%d"


def import_statement(
    *, text: str, bank: str, name: str, layout: Layout, by: AbstractBaseUser, dry_run: bool = False
) -> list[Outcome]:
    """What became of every row of a statement of our account `bank`; with `dry_run` nothing is kept.

    Lines that we have are left alone; what is said otherwise than before is noted beside them. Raises
    BadStatement for a file that has no table.
    """
    try:
        with transaction.atomic():
            statement = BankStatement.objects.create(
                bank=bank, name=name[:200], imported_by_id=by.pk, imported_at=clock.now()
            )
            rows = read_statement(
                text,
                currency=layout.currency,
                columns=dict(layout.columns),
                date_format=layout.date_format,
            )
            seen: set[str] = set()
            outcomes = [_keep(row, statement, seen) for row in rows]
            fresh = sum(each.verdict == RowVerdict.NEW for each in outcomes)
            audit.record("statement.imported", statement, by=by, rows=len(outcomes), fresh=fresh)
            if dry_run:
                transaction.set_rollback(True)
    except Unreadable as error:
        raise BadStatement(str(error)) from error
    return outcomes


def _keep(row: Row, statement: BankStatement, seen: set[str]) -> Outcome:
    if row.problem:
        return Outcome(row.number, RowVerdict.BAD, row.problem)
    if row.amount is None or row.booked_on is None:
        return Outcome(row.number, RowVerdict.EMPTY)
    if row.ref in seen:
        return Outcome(row.number, RowVerdict.DUPLICATE, f"the number {row.ref} again")
    seen.add(row.ref)
    line, is_new = BankLine.objects.get_or_create(
        bank=statement.bank,
        ref=row.ref,
        defaults={
            "statement": statement,
            "booked_on": row.booked_on,
            "minor": row.amount.minor,
            "currency": row.amount.currency,
            "words": row.words,
        },
    )
    if is_new:
        return Outcome(row.number, RowVerdict.NEW, f"{row.booked_on} {row.amount.format()}")
    is_same = line.words == row.words or is_line_emptied(line)
    if is_same and (line.booked_on, line.amount) == (row.booked_on, row.amount):
        return Outcome(row.number, RowVerdict.KNOWN)
    says = f"{row.booked_on} {row.amount.format()} {row.words}"
    BankLine.objects.filter(pk=line.pk).update(contested=says[:300])
    return Outcome(
        row.number,
        RowVerdict.ALTERED,
        f"was {line.booked_on} {line.amount.format()} {line.words}; now {says}",
    )


def match_obvious(*, by: audit.Actor) -> list[BankLine]:
    """Match every line that can be only one thing; return those lines."""
    matched = []
    for line in unexplained_lines():
        seen = Seen(line_left(line), line.booked_on, line.words)
        targets = dict(candidates_for(line.currency, came=line.minor > 0))
        found = obvious(seen, targets)
        if found is not None:
            match_line(line=line, targets=[targets[found]], by=by)
            matched.append(line)
    return matched


def line_left(line: BankLine) -> Money:
    """What of a line nothing explains yet."""
    explained = line.matches.aggregate(sum=Sum("minor"))["sum"] or 0
    return Money(line.minor - explained, line.currency)


@transaction.atomic
def match_line(*, line: BankLine, targets: Sequence[Target], by: audit.Actor) -> None:
    """Say what a line is: gifts, payouts, refunds made by hand, a sponsor's payment. All of it is booked, or nothing.

    Raises MatchRefused for more than is left of the line, another currency or direction, or what is
    matched already.
    """
    account = open_offline_account(by=by)
    line = BankLine.objects.select_for_update().get(pk=line.pk)
    if line.set_aside:
        raise MatchRefused("This line was set aside as none of ours.")
    # Every row before the first booking: whoever books waits for nobody's row (decision 0007).
    for model in (Attempt, Payout, Refund):
        held = [each.pk for each in targets if isinstance(each, model)]
        list(model.objects.select_for_update().filter(pk__in=held).order_by("pk"))
    amounts = [_amount_of(target, account, line) for target in targets]
    if len(set(targets)) < len(targets):
        raise MatchRefused("The same thing is named twice.")
    _need_room(line, amounts)
    for target, amount in zip(targets, amounts, strict=True):
        _match(line, target, amount, account, by)


@transaction.atomic
def set_line_aside(*, line: BankLine, reason: str, by: AbstractBaseUser) -> None:
    """Say why a line is no business of gifts. Raises MatchRefused without a reason, or for one that is matched."""
    line = BankLine.objects.select_for_update().get(pk=line.pk)
    if not reason.strip() or line.matches.exists():
        raise MatchRefused("A line is set aside with a reason, and only where it is not matched.")
    BankLine.objects.filter(pk=line.pk).update(set_aside=reason[:300])
    audit.record("bank-line.set_aside", line, by=by)


def _amount_of(target: Target, account: ProcessorAccount, line: BankLine) -> Money:
    """What a line says of a target, positive where it came: for a sponsor's fund whatever is left of it."""
    if isinstance(target, MatchingFund):
        return Money(line_left(line).minor, target.campaign.currency)
    if isinstance(target, Attempt):
        if target.account_id != account.pk or BankMatch.objects.filter(attempt=target).exists():
            raise MatchRefused("This gift is not expected by hand, or it came already.")
        return target.donation.gross
    if isinstance(target, Refund):
        amount = target.amount
        if target.attempt.account_id != account.pk or hasattr(target, "bank_match"):
            raise MatchRefused("This refund is not made by hand, or it went already.")
        return Money(-amount.minor, amount.currency)
    arrived = target.bank_matches.aggregate(sum=Sum("minor"))["sum"] or 0
    if arrived != (target.minor if target.failed else 0):
        raise MatchRefused("This payout is at the bank already, or it failed and never was.")
    return Money(-target.minor if target.failed else target.minor, target.currency)


def _need_room(line: BankLine, amounts: Sequence[Money]) -> None:
    left = line_left(line)
    total = Money(0, line.currency)
    for amount in amounts:
        if amount.currency != line.currency or (amount.minor > 0) != (line.minor > 0):
            raise MatchRefused(
                f"This line is about {left.format()}: other money, or the other way."
            )
        total += amount
    if not amounts or abs(total.minor) > abs(left.minor):
        raise MatchRefused(f"Of this line {left.format()} is left; that would be {total.format()}.")


def _match(
    line: BankLine, target: Target, amount: Money, account: ProcessorAccount, by: audit.Actor
) -> None:
    kind = "fund" if isinstance(target, MatchingFund) else type(target).__name__.lower()
    match = BankMatch.objects.create(
        line=line, ref=f"hand_{tokens.reference(30)}", minor=amount.minor, **{kind: target}
    )
    if isinstance(target, Attempt):
        checkout = OfflineGateway(account).find(target.idempotency_key)
        if (
            not checkout
            or settle_donation(attempt=target, checkout=checkout, by=by) != Verdict.BOOKED
        ):
            raise MatchRefused("This gift cannot be settled; was it begun otherwise?")
        if target.donation.supporter.erased_at is not None:
            keep_line_words(line, target.donation.supporter)
    source = SOURCES.get(type(target), LedgerAccount.PROCESSOR)
    ledger.book(
        kind="banked",
        account=account,
        processor_ref=f"{match.ref}.bank",
        donation=None,
        occurred_at=instant_of(line.booked_on),
        lines=[
            ledger.Line(LedgerAccount.BANK, amount),
            ledger.Line(source, Money(-amount.minor, amount.currency)),
        ],
    )
    audit.record("bank-line.matched", line, by=by, kind=kind, target=target.pk)
