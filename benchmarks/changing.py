"""How much a change has rendered anew, and at how many addresses readers then get something else."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from django.db import transaction


def measure() -> None:
    """Make changes one after the other; print for each the documents rendered and the addresses that differ."""
    for name, change in _changes():
        with transaction.atomic():
            change()
        _press(name)


def _press(name: str) -> None:
    from broadsheet.press.actions import press_pending
    from broadsheet.press.queries import edition

    before = edition().number
    outcome = press_pending()
    found = edition().differences(before, outcome.step) if outcome.step else []
    differ = sum(not path.startswith("/media/") for path, _how in found)
    print(f"{name}: {outcome.renders} documents rendered, {differ} addresses differ")


def _changes() -> list[tuple[str, Callable[[], Any]]]:
    from benchmarks.newsroom import story
    from broadsheet.newsroom.actions.stories import withdraw_page
    from broadsheet.newsroom.models import Article, Author, SectionPage, Topic

    section, other = SectionPage.objects.live().order_by("pk")[:2]
    author, topics = Author.objects.order_by("pk")[0], list(Topic.objects.order_by("pk")[:2])
    number = random.randrange(10**6, 10**9)  # noqa: S311 - one that no earlier run took
    oldest = Article.objects.live().order_by("first_published_at")[0].pk

    def the() -> Article:
        return Article.objects.get(slug__startswith=f"story-{number}")

    def change(row: Any, field: str, value: str) -> None:
        setattr(row, field, value)
        row.save_revision().publish() if hasattr(row, "save_revision") else row.save()

    return [
        ("a story is published", lambda: story(number, section, [author], topics, None)),
        ("its headline changes", lambda: change(the(), "title", "Another headline altogether")),
        ("its address changes", lambda: change(the(), "slug", f"story-{number}-moved")),
        ("it moves to another section", lambda: the().move(other, pos="last-child")),
        ("it is withdrawn", lambda: withdraw_page(page=the(), by="bench")),
        (
            "the oldest story's headline changes",
            lambda: change(Article.objects.get(pk=oldest), "title", f"An old story told {number}"),
        ),
        ("it is deleted", lambda: Article.objects.get(pk=oldest).delete()),
        ("an author's name changes", lambda: change(author, "name", f"{author.name} {number}")),
        ("a topic's name changes", lambda: change(topics[0], "name", f"{topics[0].name} {number}")),
        (
            "a section's title changes",
            lambda: change(section.specific, "title", f"{section.title} {number}"),
        ),
        ("a section moves to the end of the menu", lambda: _to_the_end(section.pk)),
    ]


def _to_the_end(pk: int) -> None:
    from broadsheet.newsroom.models import SectionPage

    section = SectionPage.objects.get(pk=pk)
    section.move(section.get_parent(), pos="last-child")
