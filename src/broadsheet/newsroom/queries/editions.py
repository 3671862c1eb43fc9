"""What every page of one language's edition shows: its name plate, navigation, foot and sister editions."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from wagtail.models import Page

from broadsheet.kit.public import language_prefix
from broadsheet.kit.reads import reader
from broadsheet.newsroom.models import FrontPage, SectionPage, StaticPage

STEP = Page.steplen


@dataclass(frozen=True, slots=True)
class Plate:
    """One edition's identity. `prefix` is its language prefix in addresses, empty for the first language."""

    code: str
    prefix: str
    front_pk: int
    name: str
    tagline: str
    statement: str
    contact_email: str
    tree_path: str
    root_url_path: str

    @property
    def home(self) -> str:
        return f"{self.prefix}/"


@dataclass(frozen=True, slots=True)
class Link:
    """A page as a menu shows it; `tree_path` is its place in the tree, `depth` 1 for the top level."""

    pk: int
    title: str
    url: str
    tree_path: str
    depth: int


def tree_address(plate: Plate, url_path: str) -> str:
    """The public address of a page that is found by its place in the tree."""
    return f"{plate.prefix}/{url_path.removeprefix(plate.root_url_path)}"


@reader(lambda code: [f"list:plate/{code}"])
def plate(code: str) -> Plate | None:
    """The name plate of the edition in a language, or None when it has no live front page."""
    front = (
        FrontPage.objects.live()
        .filter(locale__language_code=code, depth=2)
        .values("pk", "title", "tagline", "statement", "contact_email", "path", "url_path")
        .first()
    )
    if front is None:
        return None
    return Plate(
        code,
        language_prefix(code),
        front["pk"],
        front["title"],
        front["tagline"],
        front["statement"],
        front["contact_email"],
        front["path"],
        front["url_path"],
    )


@reader(lambda: ["list:editions"])
def editions() -> list[tuple[str, str]]:
    """Language code and name of every live edition, the newsroom's first language first."""
    rows = FrontPage.objects.live().filter(depth=2).values_list("locale__language_code", "title")
    return sorted(rows, key=lambda row: (row[0] != settings.LANGUAGE_CODE, row[0]))


@reader(lambda: ["list:editions"])
def public_languages() -> dict[int, str]:
    """The languages of the live editions: id of the locale to language code."""
    rows = (
        FrontPage.objects.live().filter(depth=2).values_list("locale_id", "locale__language_code")
    )
    return dict(rows)


@reader(lambda plate: [f"list:sections/{plate.code}"])
def sections(plate: Plate) -> list[Link]:
    """All live sections of an edition in tree order."""
    rows = (
        SectionPage.objects.live()
        .filter(path__startswith=plate.tree_path)
        .order_by("path")
        .values_list("pk", "title", "url_path", "path", "depth")
    )
    return [
        Link(pk, title, tree_address(plate, url), path, depth - 2)
        for pk, title, url, path, depth in rows
    ]


def section_of(tree_path: str, known: list[Link]) -> Link | None:
    """The section that a page at this place of the tree belongs to: the nearest one above it."""
    above = [
        link
        for link in known
        if tree_path.startswith(link.tree_path) and tree_path != link.tree_path
    ]
    return max(above, key=lambda link: link.depth, default=None)


@reader(lambda plate: [f"list:pages/{plate.code}"])
def static_pages(plate: Plate) -> list[Link]:
    """The live static pages of an edition that are to be shown in menus, in tree order."""
    rows = (
        StaticPage.objects.live()
        .filter(path__startswith=plate.tree_path, show_in_menus=True)
        .order_by("path")
        .values_list("pk", "title", "url_path", "path", "depth")
    )
    return [
        Link(pk, title, tree_address(plate, url), path, depth - 2)
        for pk, title, url, path, depth in rows
    ]


@reader(lambda page: [f"list:translations/{page.translation_key}"])
def translations_of(page: Page) -> dict[str, str]:
    """Language code to public address of every live translation of a page, itself included."""
    found = (
        Page.objects.live()
        .filter(translation_key=page.translation_key)
        .select_related("locale")
        .specific()
    )
    return {other.locale.language_code: address_of(other) for other in found}


def address_of(page: Page) -> str:
    """The public address of any of our pages, as a path."""
    parts = page.get_url_parts()
    return parts[2] if parts and parts[2] else "/"
