"""A whole import: what the file holds is looked at, then its files, its stories and pages, and their links."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from broadsheet.imports.wordpress.actions import items, stories
from broadsheet.imports.wordpress.actions.redirecting import lead_feed
from broadsheet.imports.wordpress.actions.run import Run, Survey
from broadsheet.imports.wordpress.choices import Result
from broadsheet.imports.wordpress.errors import UnknownLanguage
from broadsheet.imports.wordpress.gateways.downloads import Downloads
from broadsheet.imports.wordpress.journal import Journal
from broadsheet.imports.wordpress.mapping.addresses import safe_address
from broadsheet.imports.wordpress.mapping.fates import Kind
from broadsheet.imports.wordpress.queries import Brought, site_name
from broadsheet.imports.wordpress.reading import Export, Item
from broadsheet.kit import clock
from broadsheet.newsroom.models import FrontPage

Progress = Callable[[str, int, int, int], object]
"""Called with what is being done, items done, and bytes of the file read and in all."""


@dataclass(slots=True)
class Told:
    """What is told of the progress while the file is read again and again."""

    progress: Progress
    size: int
    items: int = 0

    def reading(self, doing: str) -> Callable[[int], None]:
        """What to call with the bytes read so far."""

        def tell(at: int) -> None:
            self.progress(doing, self.items, at, self.size)

        return tell


@dataclass(frozen=True, slots=True)
class Choices:
    """What was asked for. `language` is empty for the newsroom's first."""

    path: Path
    language: str = ""
    fetch_media: bool = False
    is_rehearsal: bool = False


@dataclass(slots=True)
class Summary:
    """What a run has done: its journal, and what is to be said of the file as a whole."""

    journal: Journal
    about: dict[str, Any]

    @property
    def is_good(self) -> bool:
        """Whether the file was read to its end and nothing failed."""
        return bool(self.about["complete"]) and not self.journal.counts()[Result.FAILED]


def import_export(*, choices: Choices, journal: Journal, progress: Progress) -> Summary:
    """Bring a WordPress export over, item by item, and say what became of each.

    What is here already is not brought twice, so a run that broke off is simply repeated. Presses nothing.
    Raises Unreadable and UnknownLanguage before anything is changed; where the database fails on the way, what
    was brought until then stays, and the journal has it.
    """
    export = Export(choices.path)
    front = _front(choices.language)
    survey, site = _survey(export, progress)
    with _run(export, survey, site, front, choices) as run:
        told = Told(progress, export.size)
        loose = _bring_all(run, journal, told)
        _relink(run, loose, told)
    return Summary(journal, about(choices, export, journal, site))


def about(choices: Choices, export: Export, journal: Journal, site: str) -> dict[str, Any]:
    """What is to be said of a run besides its items."""
    return {
        "file": str(choices.path),
        "site": site,
        "dry_run": choices.is_rehearsal,
        "complete": export.is_complete,
        "comments": journal.comments(),
        "notes": export.notes,
    }


def _front(language: str) -> FrontPage:
    fronts = {
        front.locale.language_code: front for front in FrontPage.objects.select_related("locale")
    }
    code = language or settings.LANGUAGE_CODE
    if code not in fronts:
        known = ", ".join(sorted(fronts)) or "none"
        raise UnknownLanguage(
            f"The newsroom has no edition in “{code}”. Choose one that it has ({known}), or add the language first."
        )
    return fronts[code]


@contextmanager
def _run(
    export: Export, survey: Survey, site: str, front: FrontPage, choices: Choices
) -> Iterator[Run]:
    source = site_name(site)
    fetches = choices.fetch_media and not choices.is_rehearsal
    downloads = Downloads(site) if fetches else None
    try:
        yield Run(
            export,
            survey,
            source,
            site,
            front,
            clock.newsroom_zone(),
            clock.now(),
            Brought(source, site, front, survey.reusable),
            downloads,
        )
    finally:
        if downloads:
            downloads.close()


def _survey(export: Export, progress: Progress) -> tuple[Survey, str]:
    """Read the file once for what is needed before the items come. Also finds out whether it can be read at all."""
    survey = Survey()
    first = ""
    for item in export.items(Told(progress, export.size).reading("Looking through")):
        first = first or safe_address(item.link) or safe_address(item.guid)
        if item.kind == "wp_block":
            survey.reusable[item.ident] = item.content
        elif item.kind == "page":
            survey.pages.add(item.ident)
        elif item.kind == "nav_menu_item" and item.meta.get("_menu_item_object") == "page":
            survey.menu_pages.add(item.meta.get("_menu_item_object_id", ""))
    parts = urlsplit(first)
    return survey, export.site or (f"{parts.scheme}://{parts.netloc}" if parts.netloc else "")


def _bring_all(run: Run, journal: Journal, told: Told) -> set[int]:
    """Bring everything over: files first, so that stories can show them; pages after those above them. Returns
    the numbers of items with links that lead to nothing yet."""
    loose: set[int] = set()
    lead_feed(run)

    def bring(item: Item) -> None:
        entry, is_loose = items.bring(run, item)
        journal.write(entry)
        told.items += 1
        if is_loose:
            loose.add(item.number)

    later: set[int] = set()
    for item in run.export.items(told.reading("Pictures and files")):
        if not item.fault and items.fate_in(run, item).kind in (Kind.STORY, Kind.PAGE):
            later.add(item.number)
        else:
            bring(item)
    while later:
        waiting: set[int] = set()
        for item in run.export.items(told.reading("Stories and pages"), later):
            if item.kind == "page" and stories.waits_for_parent(run, item):
                waiting.add(item.number)
            else:
                bring(item)
        if waiting == later:  # they are above one another
            run.survey.pages.clear()
        later = waiting
    return loose


def _relink(run: Run, loose: set[int], told: Told) -> None:
    """Put in the links to what came later in the file."""
    run.archive.forget()
    if loose:
        for item in run.export.items(told.reading("Links"), loose):
            items.relink(run, item)
