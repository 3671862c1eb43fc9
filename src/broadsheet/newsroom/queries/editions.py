"""What every page of one language's edition shows: its name plate, navigation, foot and sister editions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.conf import settings
from django.db.models import Q
from wagtail.models import Page, PageViewRestriction

from broadsheet.kit.public import language_prefix
from broadsheet.kit.reads import reader
from broadsheet.newsroom.models import Article, FrontPage, SectionPage, StaticPage


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

    @property
    def home(self) -> str:
        return f"{self.prefix}/"


@dataclass(frozen=True, slots=True)
class Link:
    """A page as a menu shows it; `url_path` is its place in the tree by slugs, `depth` 1 for the top level.

    By slugs and not by treebeard's path, which changes without a word when a neighbour is moved.
    """

    pk: int
    title: str
    url: str
    url_path: str
    depth: int


def tree_address(prefix: str, url_path: str) -> str:
    """The public address of a page that is found by its place in the tree: its path below the front page's."""
    return f"{prefix}/{url_path.split('/', 2)[2]}"


# No key: whoever makes a page private, or public again, marks all below it (`handlers.on_restricted`).
@reader(list, shared=True)
def restricted() -> tuple[str, ...]:
    """The places in the tree of the pages that are kept private at the desk: hardly ever any."""
    return tuple(PageViewRestriction.objects.values_list("page__path", flat=True))


def public(pages: Any) -> Any:
    """The pages of a queryset that are public: live, not kept private at the desk, nor below one that is."""
    private = [Q(path__startswith=path) for path in restricted()]
    return pages.live().exclude(reduce(or_, private)) if private else pages.live()


def few(model: type[Page]) -> Any:
    """All pages of a kind of which there are few, in tree order."""
    # By their numbers: asked for what they are, a database that keeps no statistics looks through every page.
    numbers = list(model.objects.order_by().values_list("page_ptr_id", flat=True))
    return model.objects.filter(pk__in=numbers).order_by("path")


# No key: whoever asks names what of it they tell.
@reader(list, shared=True)
def _fronts() -> list[dict[str, Any]]:
    """What there is to know of the live front pages of all languages, in tree order."""
    return list(
        public(few(FrontPage))
        .filter(depth=2)
        .values(
            "pk",
            "title",
            "tagline",
            "statement",
            "contact_email",
            "path",
            "locale_id",
            "locale__language_code",
        )
    )


@reader(lambda code: [f"list:plate/{code}"], shared=True)
def plate(code: str) -> Plate | None:
    """The name plate of the edition in a language, or None when it has no live front page."""
    front = next((one for one in _fronts() if one["locale__language_code"] == code), None)
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
    )


@reader(lambda: ["list:editions"], shared=True, lasting=True)
def editions() -> list[tuple[str, str]]:
    """Language code and name of every live edition, the newsroom's first language first."""
    rows = [(one["locale__language_code"], one["title"]) for one in _fronts()]
    return sorted(rows, key=lambda row: (row[0] != settings.LANGUAGE_CODE, row[0]))


@reader(lambda: ["list:editions"], shared=True, lasting=True)
def public_languages() -> dict[int, str]:
    """The languages of the live editions: id of the locale to language code."""
    return {one["locale_id"]: one["locale__language_code"] for one in _fronts()}


@reader(lambda plate: [f"list:sections/{plate.code}"], shared=True, lasting=True)
def sections(plate: Plate) -> list[Link]:
    """All live sections of an edition in tree order."""
    return _links(plate, public(few(SectionPage)))


def _links(plate: Plate, pages: Any) -> list[Link]:
    """Those of a few pages that are in an edition. Looked through here: a database that keeps no statistics would
    look through every page of the edition for them."""
    return [
        Link(pk, title, tree_address(plate.prefix, url_path), url_path, depth - 2)
        for path, pk, title, url_path, depth in pages.values_list(
            "path", "pk", "title", "url_path", "depth"
        )
        if path.startswith(plate.tree_path)
    ]


def section_of(url_path: str, known: list[Link]) -> Link | None:
    """The section that a page at this place of the tree belongs to: the nearest one above it."""
    above = [
        link for link in known if url_path.startswith(link.url_path) and url_path != link.url_path
    ]
    return max(above, key=lambda link: link.depth, default=None)


@reader(lambda plate: [f"list:pages/{plate.code}"], shared=True, lasting=True)
def static_pages(plate: Plate) -> list[Link]:
    """The live static pages of an edition that are to be shown in menus, in tree order."""
    return _links(plate, public(few(StaticPage)).filter(show_in_menus=True))


@reader(lambda page: [f"list:translations/{page.translation_key}"])
def translations_of(page: Page) -> dict[str, str]:
    """Language code to address of every public translation of a page, itself included."""
    found = (
        public(Page.objects)
        .filter(translation_key=page.translation_key, locale_id__in=public_languages())
        .select_related("locale")
        .specific()
    )
    return {other.locale.language_code: address_of(other) for other in found}


def address_of(page: Page) -> str:
    """The public address of any of our pages, as a path. Asks no cache: another process may have changed the tree."""
    if isinstance(page, Article):
        return page.address or page.current_address()
    return tree_address(language_prefix(page.locale.language_code), page.url_path)
