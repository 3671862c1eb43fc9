"""Sections, authors, topics and pictures made by the system: imports and the demo."""

from __future__ import annotations

from pathlib import Path

from django.core.files import File
from django.core.files.images import ImageFile
from django.db import transaction
from django.utils.text import slugify
from wagtail.models import Locale

from broadsheet.kit import audit
from broadsheet.newsroom.errors import BadPicture
from broadsheet.newsroom.models import Author, Download, FrontPage, Picture, SectionPage, Topic
from broadsheet.newsroom.rules.picture_files import MOST_PIXELS, Fault, look_at


def _free_slug(model: type[Author | Topic], locale: Locale, wanted: str) -> str:
    base = slugify(wanted, allow_unicode=True)[:110] or "unnamed"
    taken = set(
        model.objects.filter(locale=locale, slug__startswith=base).values_list("slug", flat=True)
    )
    slug, number = base, 2
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    return slug


def _enter(row: Author | Topic, translation_of: Author | Topic | None, by: audit.Actor) -> None:
    """Check and save a new row of a register, as the counterpart of another language's where there is one."""
    if translation_of is not None:
        row.translation_key = translation_of.translation_key
    row.full_clean()
    row.save()
    audit.record(f"{row._meta.model_name}.created", row, by=by)


@transaction.atomic
def create_section(
    *,
    parent: FrontPage | SectionPage,
    title: str,
    slug: str,
    by: audit.Actor,
    introduction: str = "",
    translation_of: SectionPage | None = None,
) -> SectionPage:
    """A live section under a front page or another section, last in order.

    Raises django's ValidationError where the slug is taken or reserved.
    """
    section = SectionPage(
        title=title, slug=slug, introduction=introduction, locale=parent.locale, live=False
    )
    if translation_of is not None:
        section.translation_key = translation_of.translation_key
    parent.refresh_from_db()
    parent.add_child(instance=section)
    section.save_revision().publish()
    audit.record("section.created", section, by=by)
    return SectionPage.objects.get(pk=section.pk)


@transaction.atomic
def create_author(
    *,
    name: str,
    locale: Locale,
    by: audit.Actor,
    slug: str = "",
    role: str = "",
    biography: str = "",
    email: str = "",
    portrait: Picture | None = None,
    translation_of: Author | None = None,
) -> Author:
    """An author of one language's edition; the slug is made free by a number where it is taken."""
    author = Author(
        name=name,
        slug=_free_slug(Author, locale, slug or name),
        role=role,
        biography=biography,
        email=email,
        portrait=portrait,
        locale=locale,
    )
    _enter(author, translation_of, by)
    return author


@transaction.atomic
def create_topic(
    *,
    name: str,
    locale: Locale,
    by: audit.Actor,
    slug: str = "",
    description: str = "",
    translation_of: Topic | None = None,
) -> Topic:
    """A topic of one language's edition; the slug is made free by a number where it is taken."""
    topic = Topic(
        name=name,
        slug=_free_slug(Topic, locale, slug or name),
        description=description,
        locale=locale,
    )
    _enter(topic, translation_of, by)
    return topic


FAULTS = {
    Fault.NO_PICTURE: "cannot be read as a picture; use JPEG, PNG, WebP, AVIF or GIF.",
    Fault.CUT_OFF: "is cut off: the picture ends before its end. Copy it from where it comes from again.",
    Fault.TOO_LARGE: f"has more than {MOST_PIXELS // 1_000_000} million pixels; make it smaller first.",
}


@transaction.atomic
def add_picture(
    *,
    file: Path,
    title: str,
    by: audit.Actor,
    alt: str = "",
    credit: str = "",
    source: str = "",
) -> Picture:
    """Take a picture file into the library, with what it says of itself where nothing else is said.

    Raises BadPicture where it cannot be read as a whole picture, or is too large.
    """
    with file.open("rb") as content:
        found = look_at(content)
    if isinstance(found, Fault):
        raise BadPicture(f"{file.name} {FAULTS[found]}")
    with file.open("rb") as content:
        picture = Picture(
            title=title[:255], description=alt[:255], credit=credit[:255], source=source[:500]
        )
        picture.file = ImageFile(content, name=file.name)
        picture.take_words(found)
        picture.save()
    audit.record("picture.added", picture, by=by)
    return picture


@transaction.atomic
def add_download(*, file: Path, title: str, by: audit.Actor, source: str = "") -> Download:
    """Take a file for readers to download into the library. What it holds is the caller's to check."""
    with file.open("rb") as content:
        download = Download(title=title[:255], source=source[:500])
        download.file = File(content, name=file.name)
        download._set_document_file_metadata()  # noqa: SLF001 - what Wagtail's own upload view calls
        download.save()
    audit.record("download.added", download, by=by)
    return download
