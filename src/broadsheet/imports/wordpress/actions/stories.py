"""Posts as stories and pages as static pages: made, made again from a newer export, or left alone."""

from __future__ import annotations

import datetime as dt
from typing import Any

from wagtail.models import Page

from broadsheet.imports.models import Origin
from broadsheet.imports.wordpress.actions.redirecting import lead
from broadsheet.imports.wordpress.actions.registers import (
    author_for,
    name_of,
    section_for,
    topic_for,
)
from broadsheet.imports.wordpress.actions.run import (
    BY,
    Outcome,
    Run,
    identity,
    kind_of,
    second_identity,
)
from broadsheet.imports.wordpress.actions.slugs import free_slug, free_story_slug
from broadsheet.imports.wordpress.actions.texts import Text, text_of
from broadsheet.imports.wordpress.choices import Result
from broadsheet.imports.wordpress.mapping.addresses import file_name, old_path
from broadsheet.imports.wordpress.mapping.dates import modified_at, published_at
from broadsheet.imports.wordpress.mapping.fates import Fate, Kind, State
from broadsheet.imports.wordpress.mapping.labels import CATEGORY, file_story, signed_by
from broadsheet.imports.wordpress.mapping.names import one_line, slug_of
from broadsheet.imports.wordpress.queries import is_worked_on, origin_of, page_of
from broadsheet.imports.wordpress.reading import Item
from broadsheet.newsroom.actions.archives import take_over_story
from broadsheet.newsroom.actions.stories import (
    Draft,
    publish_page,
    rewrite_static_page,
    rewrite_story,
    withdraw_page,
    write_static_page,
    write_story,
)
from broadsheet.newsroom.models import Article, FrontPage, SectionPage, StaticPage
from broadsheet.newsroom.queries.editions import address_of

HERE = "already here, unchanged"


def bring_page(run: Run, item: Item, fate: Fate, ident: str) -> Outcome:
    """Bring a post or a page over. Runs in the caller's transaction.

    What is here already is left as it is, unless the export holds something newer and nobody has worked on
    the page here: then it is rewritten, as a new revision.
    """
    origin = origin_of(run.source, kind_of(item), ident)
    if origin is None:
        return _create(run, item, fate, ident)
    page = page_of(origin)
    if page is None:
        return Outcome(
            Result.SKIPPED, "it was deleted here; it is not brought again", origin=origin
        )
    address = address_of(page)
    is_newer = origin.digest != item.digest()
    gets_pictures = run.downloads is not None and origin.lacks_pictures
    if not is_newer and not gets_pictures:
        return Outcome(Result.MERGED, HERE, address, origin=origin)
    if is_worked_on(origin, page):
        reason = (
            "somebody worked on it here since it was brought over; the newsroom's version stays"
        )
        return Outcome(
            Result.SKIPPED if is_newer else Result.MERGED,
            reason if is_newer else HERE,
            address,
            [] if is_newer else ["Pictures were not put in, since somebody worked on it here"],
            origin,
        )
    return _renew(run, item, fate, origin, page, is_newer=is_newer)


def _create(run: Run, item: Item, fate: Fate, ident: str) -> Outcome:
    text = text_of(run, item, has_lead=fate.kind is Kind.STORY)
    notes = [*fate.notes, *text.notes]
    if fate.kind is Kind.STORY:
        page: Article | StaticPage = _write_story(run, item, fate, text, notes)
    else:
        page = _write_page(run, item, fate, text, notes)
    origin = Origin(source=run.source, kind=kind_of(item), ident=ident)
    origin.page = page
    origin.address = (old_path(item.link, run.site) or "")[:700]
    _leave(origin, item, page, fate, text)
    notes += _redirect(run, item, page, fate)
    if item.is_sticky:
        notes.append(
            "It is sticky there; choose it for the front page here, if it should still lead"
        )
    return Outcome(Result.CREATED, "", address_of(page), notes, origin)


