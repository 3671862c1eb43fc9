"""Arranging front pages without the desk's screens."""

from __future__ import annotations

from django.db import transaction

from broadsheet.kit import audit
from broadsheet.newsroom.actions.stories import Blocks, publish_page
from broadsheet.newsroom.models import FrontPage


@transaction.atomic
def arrange_front(
    *,
    front: FrontPage,
    name: str,
    tagline: str,
    statement: str,
    contact_email: str,
    body: Blocks,
    by: audit.Actor,
) -> None:
    """Give an edition its name plate and its front page an arrangement (raw blocks), and publish both."""
    front.title, front.tagline, front.statement = name, tagline, statement
    front.contact_email = contact_email
    front.body = front.body.stream_block.to_python(list(body))
    front.save_revision()
    audit.record("front.arranged", front, by=by)
    publish_page(page=front, by=by)
