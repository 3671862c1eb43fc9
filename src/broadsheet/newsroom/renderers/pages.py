"""Front pages, sections, months, static pages and stories as documents."""

from __future__ import annotations

import datetime as dt
from typing import Any

from markupsafe import Markup
from wagtail.models import Page

from broadsheet.kit.public import Document
from broadsheet.newsroom.models import Article, FrontPage, SectionPage, StaticPage
from broadsheet.newsroom.queries import editions, stories
from broadsheet.newsroom.queries.editions import Plate
from broadsheet.newsroom.renderers import people
from broadsheet.newsroom.renderers.bodies import body, plain_text
from broadsheet.newsroom.renderers.cards import (
    Register,
    alternative_text,
    month_links,
    topic_address,
)
from broadsheet.newsroom.renderers.fronts import bands
from broadsheet.newsroom.renderers.structured import news_article, organization
from broadsheet.theme.documents import Head, html_document
from broadsheet.theme.pictures import shared_picture

LISTED = 30
"""Stories on the first page of a section, author or topic; older ones are in its months."""
SETTLING = dt.timedelta(hours=1)
"""A story published again within this time of its first publication is not called updated."""


def document(page: Page) -> Document | None:
    """The document of a page as its own class, live or (in a preview) not; None without a live front page."""
    plate = editions.plate(page.locale.language_code)
    if plate is None:
        return None
    if isinstance(page, Article):
        return _story(page, plate)
    if isinstance(page, SectionPage):
        return _section(page, plate)
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
    register = Register(plate)
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


def _section(page: SectionPage, plate: Plate) -> Document:
    register = Register(plate)
    scope = f"section/{page.pk}"
    path = editions.tree_address(plate, page.url_path)
    head = Head(
        title=page.title,
        path=path,
        description=page.introduction,
        alternates=_alternates(page),
    )
    inside = [link for link in register.sections if link.tree_path.startswith(page.path)]
    return html_document(
        "newsroom/list.html",
        code=plate.code,
        head=head,
        above=editions.section_of(page.path, register.sections),
        below=[link for link in inside if link.depth == page.depth - 1],
        heading=page.title,
        introduction=page.introduction,
        stories=register.cards(stories.latest_stories(scope, LISTED)),
        with_kicker=False,
        months=month_links(path, stories.archive_months(scope)),
        **NOBODY,
    )


NOBODY: dict[str, Any] = {"portrait": None, "role": "", "email": ""}
"""What a list that is not a person's has no use for."""


def month_document(scope: str, month: str) -> Document | None:
    """A month's stories of a scope, under the address of what the scope names; None when there is none."""
    found = stories.month_stories(scope, month)
    place = people.place(scope)
    if not found or place is None:
        return None
    plate, link = place
    register = Register(plate)
    path = month_links(link.url, [month])[0].url
    text = people.month_title(plate.code, link.title, month)
    return html_document(
        "newsroom/list.html",
        code=plate.code,
        head=Head(title=text, path=path),
        above=link,
        below=[],
        heading=text,
        introduction="",
        stories=register.cards(found),
        with_kicker=not scope.startswith("section/"),
        months=[],
        **NOBODY,
    )


def _static(page: StaticPage, plate: Plate) -> Document:
    head = Head(
        title=page.title,
        path=editions.tree_address(plate, page.url_path),
        description=page.search_description or plain_text(page, 160),
        alternates=_alternates(page),
    )
    return html_document(
        "newsroom/static.html", code=plate.code, head=head, page=page, body=body(page)
    )


def _story(story: Article, plate: Plate) -> Document:
    register = Register(plate)
    path = story.address or story.current_address()
    shared = shared_picture(story.picture) if story.picture else None
    section = editions.section_of(story.path, register.sections)
    card = register.card(story)
    head = Head(
        title=story.title,
        path=path,
        description=story.standfirst or plain_text(story, 160),
        alternates=_alternates(story),
        image=shared.url if shared else "",
        kind="article",
        data=news_article(story, plate, card, shared.url if shared else ""),
    )
    signed = [byline.author for byline in story.bylines.all() if byline.author]
    return html_document(
        "newsroom/story.html",
        code=plate.code,
        head=head,
        story=story,
        section=section,
        names=card.bylines,
        picture_alt=alternative_text(story),
        updated=_updated(story),
        body=body(story),
        authors=[
            {"author": author, "url": register.person_address(author)}
            for author in signed
            if register.person_address(author)
        ],
        topics=[
            {"name": topic.name, "url": topic_address(topic, plate.code)}
            for topic in story.topics.all()
        ]
        if story.live
        else [],
    )


def _updated(story: Article) -> dt.datetime | None:
    first, last = story.first_published_at, story.last_published_at
    return last if first and last and last - first > SETTLING else None