def _renew(
    run: Run, item: Item, fate: Fate, origin: Origin, page: Article | StaticPage, *, is_newer: bool
) -> Outcome:
    """Write the newer text over the one that the import itself left here; the address stays."""
    text = text_of(run, item, has_lead=fate.kind is Kind.STORY)
    if not is_newer and not _says_otherwise(page, text):
        return Outcome(Result.MERGED, HERE, address_of(page), origin=origin)
    notes = [*fate.notes, *text.notes]
    _rewrite(run, item, page, text, notes)
    if fate.state is State.DRAFT and page.live:
        withdraw_page(page=page, by=BY)
        notes.append("It is no longer public there and was withdrawn here")
    elif fate.state is not State.DRAFT:
        _publish(run, item, fate, page)
    page = page.specific_class.objects.get(pk=page.pk)
    _leave(origin, item, page, fate, text)
    notes += _redirect(run, item, page, fate)
    reason = (
        "brought up to date from a newer export"
        if is_newer
        else "already here; pictures were put in"
    )
    return Outcome(Result.MERGED, reason, address_of(page), notes, origin)


def relink(run: Run, item: Item, fate: Fate) -> None:
    """Put in links to what came later in the file. Runs in the caller's transaction; changes nothing where
    nothing would be other, or where somebody has worked on the page here."""
    rows = (
        origin_of(run.source, kind_of(item), one) for one in (identity(item), second_identity(item))
    )
    origin = next((row for row in rows if row and row.digest == item.digest()), None)
    page = page_of(origin) if origin else None
    if origin is None or page is None or is_worked_on(origin, page):
        return
    text = text_of(run, item, has_lead=fate.kind is Kind.STORY)
    if not _says_otherwise(page, text):
        return
    _rewrite(run, item, page, text, [])
    if fate.state is not State.DRAFT:
        _publish(run, item, fate, page)
    _leave(origin, item, page.specific_class.objects.get(pk=page.pk), fate, text)


def withdraw(run: Run, item: Item, ident: str) -> str:
    """Take off the site what was brought over before and is in the trash there now, unless somebody worked on it
    here. Returns what to say about it."""
    origin = origin_of(run.source, kind_of(item), ident)
    page = page_of(origin) if origin else None
    if origin is None or page is None or not page.live or is_worked_on(origin, page):
        return ""
    withdraw_page(page=page, by=BY)
    origin.state = State.DRAFT
    origin.save()
    return "It was brought over before; it was withdrawn here and is a draft now"


# The parts ---------------------------------------------------------------------------------------


def _write_story(run: Run, item: Item, fate: Fate, text: Text, notes: list[str]) -> Article:
    filing = file_story(item, run.export.terms)
    notes += filing.notes
    section: SectionPage = section_for(run, filing.section)
    when = published_at(item, run.zone) if fate.state is not State.DRAFT else None
    wanted = _slugs(item, text, "story")
    slug = free_story_slug(run, section, when or run.now, *wanted)
    if slug != wanted[0]:
        notes.append(f"Its slug is taken here: {wanted[0]} became {slug}")
    draft = _draft(run, item, text, slug, notes)
    if fate.state is State.LIVE:
        first = when or run.now
        last = _changed(run, item, first) or first
        return take_over_story(
            section=section, draft=draft, first_published=first, last_published=last, by=BY
        )
    if fate.state is State.SCHEDULED:
        draft.extra["go_live_at"] = when
    story = write_story(section=section, draft=draft, by=BY)
    if fate.state is State.SCHEDULED:
        publish_page(page=story, by=BY)
    return story


def _slugs(item: Item, text: Text, kind: str) -> list[str]:
    """The slugs that would suit an item, the best first: its own, and what its address ends with."""
    own = slug_of(item.slug, text.title, f"{kind}-{item.ident}")
    last = file_name(item.link)
    return list(dict.fromkeys([own, slug_of(last, own)])) if not last.isdecimal() else [own]


def _draft(run: Run, item: Item, text: Text, slug: str, notes: list[str]) -> Draft:
    people = signed_by(item, run.export.people)
    if not people:
        notes.append("It names no author and has no byline")
    topics = [topic_for(run, label) for label in file_story(item, run.export.terms).topics]
    return Draft(
        headline=text.title,
        slug=slug,
        body=text.blocks,
        standfirst=text.standfirst,
        bylines=[author_for(run, person) or name_of(person) for person in people],
        topics=list({topic.pk: topic for topic in topics if topic}.values()),
        picture=text.picture,
        picture_alt=text.picture_alt,
        picture_caption=text.picture_caption,
        original_html=item.content,
    )


