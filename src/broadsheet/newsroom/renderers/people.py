"""People (plain)."""

from broadsheet.kit.public import Document
from broadsheet.newsroom.queries import stories
from broadsheet.newsroom.renderers.pages import _html


def author_document(pk: int) -> Document | None:
    author = stories.author(pk)
    found = stories.latest_stories(f"author/{pk}", 30) if author else []
    if author is None:
        return None
    prefix = "" if author.locale.language_code == "en" else f"/{author.locale.language_code}"
    return Document(
        f"{prefix}/authors/{author.slug}/",
        _html(author.name, [(s.address or "", s.title) for s in found]),
    )


def topic_document(pk: int) -> Document | None:
    topic = stories.topic(pk)
    found = stories.latest_stories(f"topic/{pk}", 30) if topic else []
    if topic is None or not found:
        return None
    prefix = "" if topic.locale.language_code == "en" else f"/{topic.locale.language_code}"
    return Document(
        f"{prefix}/topics/{topic.slug}/",
        _html(topic.name, [(s.address or "", s.title) for s in found]),
    )
