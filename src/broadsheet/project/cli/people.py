"""Commands about accounts."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from broadsheet.project.cli.failures import Failure
from broadsheet.project.cli.opening import dir_option, open_desk

ROLES = ("administrator", "editor", "reporter", "fundraiser", "care")


@click.group()
def user() -> None:
    """Accounts of the desk."""


@user.command()
@dir_option
@click.option("--email", help="The address to sign in with. Asked for unless given.")
@click.option("--first-name", default="", help="First name.")
@click.option("--last-name", default="", help="Last name.")
@click.option(
    "--role",
    type=click.Choice(ROLES),
    default="administrator",
    show_default=True,
    help="What it may do.",
)
@click.option(
    "--password",
    envvar="BROADSHEET_PASSWORD",
    help="At least 12 characters. Asked for unless given; better in BROADSHEET_PASSWORD than on the command line.",
)
def create(
    directory: Path,
    email: str | None,
    password: str | None,
    role: str,
    first_name: str,
    last_name: str,
) -> None:
    """Make an account."""
    open_desk(directory)
    email = email or _ask("E-mail address", "--email")
    password = password or _ask("Password", "BROADSHEET_PASSWORD", is_secret=True)
    from broadsheet.readers.actions import create_account

    account = create_account(
        email=email,
        password=password,
        role=role,
        first_name=first_name,
        last_name=last_name,
        by="command line",
    )
    click.echo(f"Made an account for {account.email}.")


@user.command("reset-second-factor")
@dir_option
@click.option("--email", help="Whose. Asked for unless given.")
def reset_second_factor(directory: Path, email: str | None) -> None:
    """Let somebody who lost device and recovery codes set up a new one.

    Make sure first that it is really that person who asks.
    """
    open_desk(directory)
    email = email or _ask("E-mail address", "--email")
    from broadsheet.readers.actions import forget_factors

    count = forget_factors(email=email, by="command line")
    click.echo(
        f"Took away {count} devices of {email} and the recovery codes; it is in the audit log."
    )
    click.echo("The next sign-in with the password sets up a new one: have it done at once.")


def _ask(what: str, otherwise: str, *, is_secret: bool = False) -> str:
    """Ask the person at the terminal; without one, say how to give it instead."""
    if not sys.stdin.isatty():
        raise Failure(f"There is no terminal to ask on: {what}. Give it in {otherwise}.")
    answer: str = click.prompt(what, hide_input=is_secret, confirmation_prompt=is_secret)
    return answer


COMMANDS = (user,)
