"""Pictures that a text shows from the old site without an attachment in the export: fetched all the same."""

from __future__ import annotations

import re
import tempfile
from html import unescape
from pathlib import Path

from django.db import transaction

from broadsheet.imports.models import Origin
from broadsheet.imports.wordpress.actions.files import keep
from broadsheet.imports.wordpress.actions.run import Run
from broadsheet.imports.wordpress.errors import NotFetched
from broadsheet.imports.wordpress.mapping.addresses import (
    SIZED,
    file_name,
    old_path,
    picture_key,
    web_address,
)
from broadsheet.imports.wordpress.queries import ATTACHMENT, is_picture_name
from broadsheet.imports.wordpress.reading import Item

IMAGE = re.compile(r"<img\b[^>]*?\ssrc\s*=\s*[\"']([^\"'<>]+)[\"']", re.IGNORECASE)


def fetch_shown(run: Run, item: Item) -> list[str]:
    """Fetch the pictures of an item's text that are files of the old site and are in no attachment. Returns what
    to say of those that could not be had. Must be called outside of any transaction."""
    if run.downloads is None:
        return []
    notes = []
    for source in dict.fromkeys(IMAGE.findall(item.content)):
        url = web_address(unescape(source), run.site)
        if not url or old_path(url, run.site) is None or not is_picture_name(url):
            continue
        if run.archive.picture("", url) is None and (failure := _fetch(run, url)):
            notes.append(failure)
    return notes


def _fetch(run: Run, url: str) -> str:
    """Fetch a picture in its full size, or in the size shown where there is no other. Returns why not."""
    key = picture_key(url)
    if ("", key) in run.seen:
        return ""
    run.seen.add(("", key))
    whole = SIZED.sub("", url)
    failure = ""
    with tempfile.TemporaryDirectory(prefix="broadsheet-media-") as folder:
        for wanted in dict.fromkeys((whole, url)):
            try:
                fetched = run.downloads.fetch(wanted, Path(folder)) if run.downloads else None
            except NotFetched as error:
                failure = f"A picture was not fetched: {error} ({wanted})"
                continue
            if fetched is None or not fetched.is_picture:
                return f"A picture is none: {wanted}"
            about = {
                "url": wanted,
                "title": file_name(wanted)[:255],
                "alt": "",
                "caption": "",
                "credit": "",
            }
            origin = Origin(
                source=run.source, kind=ATTACHMENT, ident=key[:255], address=key[:700], about=about
            )
            with transaction.atomic():
                keep(origin, fetched)
            return ""
    return failure