def _write_page(run: Run, item: Item, fate: Fate, text: Text, notes: list[str]) -> StaticPage:
    parent = _parent(run, item) or run.front
    if parent == run.front and item.parent not in ("", "0"):
        notes.append("The page above it is not here, so it stands at the top")
    wanted = _slugs(item, text, "page")
    slug = free_slug(run, parent, *wanted)
    if slug != wanted[0]:
        notes.append(f"Its slug is taken or needed by the site itself: {wanted[0]} became {slug}")
    menu = run.survey.menu_pages
    page = write_static_page(
        parent=parent,
        title=text.title,
        slug=slug,
        body=text.blocks,
        in_menus=item.ident in menu if menu else parent == run.front,
        original_html=item.content,
        by=BY,
    )
    if fate.state is not State.DRAFT:
        _publish(run, item, fate, page)
    return page


def _parent(run: Run, item: Item) -> StaticPage | FrontPage | None:
    """The page that a page stands beneath: the front page, or None while its own is not here."""
    if item.parent in ("", "0"):
        return run.front
    origin = origin_of(run.source, "page", item.parent)
    page = page_of(origin) if origin else None
    return page if isinstance(page, StaticPage) else None


def waits_for_parent(run: Run, item: Item) -> bool:
    """Whether the page above this one is in the file but not here yet."""
    return (
        item.parent in run.survey.pages and item.parent != item.ident and _parent(run, item) is None
    )


def _rewrite(
    run: Run, item: Item, page: Article | StaticPage, text: Text, notes: list[str]
) -> None:
    if isinstance(page, Article):
        section = file_story(item, run.export.terms).section
        known = origin_of(run.source, CATEGORY, section.slug) if section else None
        if section and (known is None or known.page_id != page.get_parent().pk):
            name = one_line(section.name)
            notes.append(
                f"Its section there is another one now, it stays in its section here: {name}"
            )
        draft = _draft(run, item, text, page.slug, notes)
        rewrite_story(story=page, draft=draft, by=BY)
    else:
        rewrite_static_page(
            page=page, title=text.title, body=text.blocks, original_html=item.content, by=BY
        )


def _publish(run: Run, item: Item, fate: Fate, page: Article | StaticPage) -> None:
    """Make it public with its own dates, or let it wait for its time."""
    first: dt.datetime | None = None
    if fate.state is State.LIVE:
        first = published_at(item, run.zone)
    changed = _changed(run, item, first or page.first_published_at) or page.last_published_at
    publish_page(page=page, by=BY, first_published=first, last_published=changed)


def _changed(run: Run, item: Item, first: dt.datetime | None) -> dt.datetime | None:
    """When an item was last changed there: not before it was published, and not in times to come."""
    changed = modified_at(item, run.zone)
    if changed is None or first is None:
        return None
    return max(first, min(changed, run.now))


def _leave(origin: Origin, item: Item, page: Page, fate: Fate, text: Text) -> None:
    """Note how the import leaves a page, so that it can be told later whether somebody has worked on it."""
    origin.digest = item.digest()
    origin.revision = page.latest_revision_id
    origin.state = fate.state
    origin.lacks_links, origin.lacks_pictures = text.lacks_links, text.lacks_pictures
    origin.save()


def _redirect(run: Run, item: Item, page: Page, fate: Fate) -> list[str]:
    """Lead readers from the addresses under which an item was known: its link, its global name, its number."""
    if fate.state is State.DRAFT:
        return []
    new = address_of(page)
    number = f"{run.site}/?{'p' if fate.kind is Kind.STORY else 'page_id'}={item.ident}"
    known = (item.link, item.guid, number if item.ident else "")
    found = (old_path(url, run.site) for url in known)
    notes = (lead(run, path, new, page=page) for path in dict.fromkeys(found) if path)
    return [note for note in notes if note]


def _says_otherwise(page: Article | StaticPage, text: Text) -> bool:
    """Whether a text differs from what a page's latest revision says."""
    latest = page.get_latest_revision_as_object()
    blocks = [{"type": one["type"], "value": _bare(one["value"])} for one in latest.body.raw_data]
    return blocks != text.blocks or (isinstance(page, Article) and latest.picture != text.picture)


def _bare(value: Any) -> Any:
    """A block's stored value without the names that Wagtail gives to the members of lists."""
    return [one["value"] for one in value] if isinstance(value, list) else value
