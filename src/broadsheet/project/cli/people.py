"""Commands about accounts."""

from __future__ import annotations

from pathlib import Path

import click

from broadsheet.project.cli.opening import dir_option, open_desk

ROLES = ("administrator", "editor", "reporter")


@click.group()
def user() -> None:
    """Accounts of the desk."""


@user.command()
@dir_option
@click.option("--email", prompt="E-mail address", help="The address to sign in with.")
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
    prompt=True,
    hide_input=True,
    confirmation_prompt=True,
    envvar="BROADSHEET_PASSWORD",
    help="At least 12 characters. Asked for unless given; better in BROADSHEET_PASSWORD than on the command line.",
)
def create(
    directory: Path, email: str, password: str, role: str, first_name: str, last_name: str
) -> None:
    """Make an account."""
    open_desk(directory)
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


COMMANDS = (user,)
