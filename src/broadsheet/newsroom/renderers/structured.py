"""Structured data (schema.org) of stories and of the newsroom, for search engines."""

from __future__ import annotations

from typing import Any

from broadsheet.newsroom.models import Article
from broadsheet.newsroom.queries.editions import Plate
from broadsheet.newsroom.renderers.cards import Card
from broadsheet.theme.filters import absolute, iso


def organization(plate: Plate) -> dict[str, Any]:
    """The newsroom as a `NewsMediaOrganization`."""
    return {
        "@context": "https://schema.org",
        "@type": "NewsMediaOrganization",
        "name": plate.name,
        "url": absolute(plate.home),
    }


def story_data(story: Article, plate: Plate, card: Card, image: str) -> dict[str, Any]:
    """A story as a `NewsArticle`, its publisher, and the way from the front page to it as a `BreadcrumbList`."""
    return {
        "@context": "https://schema.org",
        "@graph": [_news_article(story, plate, card, image), _breadcrumbs(plate, card)],
    }


def _breadcrumbs(plate: Plate, card: Card) -> dict[str, Any]:
    steps = [(plate.name, plate.home)]
    if card.section:
        steps.append((card.section.title, card.section.url))
    steps.append((card.headline, card.url))
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": number, "name": name, "item": absolute(url)}
            for number, (name, url) in enumerate(steps, 1)
        ],
    }


def _news_article(story: Article, plate: Plate, card: Card, image: str) -> dict[str, Any]:
    """A story as a `NewsArticle`."""
    made: dict[str, Any] = {
        "@type": "NewsArticle",
        "headline": story.headline,
        "inLanguage": plate.code,
        "mainEntityOfPage": absolute(card.url),
        "isAccessibleForFree": True,
        "datePublished": iso(card.published),
        "dateModified": iso(story.last_published_at or card.published),
        "publisher": {
            "@type": "NewsMediaOrganization",
            "name": plate.name,
            "url": absolute(plate.home),
        },
        "author": [
            {"@type": "Person", "name": one.name} | ({"url": absolute(one.url)} if one.url else {})
            for one in card.bylines
        ],
    }
    if story.standfirst:
        made["description"] = story.standfirst
    if card.section:
        made["articleSection"] = card.section.title
    if image:
        made["image"] = [absolute(image)]
    return made
