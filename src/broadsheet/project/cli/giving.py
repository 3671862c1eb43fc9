"""Commands about supporters' money: refunds that people ask for and agree to, and reconciliation."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from broadsheet.project.cli import bringing, connecting, erasing, moving, rehearsing
from broadsheet.project.cli.failures import Failure
from broadsheet.project.cli.opening import dir_option, open_desk

if TYPE_CHECKING:
    from broadsheet.funding.actions import Reconciliation
    from broadsheet.funding.models import Donation, Refund
    from broadsheet.readers.models import User

by_option = click.option("--by", "email", required=True, help="Your account's e-mail address.")


@click.group()
def funding() -> None:
    """Supporters' money: processors, refunds, reconciliation."""


@funding.command()
@dir_option
@by_option
@click.argument("reference")
@click.option(
    "--amount", default="", help="How much, such as 12.50; all that is left if not given."
)
@click.option("--reason", default="", help="Why; kept with the refund, not sent to anybody.")
def refund(directory: Path, email: str, reference: str, amount: str, reason: str) -> None:
    """Give the gift REFERENCE back, wholly or in part.

    Up to the setting refund_alone the processor is asked at once; above it a second person must agree.
    """
    open_desk(directory)
    from broadsheet.funding.actions import propose_refund
    from broadsheet.kit.money import MoneyError, parse_money

    by = need_person(email)
    donation = find_gift(reference)
    try:
        money = parse_money(amount, donation.currency) if amount else None
    except MoneyError as error:
        raise Failure(str(error)) from error
    made = propose_refund(donation=donation, amount=money, reason=reason, by=by)
    click.echo(_sentence(made))


@funding.command()
@dir_option
@by_option
@click.argument("number", type=int)
def approve(directory: Path, email: str, number: int) -> None:
    """Agree to the refund NUMBER that somebody else asked for."""
    _decide(directory, email, number, agrees=True)


@funding.command()
@dir_option
@by_option
@click.argument("number", type=int)
def decline(directory: Path, email: str, number: int) -> None:
    """Let the refund NUMBER be, as long as the processor was not asked."""
    _decide(directory, email, number, agrees=False)


def _decide(directory: Path, email: str, number: int, *, agrees: bool) -> None:
    open_desk(directory)
    from broadsheet.funding.actions import approve_refund, decline_refund

    found = find_refund(number)
    decide = approve_refund if agrees else decline_refund
    decide(refund=found, by=need_person(email))
    found.refresh_from_db()
    click.echo(_sentence(found))


@funding.command()
@dir_option
def refunds(directory: Path) -> None:
    """List refunds, the newest first, a hundred at most."""
    open_desk(directory)
    from broadsheet.funding.models import Refund

    rows = Refund.objects.select_related("attempt__donation")[:100]
    for row in rows:
        click.echo(_sentence(row))
    if not rows:
        click.echo("There are no refunds.")


@funding.command()
@dir_option
@click.option("--from", "since", type=click.DateTime(["%Y-%m-%d"]), help="The first day.")
@click.option("--to", "until", type=click.DateTime(["%Y-%m-%d"]), help="The last day.")
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text")
@click.pass_context
def reconcile(
    context: click.Context,
    directory: Path,
    since: dt.datetime | None,
    until: dt.datetime | None,
    shape: str,
) -> None:
    """Compare every movement at each processor, and every line of the bank, with the ledger; mend nothing.

    Names what is missing, extra, altered or listed twice. Days are the newsroom's. The exit status is 0
    only when every cent is explained.
    """
    open_desk(directory)
    from broadsheet.funding.actions import reconcile as compare
    from broadsheet.funding.actions import reconcile_bank
    from broadsheet.funding.models import ProcessorAccount
    from broadsheet.kit import clock

    zone = clock.newsroom_zone()
    begin = since.replace(tzinfo=zone) if since else None
    end = (until + dt.timedelta(days=1)).replace(tzinfo=zone) if until else None
    found = [
        compare(account=account, since=begin, until=end)
        for account in ProcessorAccount.objects.order_by("slug")
    ]
    at_bank = reconcile_bank(
        since=since.date() if since else None, until=until.date() if until else None
    )
    found += [at_bank] if at_bank else []
    if shape == "json":
        click.echo(json.dumps([_as_json(each) for each in found], indent=2))
    else:
        for each in found:
            click.echo(_as_text(each))
    context.exit(0 if all(each.is_explained for each in found) else 1)


