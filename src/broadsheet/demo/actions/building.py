"""The straight path that makes the demo newsroom, from an empty front page to a campaign under way."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypedDict

from django.conf import settings

from broadsheet.demo.actions.campaign import run_campaign
from broadsheet.demo.actions.editions import Desk, build_edition
from broadsheet.demo.actions.library import BY, fill_library
from broadsheet.demo.reading import LANGUAGES, read_edition
from broadsheet.kit import clock, tokens
from broadsheet.readers.actions import create_account
from broadsheet.readers.choices import Role

EDITOR = "editor@larkenfordlantern.example"


class DemoNewsroom(TypedDict):
    """What somebody needs in order to look around: the editor's sign-in and the campaign's address."""

    email: str
    password: str
    campaign: str


def build_newsroom(*, say: Callable[[str], object]) -> DemoNewsroom:
    """Fill an empty, founded newsroom whose languages are English and Arabic; `say` is told of each step.

    Stories are dated back from now. It presses nothing.
    """
    now = clock.now()
    first: Desk | None = None
    for language in LANGUAGES:
        edition = read_edition(language)
        say(f"Drawing the pictures of {edition.paper['name']}")
        library = fill_library(edition=edition)
        say(f"Writing {len(edition.stories)} stories")
        desk = Desk(edition, library, now, first)
        build_edition(desk=desk)
        first = first or desk
    say("Opening a campaign; two hundred supporters give")
    campaign = run_campaign(now=now)
    address = f"/campaigns/{campaign.slug}/"
    return {"email": EDITOR, "password": _create_editor(), "campaign": address}


def _create_editor() -> str:
    """The editor's password, which is this newsroom's own."""
    password = f"demo-editor-{tokens.sign(b'demo editor', settings.SECRET_KEY)[:10]}"
    create_account(
        email=EDITOR,
        password=password,
        role=Role.EDITOR,
        first_name="Layla",
        last_name="Haddari",
        by=BY,
    )
    return password
