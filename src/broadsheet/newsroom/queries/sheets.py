"""What many documents are going to ask, loaded for all of them in a few queries; see `kit.public.Imposition`.

Each answer and its keys are those that the reader itself would have come to: a full run with and without this is
the same, byte for byte and key for key, and a test says so. What is left out here documents ask themselves.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page

from broadsheet.kit.public import Imposition, keys_held
from broadsheet.kit.reads import foresee, recording
from broadsheet.newsroom.models import Article, Author, Series, Topic
from broadsheet.newsroom.queries import editions, redirects, stories
from broadsheet.newsroom.queries.editions import address_of, public
from broadsheet.newsroom.queries.memberships import sections_by_path
from broadsheet.newsroom.queries.share_cards import foresee_share_cards

FEW = 12
"""Documents of one month below which it is cheaper to ask for the stories of each than to sort all the month's."""

MOST = 4000
"""Stories loaded at once, so that a full run of any archive stays small."""

LINK = re.compile(r"<a\b[^>]*\blinktype=\\?\"page\\?\"[^>]*>")
LINKED = re.compile(r"\bid=\\?\"(\d+)\\?\"")

REGISTERS: dict[str, tuple[type[Author | Topic | Series], Callable[[int], Any]]] = {
    "author": (Author, stories.author),
    "topic": (Topic, stories.topic),
    "series": (Series, stories.series),
}


def page_place(ident: str) -> str:
    """A page beside its text-only edition."""
    return f"page {ident:0>12}"


def month_place(ident: str) -> str:
    """All that shows the stories of a month side by side."""
    scope, _, month = ident.rpartition("/")
    return f"month {month} {scope}"


def feed_place(ident: str) -> str:
    """The feeds of a section, author or topic beside its page."""
    return f"scope {ident.partition('/')[2]}"


def register_imposition(name: str) -> Imposition:
    """How the pages of authors, topics or series share sheets with their feeds."""

    def load(idents: Sequence[str]) -> None:
        _foresee_rows({f"{name}/{ident}" for ident in idents})

    return Imposition(lambda ident: f"scope {name}/{ident}", load)


def redirect_place(ident: str) -> str:
    """Redirects beside each other."""
    return f"redirect {ident:0>12}"


# Pages ------------------------------------------------------------------------------------------


def foresee_pages(idents: Sequence[str]) -> None:
    """Load pages with what they show, their translations, the stories they lead on to and where their links lead."""
    ids = sorted(set(map(int, idents)))
    found = _foresee_whole(ids)
    if found:
        foresee_share_cards(ids)
        _foresee_translations(found)
        _foresee_related([page for page in found.values() if isinstance(page, Article)])
        _foresee_links(found.values())


def _foresee_whole(ids: Iterable[int]) -> dict[int, Page]:
    classes = defaultdict(list)
    for row in public(Page.objects).filter(pk__in=ids):
        if row.specific_class in stories.OURS:
            classes[row.specific_class].append(row.pk)
    found = {
        page.pk: page
        for model, pks in classes.items()
        for page in stories.whole_pages(model).filter(pk__in=pks)
    }
    for pk in ids:
        page = found.get(pk)
        foresee(stories.page, (pk,), page, keys_held([page]) if page else ())
    return found


def _languages() -> tuple[dict[int, str], set[str]]:
    """The languages of the live editions, and what was read to know them."""
    with recording() as reads:
        found = editions.public_languages()
    return found, reads.keys


def _foresee_translations(found: dict[int, Page]) -> None:
    languages, read = _languages()
    keys = {page.translation_key for page in found.values()}
    rows = public(Page.objects).filter(translation_key__in=keys, locale_id__in=languages)
    pairs = list(rows.values_list("translation_key", "pk"))
    others = {pk for _key, pk in pairs if pk not in found}
    known = {**found, **_specific(others)}
    groups = defaultdict(list)
    for key, pk in pairs:
        if pk in known:
            groups[key].append(known[pk])
    for page in found.values():
        group = groups[page.translation_key]
        answer = {other.locale.language_code: address_of(other) for other in group}
        held = {f"page:{other.pk}" for other in group}
        foresee(editions.translations_of, (page,), answer, held | read)


def _specific(ids: Iterable[int]) -> dict[int, Page]:
    if not ids:
        return {}
    rows = Page.objects.filter(pk__in=ids).select_related("locale").specific()
    return {page.pk: page for page in rows}


def _foresee_related(found: Iterable[Article]) -> None:
    stories.chosen_stories({pk for story in found for pk in stories.related_ids(story)})


