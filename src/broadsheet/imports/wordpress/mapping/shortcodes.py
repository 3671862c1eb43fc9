"""WordPress's shortcodes: those that every WordPress knows become HTML, all others stay as the text they are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from html import escape, unescape

OPENING = re.compile(r"\[(\[?)([a-zA-Z][\w-]*)((?:[\s=/][^\[\]<>]*(?:<[^\[\]]*)?)?)\](\]?)")
ATTRIBUTE = re.compile(r"""([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'\]]+))|"([^"]*)"|(\S+)""")
WEB = re.compile(r"""https?://[^\s<>"'\]]+""")
IMAGE = re.compile(r"\s*((?:<a\b[^>]*>\s*)?<img\b[^>]*>(?:\s*</a>)?)", re.IGNORECASE)
SOUND_AND_FILM = ("mp3", "m4a", "ogg", "wav", "wma", "flac", "mp4", "m4v", "webm", "ogv", "flv")
SITES = frozenset(
    "youtube vimeo dailymotion twitter tweet instagram facebook soundcloud spotify tiktok ted flickr".split()
)

Attributes = dict[str, str]


def expand(source: str) -> tuple[str, Counter[str]]:
    """The text with known shortcodes as HTML, and the names of those that stayed text, with their numbers.

    A remark in brackets such as [sic] is no shortcode: only software's words have values, ends or long names.
    """
    parts: list[str] = []
    kept: Counter[str] = Counter()
    ends = _Ends(source)
    at = 0
    while (found := OPENING.search(source, at)) is not None:
        parts.append(source[at : found.start()])
        at = found.end()
        name = found[2].lower()
        if found[1] and found[4]:
            parts.append(f"[{found[2]}{found[3]}]")
            continue
        make = _KNOWN.get(name)
        inside, end = ends.inside(at, name) if make else ("", at)
        made = make(_attributes(found[3]), inside) if make else None
        if made is None:
            parts.append(found[0])
            if "=" in found[3] or "_" in name or "-" in name or ends.next(at, name) >= 0:
                kept[name] += 1
        else:
            parts.append(f"{found[1]}{made}{found[4]}")
            at = end
    return "".join([*parts, source[at:]]), kept


class _Ends:
    """Where shortcodes end. Each end is looked for once: a text of a million openings is read in one go."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._found: dict[str, int] = {}

    def next(self, at: int, name: str) -> int:
        """The next end of a shortcode of this name, -1 for none."""
        known = self._found.get(name)
        if known is None or 0 <= known < at:
            known = self._found[name] = self._source.find(f"[/{name}]", at)
        return known

    def inside(self, at: int, name: str) -> tuple[str, int]:
        """What stands between a shortcode and its end, and where that is; nothing for one without an end."""
        end = -1 if name in ("gallery", *SITES) else self.next(at, name)
        if end < 0 or self._source.find(f"[{name}", at, end) >= 0:
            return "", at
        return self._source[at:end], end + len(name) + 3


def _attributes(text: str) -> Attributes:
    """Named attributes, and the first bare word under an empty name."""
    found: Attributes = {}
    for name, double, single, bare, quoted, word in ATTRIBUTE.findall(text.replace("\u00a0", " ")):
        key = name.lower()
        found.setdefault(key, unescape(double or single or bare or quoted or word))
    return found


def _caption(attributes: Attributes, inside: str) -> str | None:
    image = IMAGE.match(inside)
    if image is None:
        return None
    words = inside[image.end() :].strip() or escape(attributes.get("caption", ""))
    ident = re.sub(r"\D", "", attributes.get("id", ""))
    return (
        f'\n\n<figure class="wp-caption" data-id="{ident}">{image[1]}'
        f"<figcaption>{words}</figcaption></figure>\n\n"
    )


def _gallery(attributes: Attributes, inside: str) -> str:
    idents = re.findall(r"\d+", attributes.get("ids", "") or attributes.get("include", ""))
    return (
        "\n\n"
        + "".join(f'<img data-id="{ident}">' for ident in idents)
        + ("\n\n" if idents else '<img data-gallery="all">\n\n')
    )


def _player(attributes: Attributes, inside: str) -> str | None:
    """Sound, film, or whatever another site shows: its address, and the words that were written inside."""
    named = [attributes.get(key, "") for key in ("src", *SOUND_AND_FILM, "")]
    texts = [*named, unescape(inside), *attributes.values()]
    url = next((found[0] for text in texts if (found := WEB.search(text))), None)
    if url is None:
        return None
    words = WEB.sub("", inside) if inside else ""
    return f'\n\n<iframe src="{escape(url)}"></iframe>\n\n{words}'


_KNOWN: dict[str, Callable[[Attributes, str], str | None]] = {
    "caption": _caption,
    "wp_caption": _caption,
    "gallery": _gallery,
    **dict.fromkeys(["embed", "audio", "video", *SITES], _player),
}
