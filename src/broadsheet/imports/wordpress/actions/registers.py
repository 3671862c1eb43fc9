"""Sections, topics and authors as the items need them: found again, merged with what is here, or made."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from django.db.models import Q

from broadsheet.imports.models import Origin
from broadsheet.imports.wordpress.actions.redirecting import lead
from broadsheet.imports.wordpress.actions.run import BY, Run
from broadsheet.imports.wordpress.actions.slugs import free_slug
from broadsheet.imports.wordpress.mapping.labels import CATEGORY, TAG, lineage
from broadsheet.imports.wordpress.mapping.names import (
    LONGEST_NAME,
    LONGEST_TITLE,
    one_line,
    shortened,
    slug_of,
)
from broadsheet.imports.wordpress.queries import origin_of
from broadsheet.imports.wordpress.reading import Person, Term
from broadsheet.imports.wordpress.reading.records import Label
from broadsheet.newsroom.actions.registers import create_author, create_section, create_topic
from broadsheet.newsroom.models import Author, FrontPage, SectionPage, Topic
from broadsheet.newsroom.queries.editions import address_of
from broadsheet.newsroom.renderers.cards import register_address

DEFAULT_SECTION = {
    "ar": ("الأرشيف", "archive"),
    "es": ("Archivo", "archive"),
    "fr": ("Archives", "archive"),
}
"""What the section of stories without a category is called; `Archive` in all other languages."""


def section_for(run: Run, label: Label | None) -> SectionPage:
    """The section that a category is here, with those above it; the archive's own where there is none.

    A category whose section was deleted here is filed with those that have none.
    """
    if label is None:
        return _default_section(run)
    if (known := run.sections.get(label.slug)) is not None:
        return known
    parent: FrontPage | SectionPage = run.front
    for slug in lineage(label.slug, run.export.terms):
        term = run.export.terms.get((CATEGORY, slug)) or Term("", CATEGORY, slug, label.name)
        found = run.sections.get(slug) or _section(run, term, parent)
        if found is None:
            return _default_section(run)
        parent = run.sections[slug] = found
    return run.sections[label.slug]


def _default_section(run: Run) -> SectionPage:
    if "" not in run.sections:
        name, slug = DEFAULT_SECTION.get(run.code, ("Archive", "archive"))
        found = SectionPage.objects.child_of(run.front).filter(slug=slug).first()
        run.sections[""] = found or create_section(
            parent=run.front, title=name, slug=free_slug(run, run.front, slug), by=BY
        )
    return run.sections[""]


def _section(run: Run, term: Term, parent: FrontPage | SectionPage) -> SectionPage | None:
    origin = origin_of(run.source, CATEGORY, term.slug)
    if origin is not None:
        return SectionPage.objects.filter(pk=origin.page_id).first() if origin.page_id else None
    name = shortened(one_line(term.name) or slug_of(term.slug), LONGEST_TITLE)
    slug = slug_of(term.slug, name)
    same = SectionPage.objects.child_of(parent).filter(Q(slug=slug) | Q(title__iexact=name)).first()
    section = same or create_section(
        parent=parent,
        title=name,
        slug=free_slug(run, parent, slug),
        introduction=one_line(term.description),
        by=BY,
    )
    if section.slug != slug:
        run.note(
            f"The slug of the section {name} is taken or needed by the site itself: {slug} became {section.slug}"
        )
    path = "/".join(lineage(term.slug, run.export.terms))
    address = _old_address(run, f"category/{path}")
    Origin.objects.create(
        source=run.source,
        kind=CATEGORY,
        ident=term.slug[:255],
        address=address[:700],
        page=section,
    )
    lead(run, address, address_of(section), page=section)
    return section


def topic_for(run: Run, label: Label) -> Topic | None:
    """The topic that a tag, or a category besides a story's section, is here. None where it was deleted here."""
    key = (CATEGORY if label.taxonomy == CATEGORY else TAG, label.slug)
    if key not in run.topics:
        run.topics[key] = _topic(run, label, *key)
    return run.topics[key]


def _topic(run: Run, label: Label, taxonomy: str, ident: str) -> Topic | None:
    kind = f"{taxonomy} as topic" if taxonomy == CATEGORY else taxonomy
    origin = origin_of(run.source, kind, ident)
    if origin is not None:
        return origin.topic
    term = run.export.terms.get((taxonomy, ident))
    name = shortened(one_line(term.name if term else label.name) or slug_of(ident), LONGEST_NAME)
    same = Topic.objects.filter(locale=run.locale, name__iexact=name).first()
    topic = same or create_topic(
        name=name,
        locale=run.locale,
        slug=slug_of(ident, name),
        description=one_line(term.description) if term else "",
        by=BY,
    )
    base = "tag" if taxonomy == TAG else "category"
    path = "/".join(lineage(ident, run.export.terms)) if taxonomy == CATEGORY else ident
    address = _old_address(run, f"{base}/{path}")
    Origin.objects.create(
        source=run.source, kind=kind, ident=ident[:255], address=address[:700], topic=topic
    )
    new = register_address(topic, run.code)
    lead(run, address, new, link=new)
    return topic


def author_for(run: Run, person: Person) -> Author | None:
    """The author that somebody is here. None where they were deleted here: a guest's name remains."""
    key = person.login.casefold()
    if key not in run.authors:
        run.authors[key] = _author(run, person)
    return run.authors[key]


def name_of(person: Person) -> str:
    """A person's name as a byline has it."""
    return shortened(one_line(person.name) or person.login or "unnamed", LONGEST_NAME)


def _author(run: Run, person: Person) -> Author | None:
    ident = person.login.casefold()
    origin = origin_of(run.source, "author", ident)
    if origin is not None:
        return origin.author
    name = name_of(person)
    same = Author.objects.filter(locale=run.locale, name__iexact=name).first()
    author = same or create_author(
        name=name,
        locale=run.locale,
        slug=slug_of(person.login, name),
        biography=one_line(person.biography),
        by=BY,
    )
    address = _old_address(run, f"author/{slug_of(person.login)}")
    Origin.objects.create(
        source=run.source, kind="author", ident=ident[:255], address=address[:700], author=author
    )
    new = register_address(author, run.code)
    lead(run, address, new, link=new)
    return author


def _old_address(run: Run, path: str) -> str:
    """Where WordPress shows a list, unless the site has chosen another word: the export does not say."""
    base = urlsplit(run.site).path.rstrip("/") if run.site else ""
    return f"{base}/{unquote(path, errors='replace')}"
