"""Attachments: recorded always, fetched into the picture library or the downloads when that is asked for."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from broadsheet.imports.models import Origin
from broadsheet.imports.wordpress.actions.run import BY, Outcome, Run
from broadsheet.imports.wordpress.choices import Result
from broadsheet.imports.wordpress.errors import NotFetched
from broadsheet.imports.wordpress.gateways.downloads import Fetched
from broadsheet.imports.wordpress.mapping.addresses import file_name, picture_key, web_address
from broadsheet.imports.wordpress.mapping.names import one_line, shortened
from broadsheet.imports.wordpress.queries import ATTACHMENT, origin_of
from broadsheet.imports.wordpress.reading import Item
from broadsheet.newsroom.actions.registers import add_download, add_picture

CREDITS = ("_media_credit", "media_credit", "_credit", "_wp_attachment_image_credit")
SERIALIZED_CREDIT = re.compile(r'"(?:credit|copyright)";s:\d+:"([^"]+)"')
FETCHED = "fetched"
HERE = "already here, unchanged"
NOT_FETCHED = "recorded; run the import again with --fetch-media to fetch it"


@dataclass(frozen=True, slots=True)
class Catch:
    """What came of fetching a file: the file, or why there is none; neither where nothing was to be fetched."""

    fetched: Fetched | None = None
    failure: str = ""


@contextmanager
def caught(run: Run, item: Item, ident: str) -> Iterator[Catch]:
    """Fetch an attachment where that is wanted and was not done before, and hold the file for the block.

    Must be called outside of any transaction: nobody may wait for another's server.
    """
    origin = origin_of(run.source, ATTACHMENT, ident)
    url = _address_of(run, item)
    if run.downloads is None or not url or (origin is not None and origin.state == FETCHED):
        yield Catch()
        return
    with tempfile.TemporaryDirectory(prefix="broadsheet-media-") as folder:
        try:
            catch = Catch(run.downloads.fetch(url, Path(folder)))
        except NotFetched as error:
            catch = Catch(failure=f"{error} ({url})")
        yield catch


def bring_file(run: Run, item: Item, ident: str, catch: Catch) -> Outcome:
    """Record an attachment and keep what was fetched. Runs in the caller's transaction.

    A download that failed leaves the record, so that the next run tries again.
    """
    origin = origin_of(run.source, ATTACHMENT, ident)
    is_new = origin is None
    origin = origin or Origin(source=run.source, kind=ATTACHMENT, ident=ident)
    if is_new or origin.digest != item.digest():
        origin.digest, origin.parent, origin.about = (
            item.digest(),
            item.parent[:255],
            _about(run, item),
        )
        origin.address = picture_key(origin.about["url"])[:700]
        origin.save()
    result = Result.CREATED if is_new else Result.MERGED
    if origin.picture_id or origin.download_id:
        return Outcome(result, HERE, _desk_address(origin))
    if origin.state == FETCHED:
        return Outcome(Result.SKIPPED, "it was deleted here; it is not brought again")
    if not origin.about["url"]:
        return Outcome(Result.FAILED, "it has no address that could be fetched")
    if catch.failure:
        return Outcome(Result.FAILED, catch.failure)
    if catch.fetched is None:
        return Outcome(result, NOT_FETCHED if is_new else f"already {NOT_FETCHED}")
    keep(origin, catch.fetched)
    return Outcome(result, "fetched", _desk_address(origin))


def _address_of(run: Run, item: Item) -> str:
    return web_address(item.attachment or item.guid, run.site)


def _about(run: Run, item: Item) -> dict[str, Any]:
    name = item.attachment or item.guid
    credit = next((item.meta[key] for key in CREDITS if item.meta.get(key, "").strip()), "")
    if not credit:
        found = SERIALIZED_CREDIT.search(item.meta.get("_wp_attachment_metadata", ""))
        credit = found[1] if found else ""
    return {
        "url": _address_of(run, item),
        "title": shortened(one_line(item.title) or file_name(name), 255),
        "alt": shortened(one_line(item.meta.get("_wp_attachment_image_alt", "")), 255),
        "caption": one_line(item.excerpt),
        "description": one_line(item.content),
        "credit": shortened(one_line(credit), 255),
    }


def keep(origin: Origin, fetched: Fetched) -> None:
    """Take a fetched file into the library."""
    about = origin.about
    title = about["title"] or fetched.file.name
    source = about["url"] if len(about["url"]) <= 500 else ""
    if fetched.is_picture:
        origin.picture = add_picture(
            file=fetched.file,
            title=title,
            alt=about["alt"],
            credit=about["credit"],
            source=source,
            by=BY,
        )
    else:
        origin.download = add_download(file=fetched.file, title=title, source=source, by=BY)
    origin.state = FETCHED
    origin.save()


def _desk_address(origin: Origin) -> str:
    """Where the desk finds a file; readers find it in the stories that show it."""
    if origin.picture_id:
        return f"/desk/images/{origin.picture_id}/"
    return f"/desk/documents/edit/{origin.download_id}/"
