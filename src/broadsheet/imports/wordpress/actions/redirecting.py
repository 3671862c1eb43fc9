"""Old addresses that lead on: which can, which need not, and what is said about those that cannot."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.db import transaction
from wagtail.models import Page

from broadsheet.imports.wordpress.actions.run import BY, Run
from broadsheet.kit.public import language_prefix
from broadsheet.newsroom.actions.redirects import add_redirect
from broadsheet.newsroom.rules import RESERVED

LONGEST = 255
"""Characters of a redirect's old path."""


def lead_feed(run: Run) -> None:
    """Lead the programs that read the old site's feed to ours."""
    base = urlsplit(run.site).path.rstrip("/")
    new = f"{language_prefix(run.code)}/feed.xml"
    with transaction.atomic():
        lead(run, f"{base}/feed", new, link=new)


def lead(run: Run, old: str, new: str, *, page: Page | None = None, link: str = "") -> str:
    """Lead readers of an old path to a page, or to a path of ours. Returns what the report has to say, mostly nothing.

    An address that stays what it was needs no redirect.
    """
    if old in ("", "/") or old == new.rstrip("/"):
        return ""
    path = old.partition("?")[0]
    if len(old) > LONGEST:
        return f"Its old address is longer than {LONGEST} characters and is not redirected"
    if any(character in path for character in "\\#%?") or not old.isprintable() or "\ufffd" in old:
        return f"Its old address holds characters that no redirect can and is not redirected: {path[:80]}"
    if not add_redirect(old_path=old, page=page, link=link, by=BY):
        return f"Its old address leads elsewhere already: {old}"
    if path.split("/")[1] in RESERVED:
        return f"Its old address is one that the site needs for itself and may not lead on: {old}"
    return ""
