"""A program that publishes stories one after the other until it is killed; run by the crash test."""

from __future__ import annotations

import itertools
import sys

import django

django.setup()

from broadsheet.newsroom.actions.registers import create_section  # noqa: E402
from broadsheet.newsroom.actions.stories import Draft, publish_page, write_story  # noqa: E402
from broadsheet.newsroom.models import Article, FrontPage, SectionPage  # noqa: E402


def main() -> None:
    """Print each story's address when its publication is committed."""
    front = FrontPage.objects.get(locale__language_code="en")
    section = SectionPage.objects.first() or create_section(
        parent=front, title="City", slug="city", by="test"
    )
    for number in itertools.count(Article.objects.count()):
        draft = Draft(f"Story {number}", f"story-{number}", [("paragraph", "<p>Words.</p>")])
        story = write_story(section=section, draft=draft, by="test")
        publish_page(page=story, by="test")
        sys.stdout.write(f"{story.address}\n")
        sys.stdout.flush()


main()
