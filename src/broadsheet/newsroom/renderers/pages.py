"""Front pages, static pages and stories as documents, and which document a page is; lists are in `lists`."""

from __future__ import annotations

import datetime as dt
from typing import Any

from markupsafe import Markup
from wagtail.models import Page

from broadsheet.kit.public import Document
from broadsheet.newsroom.models import Article, FrontPage, SectionPage, StaticPage
from broadsheet.newsroom.queries import editions, stories
from broadsheet.newsroom.queries.editions import Plate
from broadsheet.newsroom.renderers import recordings
from broadsheet.newsroom.renderers.bodies import Block, body, contents, plain_text, word_count
from broadsheet.newsroom.renderers.cards import (
    Register,
    month_links,
    register_of,
)
from broadsheet.newsroom.renderers.fronts import bands
from broadsheet.newsroom.renderers.lists import section_document
from broadsheet.newsroom.renderers.sharing import shared_story
from broadsheet.newsroom.renderers.structured import organization, story_data
from broadsheet.newsroom.rules import LONG, reading_minutes
from broadsheet.theme.documents import Head, html_document
from broadsheet.theme.pictures import shared_picture

SETTLING = dt.timedelta(hours=1)
"""A story published again within this time of its first publication is not called updated."""


TEXT = "text/"
"""Where a story's text-only edition lies below the story."""


def document(page: Page) -> Document | None:
    """The document of a page as its own class, live or (in a preview) not; None without a live front page."""
    plate = editions.plate(page.locale.language_code)
    if plate is None or (isinstance(page, FrontPage) and page.pk != plate.front_pk):
        return None
    if isinstance(page, Article):
        return _story(page, plate)
    if isinstance(page, SectionPage):
        return section_document(page, plate)
    if isinstance(page, FrontPage):
        return _front(page, plate)
    return _static(page, plate)


def preview(page: Page) -> Markup:
    """The HTML of a draft as readers would get it."""
    made = document(page)
    return Markup(made.body.decode() if made else "")  # noqa: S704 - our own template's output


def _alternates(page: Page) -> list[tuple[str, str]]:
    return sorted(editions.translations_of(page).items())


def _front(page: FrontPage, plate: Plate) -> Document:
    register = register_of(plate)
    head = Head(
        title=page.title,
        path=plate.home,
        description=page.tagline or page.statement,
        alternates=_alternates(page),
        data=organization(plate),
        is_front=True,
    )
    months = stories.archive_months(f"site/{plate.code}")
    return html_document(
        "newsroom/front.html",
        code=plate.code,
        head=head,
        bands=bands(page, register),
        months=month_links(plate.home, months[:12]),
    )


def _static(page: StaticPage, plate: Plate) -> Document:
    head = Head(
        title=page.title,
        path=editions.tree_address(plate.prefix, page.url_path),
        description=page.search_description or plain_text(page, 160),
        alternates=_alternates(page),
    )
    return html_document(
        "newsroom/static.html", code=plate.code, head=head, page=page, body=body(page)
    )


def _story(story: Article, plate: Plate) -> Document:
    register = register_of(plate)
    path = story.address or story.current_address()
    shared = shared_picture(story.picture) if story.picture else None
    card = register.card(story)
    head = Head(
        title=story.headline,
        path=path,
        description=story.search_description or story.standfirst or plain_text(story, 160),
        alternates=_alternates(story),
        image=shared_story(
            story, plate, card.section.title if card.section else "", shared, card.picture_alt
        ),
        kind="article",
        data=story_data(story, plate, card, shared.url if shared else ""),
    )
    blocks, words = body(story), word_count(story)
    signed = [byline.author for byline in story.bylines.all() if byline.author]
    return html_document(
        "newsroom/story.html",
        code=plate.code,
        head=head,
        story=story,
        card=card,
        updated=_updated(story),
        body=blocks,
        contents=contents(blocks) if words >= LONG else [],
        minutes=reading_minutes(words),
        authors=[
            {"author": author, "url": url} for author in signed if (url := register.address(author))
        ],
        topics=[
            {"name": topic.name, "url": url}
            for topic in story.topics.all()
            if (url := register.address(topic))
        ],
        series=_series(story, register),
        related=register.cards(stories.chosen_stories(stories.related_ids(story))),
    )


def text_document(story: Article) -> Document | None:
    """A story's words and nothing else, below the story's own address; for slow lines and old machines."""
    plate = editions.plate(story.locale.language_code)
    if plate is None:
        return None
    card = register_of(plate).card(story)
    return html_document(
        "newsroom/text.html",
        code=plate.code,
        head=Head(title=story.headline, path=f"{card.url}{TEXT}", listed=False),
        story_path=card.url,
        home=plate.home,
        name=plate.name,
        standfirst=story.standfirst,
        names=card.bylines,
        published=story.first_published_at,
        body=[_in_words(block) for block in body(story)],
    )


def _in_words(block: Block) -> Block:
    """A block for a page without pictures: a picture becomes what it shows, a recording a link and what is said."""
    if block["kind"] == "picture":
        text = Markup("<p>[{}]</p>").format(block["caption"] or block["alt"])
    elif block["kind"] in recordings.VIEWS:
        link = Markup('<p><a href="{}">{}</a> {}</p>{}')
        text = link.format(block["url"], block["title"], block["length"], block["transcript"])
    else:
        return block
    return {"kind": "paragraph", "text": text}


def _series(story: Article, register: Register) -> dict[str, Any] | None:
    """The series a story is part of, with all its parts in order; None where it stands alone."""
    if story.series is None:
        return None
    return {
        "name": story.series.name,
        "url": register.address(story.series),
        "parts": register.cards(stories.series_parts(story.series.pk)),
    }


def _updated(story: Article) -> dt.datetime | None:
    first, last = story.first_published_at, story.last_published_at
    return last if first and last and last - first > SETTLING else None
