"""Commands about money that comes by hand, and about the bank's statements."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from broadsheet.project.cli.failures import Failure
from broadsheet.project.cli.giving import by_option, find_gift, find_refund, need_person
from broadsheet.project.cli.opening import dir_option, open_desk

if TYPE_CHECKING:
    from broadsheet.funding.actions.banking import Outcome, Target
    from broadsheet.funding.models import BankLine

METHODS = ("transfer", "cheque", "cash")


@click.group()
def bank() -> None:
    """Money that comes by hand, and the bank's statements."""


@bank.command()
@dir_option
@by_option
@click.argument("amount")
@click.option("--currency", default="", help="The newsroom's own if not given.")
@click.option("--method", type=click.Choice(METHODS), required=True)
@click.option("--name", default="", help="Who gives, for the receipt.")
@click.option("--email", "address", default="", help="Where the receipt goes; none: by hand.")
@click.option("--campaign", default="", help="The slug of the campaign that it counts for.")
def expect(
    directory: Path,
    email: str,
    amount: str,
    currency: str,
    method: str,
    name: str,
    address: str,
    campaign: str,
) -> None:
    """Expect a gift of AMOUNT by bank transfer, cheque or cash.

    It counts once the bank's line is matched to it. Prints the reference that belongs on a transfer.
    """
    _found, values = open_desk(directory)
    from broadsheet.funding.actions import Gift, expect_gift
    from broadsheet.funding.choices import Method
    from broadsheet.funding.models import Campaign
    from broadsheet.kit.money import MoneyError, parse_money

    by = need_person(email)
    chosen = Campaign.objects.filter(slug=campaign).first() if campaign else None
    if campaign and chosen is None:
        raise Failure(f"There is no campaign {campaign}.")
    try:
        money = parse_money(amount, currency or values.currency)
    except (MoneyError, ValueError) as error:
        raise Failure(str(error)) from error
    language = values.languages[0]
    gift = Gift(amount=money, email=address, name=name, campaign=chosen, language=language)
    donation = expect_gift(gift=gift, method=Method(method), by=by)  # type: ignore[call-arg]
    click.echo(f"{money.format()} expected by {method}. Its reference is {donation.reference}")


@bank.command()
@dir_option
@by_option
@click.argument("reference")
def give_up(directory: Path, email: str, reference: str) -> None:
    """Expect the gift REFERENCE no more. Should its money come after all, it can still be matched."""
    open_desk(directory)
    from broadsheet.funding.actions import give_up_gift

    give_up_gift(donation=find_gift(reference), by=need_person(email))
    click.echo(f"The gift {reference} is not expected any more.")


