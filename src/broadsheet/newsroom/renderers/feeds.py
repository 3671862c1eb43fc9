"""Feeds (plain)."""

from broadsheet.kit.public import Document
from broadsheet.newsroom.queries import stories
from broadsheet.newsroom.renderers.pages import _html


def feed_document(code: str) -> Document | None:
    prefix = "" if code == "en" else f"/{code}"
    return Document(
        f"{prefix}/feed.xml",
        _html(
            "feed", [(s.address or "", s.title) for s in stories.latest_stories(f"site/{code}", 20)]
        ),
    )
