"""What templates do to values: isolate directions, write dates and numbers, form addresses."""

from __future__ import annotations

import datetime as dt
import functools
import json
import re
import unicodedata
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_decimal, format_percent
from django.conf import settings
from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from broadsheet.kit import clock
from broadsheet.theme.languages import active_language, active_locale

STEERING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
"""Characters that turn the direction of all that follows them."""

AGAINST = {"ltr": frozenset(["R", "AL"]), "rtl": frozenset(["L"])}
"""The directions of characters (Unicode UAX 9) that run against a page's own."""

COMPOUND = re.compile(r"\w[-‐–]\w")
"""Where a line may be broken after a hyphen, or a dash that joins years and names."""

SHORT = 18
"""Characters of a compound of which neither part is worth a line's end; a longer one may be broken."""

SPACES = re.compile(r"(\s+)")

UNSPEAKABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    + "".join(
        f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000)
    )
    + "]"
)
"""Characters that neither HTML nor XML may hold."""


CONTROLS = bytes([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F])
SPEAKABLE = bytes(byte for byte in range(0x80) if byte not in CONTROLS)
SUSPICIOUS = re.compile(
    rb"\xc2[\x80-\x9f]|\xed[\xa0-\xbf]|\xef(?:\xb7|\xbf[\xbe\xbf])|[\xf0-\xf4].\xbf[\xbe\xbf]",
    re.DOTALL,
)
"""Where such characters may be in UTF-8: to look there first is many times faster for a whole page."""


def isolate(text: object) -> Markup:
    """Text in a line of other text, whose direction must not change its neighbours'."""
    return Markup("<bdi>{}</bdi>").format(text)


def headline(text: object) -> Markup:
    """A headline, isolated, in which a short compound such as "ninety-four" stays whole where it fits the line.

    A page can ask that of an element alone, not of a hyphen. Such an element would part what runs against the rest
    of the line, so a headline of both directions has none.
    """
    marked = escape(text)
    said = marked.striptags() if isinstance(text, Markup) else str(text)
    if not COMPOUND.search(said) or _has_both_directions(said):
        return isolate(marked)
    return isolate(Markup("").join(_whole(word) for word in SPACES.split(marked)))


def _whole(piece: str) -> Markup:
    """A word of a headline, with the marks in it, as it stands there; the space between words is one, too."""
    word = Markup(piece)  # noqa: S704 - escaped as a whole
    said = word.striptags()
    is_kept = len(said) <= SHORT and COMPOUND.search(said)
    return Markup('<span class="whole">{}</span>').format(word) if is_kept else word


def _has_both_directions(text: str) -> bool:
    strong = {unicodedata.bidirectional(letter) for letter in text}
    return "L" in strong and not strong.isdisjoint(AGAINST["ltr"])


def plain(text: object) -> str:
    """One line of text where no markup can isolate it (titles, feeds): steering characters are taken out, and
    a text that runs against the page's direction is wrapped in isolating ones (Unicode UAX 9)."""
    return _plain(str(text), active_language().direction)


@functools.lru_cache(maxsize=4096)
def _plain(text: str, direction: str) -> str:
    """The same for one direction: a headline stands in several feeds, each in three formats."""
    line = " ".join(text.translate(STEERING).split())
    against = AGAINST[direction]
    if line.isascii() and "L" not in against:
        return line
    mixed = any(unicodedata.bidirectional(character) in against for character in line)
    return f"\u2068{line}\u2069" if mixed else line


def without_unspeakable(text: str) -> str:
    """The text without the characters that neither HTML nor XML may hold."""
    rare = text.encode(errors="surrogatepass").translate(None, SPEAKABLE)
    if not rare or (rare.translate(None, CONTROLS) == rare and not SUSPICIOUS.search(rare)):
        return text
    return UNSPEAKABLE.sub("", text)


def date(moment: dt.datetime) -> str:
    """The day of an instant in the newsroom's zone, as the page's language writes it."""
    return day(clock.day_of(moment))


def day(which: dt.date) -> str:
    """A day as the page's language writes it."""
    return format_date(which, "long", locale=active_locale())


def day_and_time(moment: dt.datetime) -> str:
    """Day and time of an instant in the newsroom's zone, as the page's language writes them."""
    time = format_time(moment, "short", tzinfo=clock.newsroom_zone(), locale=active_locale())
    return _("%(day)s, %(time)s") % {"day": date(moment), "time": time}


def iso(moment: dt.datetime) -> str:
    """An instant for machines, in the newsroom's zone, to the second."""
    return moment.astimezone(clock.newsroom_zone()).isoformat(timespec="seconds")


def month(name: str) -> str:
    """A month such as `2026-11` as the page's language writes it."""
    return format_skeleton("yMMMM", dt.date.fromisoformat(f"{name}-01"), locale=active_locale())


def number(value: int | Decimal) -> str:
    """A number as the page's language writes it."""
    return format_decimal(value, locale=active_locale())


def percent(value: int) -> str:
    """Whole percent as the page's language writes them, the sign on its side and at its distance."""
    return format_percent(Decimal(value) / 100, locale=active_locale())


@functools.lru_cache(maxsize=4096)
def address(path: str) -> str:
    """A path of ours as it stands in a link."""
    return quote(path, safe="/:?&=#%+,;@!$'()*~")


def absolute(path: str) -> str:
    """A path of ours with the site's scheme and host before it."""
    return settings.BROADSHEET.url.rstrip("/") + address(path)


def data(value: Any) -> Markup:
    """A value as JSON for a `<script>` block of data: nothing in it can end the block."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - escaped above, by the rules of JSON


def paragraphs(text: str) -> Markup:
    """Plain text with its empty lines as paragraphs."""
    parts = [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]
    return Markup("\n").join(Markup("<p>{}</p>").format(lines(part)) for part in parts)


def lines(text: str) -> Markup:
    """Plain text with its line ends kept."""
    return Markup("<br>").join(escape(line.strip()) for line in text.strip().splitlines())
