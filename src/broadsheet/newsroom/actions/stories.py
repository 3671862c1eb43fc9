"""Writing, publishing and withdrawing stories and static pages without the desk's screens."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from wagtail.models import Page

from broadsheet.kit import audit
from broadsheet.kit.changes import mark
from broadsheet.kit.events import announce
from broadsheet.newsroom.choices import StoryKind
from broadsheet.newsroom.models import (
    Article,
    Author,
    Byline,
    FrontPage,
    Picture,
    RelatedStory,
    SectionPage,
    Series,
    StaticPage,
    Topic,
)
from broadsheet.newsroom.queries.stories import akin

RELATED = 3
"""Stories that one leads on to when its editor chooses none."""

Blocks = Sequence[tuple[str, Any]] | Sequence[dict[str, Any]]
"""StreamField content: (type, value) pairs or raw `{"type", "value"}` mappings."""


@dataclass(slots=True)
class Draft:
    """A story as it is handed in. `bylines` are authors or guests' names, in order."""

    headline: str
    slug: str
    body: Blocks
    standfirst: str = ""
    bylines: Sequence[Author | str] = ()
    topics: Iterable[Topic] = ()
    picture: Picture | None = None
    picture_alt: str = ""
    picture_caption: str = ""
    original_html: str = ""
    translation_of: Article | None = None
    kind: StoryKind = StoryKind.NEWS
    series: Series | None = None
    extra: dict[str, Any] = field(default_factory=dict)


@transaction.atomic
def write_story(*, section: SectionPage, draft: Draft, by: audit.Actor) -> Article:
    """Keep a story as a draft in a section, with a first revision; nothing is public.

    Raises django's ValidationError where the slug is taken.
    """
    story = new_story(section, draft)
    section.refresh_from_db()
    section.add_child(instance=story)
    story.save_revision()
    audit.record("story.written", story, by=by)
    return story


def new_story(section: SectionPage, draft: Draft) -> Article:
    """A story made from a draft, for a section; it is in no database yet and not live."""
    story = Article(
        kind=draft.kind,
        series=draft.series,
        slug=draft.slug,
        standfirst=draft.standfirst,
        picture=draft.picture,
        picture_alt=draft.picture_alt,
        picture_caption=draft.picture_caption,
        original_html=draft.original_html,
        locale=section.locale,
        live=False,
        has_unpublished_changes=True,
        **draft.extra,
    )
    story.headline = draft.headline
    if draft.translation_of is not None:
        story.translation_key = draft.translation_of.translation_key
    _fill(story, draft)
    return story


@transaction.atomic
def rewrite_story(*, story: Article, draft: Draft, by: audit.Actor) -> Article:
    """Replace what a story says by a new draft, as a new revision; what is public stays as it is until published."""
    story.headline, story.slug, story.standfirst = draft.headline, draft.slug, draft.standfirst
    story.kind, story.series = draft.kind, draft.series
    story.picture, story.picture_alt = draft.picture, draft.picture_alt
    story.picture_caption, story.original_html = draft.picture_caption, draft.original_html
    _fill(story, draft)
    story.save_revision()
    audit.record("story.rewritten", story, by=by)
    return story


def _write_body(page: Article | StaticPage, body: Blocks) -> None:
    page.body = page.body.stream_block.to_python(list(body)) if _is_raw(body) else list(body)


def _fill(story: Article, draft: Draft) -> None:
    _write_body(story, draft.body)
    story.bylines = [
        Byline(author=name, sort_order=order)
        if isinstance(name, Author)
        else Byline(guest=name, sort_order=order)
        for order, name in enumerate(draft.bylines)
    ]
    story.topics = list(draft.topics)


def _is_raw(body: Blocks) -> bool:
    return bool(body) and isinstance(body[0], dict)


@transaction.atomic
def publish_page(
    *,
    page: Article | SectionPage | StaticPage | FrontPage,
    by: audit.Actor,
    first_published: dt.datetime | None = None,
    last_published: dt.datetime | None = None,
) -> None:
    """Make the latest revision public now, or at its `go_live_at` when that lies ahead.

    `first_published` sets the date of a story that was published elsewhere before; it decides the
    story's address. `last_published` is when it was last changed there, if that is not now. Raises
    django's ValidationError where the address is taken.
    """
    moves_in = first_published is not None and page.first_published_at is None
    if moves_in:
        page.first_published_at = first_published
        Page.objects.filter(pk=page.pk).update(first_published_at=first_published)
    revision = page.get_latest_revision() or page.save_revision()
    revision.publish()
    changed = last_published or (first_published if moves_in else None)
    if changed is not None:  # what moves in has not been changed today
        Page.objects.filter(pk=page.pk, live=True).update(last_published_at=changed)
    page.refresh_from_db()
    audit.record("page.published", page, by=by)
    if page.live:
        announce("page.published", page=page.pk)


@transaction.atomic
def choose_related(*, story: Article, by: audit.Actor) -> None:
    """Fix which stories a published one leads on to, where its editor chose none: by topic, then by section.

    They are stored, so that a later story on the same topic leaves this one's page as it is.
    """
    if story.first_published_at is None or RelatedStory.objects.filter(article=story).exists():
        return
    found = akin(story, RELATED)
    RelatedStory.objects.bulk_create(
        RelatedStory(article=story, story_id=other, sort_order=order)
        for order, other in enumerate(found)
    )
    if found:
        mark(story)
        audit.record("story.related", story, by=by, stories=found)


@transaction.atomic
def withdraw_page(*, page: Page, by: audit.Actor) -> None:
    """Take a page off the public site; its text stays as a draft."""
    page.unpublish()
    audit.record("page.withdrawn", page, by=by)
    announce("page.withdrawn", page=page.pk)


@transaction.atomic
def write_static_page(
    *,
    parent: FrontPage | StaticPage,
    title: str,
    slug: str,
    body: Blocks,
    by: audit.Actor,
    in_menus: bool = True,
    original_html: str = "",
    translation_of: StaticPage | None = None,
) -> StaticPage:
    """Keep a static page as a draft under a front page or another static page."""
    page = StaticPage(
        title=title,
        slug=slug,
        show_in_menus=in_menus,
        original_html=original_html,
        locale=parent.locale,
        live=False,
        has_unpublished_changes=True,
    )
    if translation_of is not None:
        page.translation_key = translation_of.translation_key
    _write_body(page, body)
    parent.refresh_from_db()
    parent.add_child(instance=page)
    page.save_revision()
    audit.record("page.written", page, by=by)
    return page


@transaction.atomic
def rewrite_static_page(
    *, page: StaticPage, title: str, body: Blocks, original_html: str, by: audit.Actor
) -> StaticPage:
    """Replace what a static page says, as a new revision; what is public stays as it is until published."""
    page.title, page.original_html = title, original_html
    _write_body(page, body)
    page.save_revision()
    audit.record("page.rewritten", page, by=by)
    return page
