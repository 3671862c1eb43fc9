"""One language's edition: sections, people, topics, stories, static pages and the front page."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from wagtail.models import Locale

from broadsheet.demo.actions.blocks import RawBlock, raw_blocks
from broadsheet.demo.actions.library import BY, Library
from broadsheet.demo.reading import Edition, Text
from broadsheet.kit.public import language_prefix
from broadsheet.newsroom.actions.fronts import arrange_front
from broadsheet.newsroom.actions.registers import create_author, create_section, create_topic
from broadsheet.newsroom.actions.stories import (
    Draft,
    publish_page,
    rewrite_story,
    write_static_page,
    write_story,
)
from broadsheet.newsroom.choices import StoryKind
from broadsheet.newsroom.models import Article, Author, FrontPage, SectionPage, StaticPage, Topic


@dataclass(slots=True)
class Desk:
    """What one edition has so far, by the keys of the content files; `first` is the edition it translates."""

    edition: Edition
    library: Library
    now: dt.datetime
    first: Desk | None = None
    locale: Locale = field(init=False)
    front: FrontPage = field(init=False)
    sections: dict[str, SectionPage] = field(default_factory=dict)
    authors: dict[str, Author] = field(default_factory=dict)
    topics: dict[str, Topic] = field(default_factory=dict)
    stories: dict[str, Article] = field(default_factory=dict)
    pages: dict[str, StaticPage] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.locale = Locale.objects.get(language_code=self.edition.language)
        self.front = FrontPage.objects.get(locale=self.locale)

    def address(self, kind: str, key: str) -> str:
        """The attributes of a link from one of this edition's texts."""
        if kind == "story":
            return f'linktype="page" id="{self.stories[key].pk}"'
        if kind == "page":
            return f'linktype="page" id="{self.pages[key].pk}"'
        prefix = language_prefix(self.edition.language)
        return f'href="{prefix}/{kind}s/{key}/"'


def build_edition(*, desk: Desk) -> None:
    """Make all of the edition, in a newsroom that has nothing of it."""
    _open_sections(desk)
    _fill_registers(desk)
    for story in desk.edition.stories:
        desk.stories[story.key] = _begin_story(desk, story)
    for story in desk.edition.stories:
        _publish_story(desk, story)
    waiting = {page.key: page for page in desk.edition.pages}
    for key in list(waiting):
        _make_page(desk, waiting, key)
    _arrange_front(desk)


def _open_sections(desk: Desk) -> None:
    for entry in desk.edition.sections:
        slug = entry["slug"]
        desk.sections[slug] = create_section(
            parent=desk.front,
            title=entry["title"],
            slug=slug,
            introduction=entry["introduction"],
            translation_of=desk.first.sections[slug] if desk.first else None,
            by=BY,
        )


def _fill_registers(desk: Desk) -> None:
    for entry in desk.edition.authors:
        slug = entry["slug"]
        desk.authors[slug] = create_author(
            **entry,
            locale=desk.locale,
            portrait=desk.library[slug],
            translation_of=desk.first.authors[slug] if desk.first else None,
            by=BY,
        )
    for entry in desk.edition.topics:
        slug = entry["slug"]
        desk.topics[slug] = create_topic(
            **entry,
            locale=desk.locale,
            translation_of=desk.first.topics[slug] if desk.first else None,
            by=BY,
        )


def _begin_story(desk: Desk, story: Text) -> Article:
    """The story's page, still empty, so that stories may link to one another in circles."""
    original = (
        desk.first.stories[story.translation_of] if desk.first and story.translation_of else None
    )
    draft = Draft(story.headline, story.slug, body=[], translation_of=original)
    return write_story(section=desk.sections[story.section], draft=draft, by=BY)


def _publish_story(desk: Desk, story: Text) -> None:
    lead = story.lead
    draft = Draft(
        headline=story.headline,
        slug=story.slug,
        body=raw_blocks(story.blocks, desk.library, desk.address),
        standfirst=story.standfirst,
        bylines=[*(desk.authors[key] for key in story.authors), *story.guests],
        topics=[desk.topics[key] for key in story.topics],
        kind=StoryKind(story.kind),
        picture=desk.library[lead.name] if lead else None,
        picture_alt=lead.alt if lead else "",
        picture_caption=lead.caption if lead else "",
    )
    page = rewrite_story(story=desk.stories[story.key], draft=draft, by=BY)
    publish_page(page=page, by=BY, first_published=desk.now - story.age)


def _make_page(desk: Desk, waiting: dict[str, Text], key: str) -> None:
    """Make a static page after those it links to; the content's pages do not link in circles."""
    if key in desk.pages:
        return
    text = waiting[key]
    for kind, other in text.links():
        if kind == "page":
            _make_page(desk, waiting, other)
    # What every newsroom begins with is only a proposal.
    StaticPage.objects.child_of(desk.front).filter(slug=text.slug).delete()
    page = write_static_page(
        parent=desk.front,
        title=text.headline,
        slug=text.slug,
        body=raw_blocks(text.blocks, desk.library, desk.address),
        translation_of=desk.first.pages[key] if desk.first else None,
        by=BY,
    )
    publish_page(page=page, by=BY)
    desk.pages[key] = page


def _arrange_front(desk: Desk) -> None:
    paper, front = desk.edition.paper, desk.edition.front
    chosen = [desk.stories[key].pk for key in front["chosen"]]
    body: list[RawBlock] = [
        {"type": "lead", "value": {"story": desk.stories[front["lead"]].pk}},
        {"type": "stories", "value": {"heading": front["chosen_heading"], "stories": chosen}},
        {"type": "strip", "value": None},
        {"type": "latest", "value": {"heading": front["latest_heading"], "count": 6}},
        *(
            {"type": "section", "value": {"section": section.pk, "count": 4}}
            for section in desk.sections.values()
        ),
    ]
    arrange_front(
        front=desk.front,
        name=paper["name"],
        tagline=paper["tagline"],
        statement=paper["statement"],
        contact_email=paper["contact"],
        body=body,
        by=BY,
    )