@bank.command("import")
@dir_option
@by_option
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--account", default="main", help="Which of your accounts at the bank it is of.")
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="PART=HEADING",
    help="Which heading is the date, amount, currency, words or number; may be given often.",
)
@click.option("--dates", default="%Y-%m-%d", help="How dates are written, such as %d.%m.%Y.")
@click.option("--encoding", default="utf-8-sig", help="The file's, such as cp1252.")
@click.option("--dry-run", is_flag=True, help="Say what would become of each row; keep nothing.")
@click.pass_context
def import_file(
    context: click.Context,
    directory: Path,
    email: str,
    file: Path,
    account: str,
    columns: tuple[str, ...],
    dates: str,
    encoding: str,
    dry_run: bool,
) -> None:
    """Take in FILE, a statement as CSV, and match what cannot be mistaken.

    Every row is accounted for, and one that is not understood is named. The exit status is 1 where a row
    was bad, altered or twice in the file. Importing the same days again does no harm.
    """
    _found, values = open_desk(directory)
    from broadsheet.funding.actions import import_statement, match_obvious
    from broadsheet.funding.actions.banking import Layout
    from broadsheet.funding.rules.statements import Unreadable, named_columns

    by = need_person(email)
    try:
        headings = named_columns(columns)
    except Unreadable as error:
        raise Failure(str(error)) from error
    try:
        text = file.read_text(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise Failure(
            f"{file} is not written in {encoding}. Name another: --encoding cp1252"
        ) from error
    layout = Layout(currency=values.currency, columns=headings, date_format=dates)
    outcomes = import_statement(
        text=text, bank=account, name=file.name, layout=layout, by=by, dry_run=dry_run
    )
    for line in told(outcomes):
        click.echo(line)
    if dry_run:
        click.echo("Nothing was kept: this was a dry run.")
    else:
        for matched in match_obvious(by=by):
            click.echo(f"  matched by itself: {sentence(matched)}")
    context.exit(1 if any(each.is_bad for each in outcomes) else 0)


@bank.command()
@dir_option
def lines(directory: Path) -> None:
    """List the lines that nothing explains yet, and what is expected."""
    open_desk(directory)
    from broadsheet.funding.choices import DonationState
    from broadsheet.funding.queries import expected_attempts, unexplained_lines

    rows = unexplained_lines()
    click.echo(f"{len(rows)} lines that nothing explains yet")
    for row in rows:
        click.echo(f"  {sentence(row)}")
    waiting = expected_attempts().filter(donation__state=DonationState.PENDING)
    click.echo(f"{len(waiting)} gifts that are expected")
    for attempt in waiting:
        gift = attempt.donation
        click.echo(f"  {gift.reference}  {gift.gift.format()} by {attempt.method}, {gift.name}")


@bank.command()
@dir_option
@by_option
@click.argument("number", type=int)
@click.argument("things", nargs=-1, required=True)
def match(directory: Path, email: str, number: int, things: tuple[str, ...]) -> None:
    """Say what line NUMBER is: references of expected gifts, payouts by their id, refund:7, or fund:3.

    One line may be several gifts, such as cash that was taken to the bank.
    """
    open_desk(directory)
    from broadsheet.funding.actions import match_line

    found = find_line(number)
    match_line(line=found, targets=[find_target(each) for each in things], by=need_person(email))
    click.echo(f"Matched: {sentence(found)}")


@bank.command()
@dir_option
@by_option
@click.argument("number", type=int)
@click.argument("reason")
def aside(directory: Path, email: str, number: int, reason: str) -> None:
    """Set line NUMBER aside: it is no gift, payout or refund, for this REASON."""
    open_desk(directory)
    from broadsheet.funding.actions import set_line_aside

    found = find_line(number)
    set_line_aside(line=found, reason=reason, by=need_person(email))
    click.echo(f"Set aside: {sentence(found)}")


def told(outcomes: list[Outcome]) -> list[str]:
    """How many rows became what, and each one that needs somebody."""
    counts = Counter(each.verdict.label for each in outcomes)
    summary = ", ".join(f"{count} {label}" for label, count in counts.items())
    return [f"{len(outcomes)} rows: {summary or 'none'}."] + [
        f"  row {each.number}: {each.verdict.label}: {each.said}"
        for each in outcomes
        if not each.is_quiet
    ]


def find_line(number: int) -> BankLine:
    """A bank line by its number. Raises Failure."""
    from broadsheet.funding.models import BankLine

    found = BankLine.objects.filter(pk=number).first()
    if found is None:
        raise Failure(f"There is no bank line {number}. List them: broadsheet bank lines")
    return found


def find_target(word: str) -> Target:
    """An expected gift by its reference, a payout by its id, a refund as `refund:7`, a sponsor as `fund:3`.

    Raises Failure.
    """
    from broadsheet.funding.models import MatchingFund, Payout

    kind, _, number = word.partition(":")
    if kind == "refund" and number.isdigit():
        return find_refund(int(number))
    fund = MatchingFund.objects.filter(pk=number).first() if number.isdigit() else None
    if kind == "fund" and fund:
        return fund
    payout = Payout.objects.filter(ident=word).first()
    return payout or find_gift(word).attempts.select_related("account").latest("pk")


def sentence(line: BankLine) -> str:
    """A line in one line."""
    return f"line {line.pk}  {line.booked_on}  {line.amount.format()}  {line.words}"


COMMANDS = (bank,)
