"""How addresses look, and the headers that go with each look: what a web server's configuration can know. Pure.

A server knows a file's address and nothing else of it. Most documents whose addresses look alike have the same
headers; those that have not are named one by one.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from broadsheet.press.edition import Entry
from broadsheet.press.edition.compression import LEAST, is_compressible
from broadsheet.press.export.layout import file_of
from broadsheet.press.newsstand.policies import LASTING, headers_for

MOVED = (301, 302, 307, 308)

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Look:
    """Addresses that match a pattern and are answered with a status."""

    pattern: str
    """For Python, PCRE and RE2; begins with `^`, ends with `$`."""
    status: int


@dataclass(slots=True)
class Looks:
    """What a server has to know of an edition, besides its files."""

    rules: dict[Look, Headers] = field(default_factory=dict)
    """The first that matches counts."""
    redirects: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Status and Location by address."""
    unheld: list[str] = field(default_factory=list)
    """Addresses that a plain tree cannot hold: the newsstand answers them."""
    missing: list[str] = field(default_factory=list)
    """Addresses of not-found pages."""

    def are_true_for(self, entry: Entry) -> bool:
        """Whether nothing has to be added for this entry."""
        if entry.status in MOVED:
            return self.redirects.get(entry.path) == (entry.status, location(entry))
        if file_of(entry.path, entry.status) is None:
            return entry.path in self.unheld
        if entry.status == 404 and entry.path not in self.missing:
            return False
        found = next((look for look in self.rules if matches(look, entry)), None)
        return found is not None and self.rules[found] == headers(entry)

    def name(self, path: str) -> bool:
        """Whether something is said of this one address."""
        exact = exactly(path)
        return (
            path in self.redirects
            or path in self.unheld
            or any(look.pattern == exact for look in self.rules)
        )


def looks_of(entries: Iterable[Entry], languages: Iterable[str]) -> Looks:
    """What has to be known of these entries; `languages` are those whose addresses have a prefix."""
    made = Looks()
    known = list(_patterns(languages))
    found: dict[Look, dict[Headers, list[str]]] = {}
    for entry in entries:
        if entry.status in MOVED:
            made.redirects[entry.path] = (entry.status, location(entry))
        elif file_of(entry.path, entry.status) is None:
            made.unheld.append(entry.path)
        else:
            if entry.status == 404:
                made.missing.append(entry.path)
            sent = headers(entry)
            found.setdefault(_look(entry, known), {}).setdefault(sent, []).append(entry.path)
    order = {pattern: number for number, pattern in enumerate(known)}
    wide: dict[Look, Headers] = {}
    # Folders come before what is found anywhere.
    for look in sorted(
        found,
        key=lambda one: (order.get(one.pattern, len(order)), "/(" in one.pattern[:3], one.pattern),
    ):
        # The headers of a look are those that most have; others are named.
        wide[look] = max(found[look], key=lambda sent: (len(found[look][sent]), sent))
        for sent, paths in sorted(found[look].items()):
            if sent != wide[look]:
                made.rules |= {Look(exactly(path), look.status): sent for path in sorted(paths)}
    made.rules |= wide
    return made


def headers(entry: Entry) -> Headers:
    """The headers of an entry that depend on neither its bytes nor their coding, sorted."""
    kept = next((start for start in LASTING if entry.path.startswith(start)), "/")
    return _headers(kept, entry.status, entry.content_type, entry.headers)


@functools.lru_cache(maxsize=256)
def _headers(path: str, status: int, content_type: str, own: Headers) -> Headers:
    entry = Entry("", path, status, content_type, own, "", 0)
    sent = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers_for(entry)]
    if is_compressible(content_type, LEAST):
        sent.append(("vary", "Accept-Encoding"))
    return tuple(sorted(sent))


def location(entry: Entry) -> str:
    """Where a redirect leads."""
    return dict(headers(entry)).get("location", "/")


def exactly(path: str) -> str:
    """The pattern of one address. Only what the three kinds of expressions read alike is escaped."""
    return "^" + re.sub(r"[\\.^$*+?{}\[\]|()#]", r"\\\g<0>", path) + "$"


def matches(look: Look, entry: Entry) -> bool:
    return look.status == entry.status and re.search(look.pattern, entry.path) is not None


def _patterns(languages: Iterable[str]) -> Iterator[str]:
    """How our addresses look, the narrower ones first; what has an end like `.webp` is found by that."""
    for prefix in (*(f"/{code}" for code in languages), ""):
        yield f"^{prefix}/[0-9]{{4}}/[0-9]{{2}}/[^/]+/$"
        yield f"^{prefix}/(.*/)?$"
    yield r"^/sitemap[^/]*\.xml$"
    yield r"^/(.*/)?feed\.xml$"
    yield r"^/(.*/)?opensearch\.xml$"
    yield r"^/(.*/)?meter\.svg$"


def _look(entry: Entry, known: list[str]) -> Look:
    for pattern in known:
        if re.search(pattern, entry.path):
            return Look(pattern, entry.status)
    _stem, dot, end = entry.path.rpartition("/")[2].rpartition(".")
    folder = next((start for start in LASTING if entry.path.startswith(start)), "/")
    if not dot or re.fullmatch(r"[A-Za-z0-9]+", end) is None:
        return Look(exactly(entry.path), entry.status)
    return Look(rf"^{folder}(.*/)?[^/]*\.{end}$", entry.status)