def _foresee_links(found: Iterable[Page]) -> None:
    linked = [_pages_linked(page) for page in found]
    wanted = {pk for ids in linked for pk in ids}
    if not wanted:
        return
    _languages_known, read = _languages()
    addresses = stories.page_addresses(sorted(wanted))
    for ids in linked:
        answer = {pk: addresses[pk] for pk in ids if pk in addresses}
        foresee(stories.page_addresses, (ids,), answer, read)


def _pages_linked(page: Page) -> list[int]:
    """The pages that a page's text links to, as far as that can be seen without taking it apart."""
    body = getattr(page, "body", None)
    text = str(body.raw_data) if body else ""
    links = LINK.findall(text) if "linktype" in text else ()
    return sorted({int(found[1]) for link in links if (found := LINKED.search(link))})


# Lists ------------------------------------------------------------------------------------------


def foresee_feeds(idents: Sequence[str]) -> None:
    """Load whose feeds they are."""
    _foresee_rows({ident.partition("/")[2] for ident in idents})


def _foresee_rows(scopes: Iterable[str]) -> None:
    """Load the authors, topics, series and section pages of scopes."""
    wanted = defaultdict(set)
    for scope in scopes:
        kind, _, ident = scope.partition("/")
        wanted[kind].add(ident)
    for kind, (model, ask) in REGISTERS.items():
        ids = sorted(map(int, wanted[kind]))
        if not ids:
            continue
        rows = model.objects.select_related(*(["portrait"] if model is Author else []), "locale")
        found = rows.in_bulk(ids)
        for pk in ids:
            row = found.get(pk)
            foresee(ask, (pk,), row, keys_held([row]) if row else ())
    if wanted["section"]:
        _foresee_whole(sorted(map(int, wanted["section"])))


def foresee_months(idents: Sequence[str]) -> None:
    """Load the stories of months that several documents show, and whose archives these are."""
    scopes = defaultdict(set)
    for ident in idents:
        scope, _, month = ident.rpartition("/")
        scopes[month].add(scope)
    _foresee_rows({scope for found in scopes.values() for scope in found})
    budget = MOST
    for month, wanted in sorted(scopes.items()):
        if len(wanted) < FEW:
            continue
        published = public(Article.objects).filter(
            first_published_at__range=stories.instants(month)
        )
        budget -= published.count()
        if budget < 0:
            return
        _foresee_month(month, wanted, published)


def _foresee_month(month: str, wanted: set[str], published: Any) -> None:
    newest = published.order_by("-first_published_at", "-pk")
    members = _members(stories.chosen_stories(newest.values_list("pk", flat=True)))
    for scope in wanted:
        foresee(stories.month_ids, (scope, month), members[scope], ())


def _members(found: Sequence[Article]) -> dict[str, list[int]]:
    """The ids of stories by the scopes that they belong to, in the order in which they come."""
    sections = sections_by_path()
    through = Article.topics.through.objects.filter(article_id__in=[story.pk for story in found])
    topics = defaultdict(set)
    for story, topic in through.values_list("article_id", "topic_id"):
        topics[story].add(topic)
    members: dict[str, list[int]] = defaultdict(list)
    for story in found:
        scopes = {f"site/{story.locale.language_code}"}
        ends = range(Page.steplen, len(story.path) + 1, Page.steplen)
        scopes |= {
            f"section/{sections[story.path[:end]]}" for end in ends if story.path[:end] in sections
        }
        scopes |= {f"author/{byline.author_id}" for byline in story.bylines.all()}
        scopes |= {f"topic/{topic}" for topic in topics[story.pk]}
        scopes.add(f"series/{story.series_id}")
        for scope in scopes:
            members[scope].append(story.pk)
    return members


# Redirects --------------------------------------------------------------------------------------


def foresee_redirects(idents: Sequence[str]) -> None:
    """Load redirects and the addresses of the pages that they lead to."""
    ids = sorted(set(map(int, idents)))
    rows = Redirect.objects.in_bulk(ids)
    pages = {row.redirect_page_id for row in rows.values() if row.redirect_page_id}
    with recording() as reads:
        addresses = stories.page_addresses(sorted(pages)) if pages else {}
    read = {key for key in reads.keys if not key.startswith("page:")}
    for pk in ids:
        row = rows.get(pk)
        held = keys_held([row]) if row else set()
        if row and row.redirect_page_id:
            held |= {f"page:{row.redirect_page_id}", *read}
        foresee(redirects.redirect, (pk,), redirects.led(row, addresses) if row else None, held)
