"""Web addresses as archives hold them: which are safe, which are the old site's own, which name the same picture."""

from __future__ import annotations

import re
from urllib.parse import unquote, urljoin, urlsplit

PLAIN_ADDRESS = re.compile(
    r"https?://(?:[a-z0-9\u00a1-\uffff](?:[a-z0-9\u00a1-\uffff-]{0,61}[a-z0-9\u00a1-\uffff])?\.)*"
    r"(?:localhost|[a-z\u00a1-\uffff][a-z0-9\u00a1-\uffff-]{0,61}[a-z0-9\u00a1-\uffff]|\d{1,3}(?=[:/?#]|$))"
    r"(?::\d{2,5})?(?:[/?#][^\s<>\"\\]*)?",
    re.IGNORECASE,
)
LONGEST = 2000
INVISIBLE = re.compile(
    "[\x00-\x20\x7f-\x9f\xad\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
SIZED = re.compile(r"(?:-\d{1,5}x\d{1,5}|-scaled|-rotated)(?=\.\w{2,5}$)")
PHOTON = re.compile(r"^i[0-3]\.wp\.com$")
FOLLOWED = frozenset(["http", "https", "mailto", "tel"])


def safe_address(url: str, base: str = "") -> str:
    """The address made absolute, empty unless it leads to the web, to mail or to a telephone."""
    cleaned = INVISIBLE.sub("", url)
    if not cleaned or cleaned.startswith("#"):
        return ""
    try:
        joined = urljoin(f"{base.rstrip('/')}/", cleaned) if base else cleaned
        parts = urlsplit(joined)
    except ValueError:
        return ""
    if parts.scheme.lower() not in FOLLOWED or len(joined) > LONGEST:
        return ""
    if parts.scheme.lower() in ("http", "https") and not parts.hostname:
        return ""
    return joined


def web_address(url: str, base: str = "") -> str:
    """As `safe_address`, but empty unless it is a web address that an editor could have typed into a form."""
    found = safe_address(url, base)
    return found if PLAIN_ADDRESS.fullmatch(found) else ""


def host_of(url: str) -> str:
    """The host in lower case without `www.`; empty where there is none."""
    try:
        return (urlsplit(url).hostname or "").lower().removeprefix("www.")
    except ValueError:
        return ""


def old_path(url: str, site: str) -> str | None:
    """Path and query, decoded and without a slash at the end, of an address on the old site; None for any other.

    The front page is `/`. What follows a `#` is no part of it.
    """
    if not site or not host_of(url) or host_of(url) != host_of(site):
        return None
    parts = urlsplit(url)
    path = unquote(parts.path, errors="replace").rstrip("/") or "/"
    return f"{path}?{parts.query}" if parts.query else path


def picture_key(url: str) -> str:
    """What the addresses of one picture's sizes and copies have in common: host and path of the whole picture."""
    host = host_of(url)
    try:
        path = unquote(urlsplit(url).path, errors="replace")
    except ValueError:
        return ""
    if PHOTON.match(host):
        host, _slash, path = path.lstrip("/").partition("/")
        path = f"/{path}"
    return f"{host}{SIZED.sub('', path)}" if host else ""


def file_name(url: str) -> str:
    """The last part of the path, decoded."""
    try:
        return unquote(urlsplit(url).path, errors="replace").rstrip("/").rpartition("/")[2]
    except ValueError:
        return ""


PLAYERS = (
    (
        re.compile(r"https?://(?:www\.)?youtube(?:-nocookie)?\.com/embed/([\w-]{6,})"),
        "https://www.youtube.com/watch?v={}",
    ),
    (re.compile(r"https?://player\.vimeo\.com/video/(\d+)"), "https://vimeo.com/{}"),
)


def place_of_player(url: str) -> str:
    """The page to look at what an embedded player shows."""
    for pattern, page in PLAYERS:
        if found := pattern.match(url):
            return page.format(found[1])
    return url