@funding.command()
@dir_option
def verify(directory: Path) -> None:
    """Check the ledger's whole chain: that no transaction was altered, added in between or taken away."""
    open_desk(directory)
    from broadsheet.funding.models import LedgerHead
    from broadsheet.funding.queries import chain_breaks

    broken = list(chain_breaks())
    if broken:
        raise Failure(f"{'; '.join(broken[:10])}. Keep this database, and restore a backup.")
    head = LedgerHead.objects.get()
    click.echo(f"All {head.number} transactions hold. The last one's hash is {head.hash}.")


@funding.command()
@dir_option
@by_option
@click.argument("name")
def close(directory: Path, email: str, name: str) -> None:
    """Close the books up to now as the period NAME, such as 2026-11.

    What is booked later belongs to the next period, whatever its date.
    """
    open_desk(directory)
    from broadsheet.funding.actions import close_period

    period = close_period(name=name, by=need_person(email))
    click.echo(
        f"Closed {period.name}: transactions {period.begins} to {period.ends}, hash {period.hash}."
    )
    for account, currency, minor in period.sums:
        click.echo(f"  {account}: {minor} {currency} in minor units")


@funding.command()
@dir_option
@click.option("--year", type=click.IntRange(1970, 9998), required=True, help="Such as 2026.")
@click.option("--dry-run", is_flag=True, help="Say only how many it would be.")
def statements(directory: Path, year: int, *, dry_run: bool) -> None:
    """Write the yearly statements of all supporters, and correct those that are not true any more.

    The worker sends them. Run again it writes only what is new: nobody gets the same one twice.
    """
    open_desk(directory)
    from broadsheet.funding.actions import state_year

    made = state_year(year=year, by="command", is_dry=dry_run)
    said = "To be written" if dry_run else "Written"
    click.echo(f"{said}: {made.new} new, {made.corrected} corrected. {made.same} are as they were.")


def _as_json(found: Reconciliation) -> dict[str, object]:
    balances = {
        currency: {"ledger": ours, "there": theirs}
        for currency, (ours, theirs) in found.balances.items()
    }
    return {**asdict(found), "balances": balances, "is_explained": found.is_explained}


def _as_text(found: Reconciliation) -> str:
    lines = [f"{found.account}: {found.agreed} movements agree."]
    lines += [f"  {each.kind} {each.ref}: {each.said}" for each in found.differences]
    for currency, (ours, theirs) in found.balances.items():
        is_same = "the same" if ours == theirs else "NOT the same"
        lines.append(
            f"  {currency} in minor units: {ours} in the ledger, {theirs} there: {is_same}."
        )
    return "\n".join(lines)


def _sentence(refund: Refund) -> str:
    reference = refund.attempt.donation.reference
    error = f" ({refund.error})" if refund.error else ""
    return (
        f"Refund {refund.pk} of {refund.amount.format()} of gift {reference}: "
        f"{refund.get_state_display()}{error}"
    )


def find_gift(reference: str) -> Donation:
    """A gift by its reference. Raises Failure."""
    from broadsheet.funding.models import Donation

    found = Donation.objects.filter(reference=reference.strip()).first()
    if found is None:
        raise Failure(f"There is no gift {reference}. Its reference is on the receipt.")
    return found


def find_refund(number: int) -> Refund:
    """A refund by its number. Raises Failure."""
    from broadsheet.funding.models import Refund

    found = Refund.objects.select_related("attempt__donation").filter(pk=number).first()
    if found is None:
        raise Failure(f"There is no refund {number}. List them: broadsheet funding refunds")
    return found


def need_person(email: str) -> User:
    """The account of somebody who may move money. Raises Failure."""
    from broadsheet.readers.models import User

    found = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if found is None:
        raise Failure(f"There is no account {email}. Make one: broadsheet user create")
    if not found.has_perm("funding.change_refund"):
        raise Failure(f"The account {email} may not move money: it needs to be an administrator's.")
    return found


for module in (bringing, connecting, erasing, moving, rehearsing):
    for command in module.COMMANDS:
        funding.add_command(command)

COMMANDS = (funding,)
