"""Commands about processors: connecting Stripe, letting accounts drain, switching ways to pay off."""

from __future__ import annotations

import os
import re
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from broadsheet.project.cli.failures import Failure
from broadsheet.project.cli.opening import dir_option, open_desk

if TYPE_CHECKING:
    from broadsheet.funding.gateways.protocol import Fees
    from broadsheet.funding.models import ProcessorAccount

BY = "command"


@click.command(short_help="Connect the newsroom to its account at Stripe, or mend the connection.")
@dir_option
@click.argument("processor", type=click.Choice(["stripe"]))
@click.option("--new-key", is_flag=True, help="Ask for a key although one is stored.")
@click.option("--renew", is_flag=True, help="Have events signed with a new secret.")
@click.option(
    "--rate", default="", help="What Stripe keeps of each payment in percent, such as 1.5."
)
@click.option(
    "--fixed", multiple=True, help='A fixed fee on top, such as "EUR 0.25"; once a currency.'
)
def connect(
    directory: Path, processor: str, new_key: bool, renew: bool, rate: str, fixed: tuple[str, ...]
) -> None:
    """Connect the newsroom to its account at Stripe, or mend the connection.

    Asks for the account's secret key (or reads it from standard input) and stores it, has Stripe send its
    events here, stores what they are signed with, and chooses Stripe for new gifts. It may be run at any time.
    """
    found, values = open_desk(directory)
    from broadsheet.funding.actions import connect_stripe
    from broadsheet.project.directory import choose, write_secret

    for name in ("stripe_key", "stripe_webhook_secrets", "processor"):
        _need_own(name)
    key = values.stripe_key
    if new_key or not key:
        key = _typed_key()
    need_secret_key(key)
    keep = partial(write_secret, found)
    done = connect_stripe(key=key, keep=keep, by=BY, renews=renew, fees=_fees(rate, fixed))
    choose(found, "processor", "stripe")
    account = done.account
    money = "real money" if account.livemode else "test mode: no money moves"
    click.echo(f"Connected {account.ident} ({money}).")
    if not done.is_reached:
        click.echo("Stripe cannot send events to this address; they are fetched once a minute.")
    if not account.fee_rate_bp and not account.fee_fixed:
        click.echo(
            "Supporters cannot cover fees before you say what Stripe keeps: --rate and --fixed."
        )
    if account.state != "active":
        click.echo(
            f"It takes no gifts: it is {account.state}. broadsheet funding processor stripe active"
        )
    click.echo("Stop and start the newsroom, so that all of it knows: web and worker.")


def _typed_key() -> str:
    """The key as it is typed, unseen, or as it is piped in."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    typed: str = click.prompt("Stripe's secret key (it is not shown)", hide_input=True, err=True)
    return typed.strip()


def need_secret_key(key: str) -> None:
    """Raise Failure for something that is no secret or restricted key of Stripe's."""
    if key.startswith("pk_"):
        raise Failure(
            "This is a publishable key. Give the secret one (sk_...) or a restricted one (rk_...)."
        )
    if not re.fullmatch(r"[sr]k_(test|live)_\w+", key, re.ASCII):
        raise Failure(
            "This is no key of Stripe's: they begin with sk_test_, sk_live_, rk_test_ or rk_live_."
        )


def _need_own(name: str) -> None:
    """Raise Failure for a setting that the environment rules: what we store would not count."""
    for variable in (f"BROADSHEET_{name.upper()}", f"BROADSHEET_{name.upper()}_FILE"):
        if variable in os.environ:
            raise Failure(f"{variable} is set in the environment and would rule. Unset it first.")


def _fees(rate: str, fixed: tuple[str, ...]) -> Fees | None:
    """Fees as they were named; None where none was. Raises Failure."""
    from broadsheet.funding.gateways.protocol import Fees
    from broadsheet.kit.money import MoneyError, parse_money

    if not rate and not fixed:
        return None
    if not re.fullmatch(r"\d{1,2}(\.\d{1,2})?", rate):
        raise Failure("--rate is a percentage with at most two decimals, such as 1.5.")
    whole, _, part = rate.partition(".")
    try:
        moneys = [parse_money(text[3:].strip(), text[:3].upper()) for text in fixed]
    except MoneyError as error:
        raise Failure(f"--fixed is a currency and an amount, such as EUR 0.25: {error}") from error
    return Fees(int(whole) * 100 + int(part.ljust(2, "0")), {m.currency: m.minor for m in moneys})


@click.command()
@dir_option
def processors(directory: Path) -> None:
    """List processors: what state each is in, and which ways to pay are off."""
    open_desk(directory)
    from broadsheet.funding.models import ProcessorAccount
    from broadsheet.funding.queries import taking_account

    taking = taking_account()
    rows = ProcessorAccount.objects.order_by("slug")
    for row in rows:
        click.echo(_sentence(row, is_taking=row == taking))
    if not rows:
        click.echo("There are no processors yet. Set processor in settings.toml.")


@click.command()
@dir_option
@click.argument("slug")
@click.argument("state", type=click.Choice(["active", "draining", "closed"]))
def processor(directory: Path, slug: str, state: str) -> None:
    """Let the processor SLUG take gifts, or drain: finish what was begun and take nothing new; or close it."""
    open_desk(directory)
    from broadsheet.funding.actions import change_account
    from broadsheet.funding.choices import AccountState

    found = find_account(slug)
    change_account(account=found, state=AccountState(state), by=BY)  # type: ignore[call-arg]
    found.refresh_from_db()
    click.echo(_sentence(found))


@click.command()
@dir_option
@click.argument("slug")
@click.argument("name")
@click.argument("switch", type=click.Choice(["on", "off"]))
def method(directory: Path, slug: str, name: str, switch: str) -> None:
    """Offer the way to pay NAME at the processor SLUG, or offer it no more, from the next checkout on."""
    open_desk(directory)
    from broadsheet.funding.actions import switch_method

    found = find_account(slug)
    switch_method(account=found, method=name, is_on=switch == "on", by=BY)
    found.refresh_from_db()
    click.echo(_sentence(found))


def find_account(slug: str) -> ProcessorAccount:
    """A processor by its name. Raises Failure."""
    from broadsheet.funding.models import ProcessorAccount

    found = ProcessorAccount.objects.filter(slug=slug).first()
    if found is None:
        raise Failure(f"There is no processor {slug}. List them: broadsheet funding processors")
    return found


def _sentence(account: ProcessorAccount, *, is_taking: bool = False) -> str:
    off = f", without {', '.join(account.methods_off)}" if account.methods_off else ""
    takes = ", takes new gifts" if is_taking else ""
    return f"{account.slug}: {account.get_state_display()}{off}{takes}"


COMMANDS = (connect, processors, processor, method)
