"""Stories as clumsy and hostile hands write them: too long, unbroken, turned around, with script in every field.

The words of each direction of writing come from its own script. `MARK` runs when an escape is missing.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

RUN = "document.documentElement.dataset.ran = 1"
MARK = f"\"'><script>{RUN}</script><img src=x onerror='{RUN}'>"
LINK = f'<a href="javascript:{RUN}">'
EMOJI = "👩‍👩‍👧‍👦🏳️‍🌈🇺🇳👍🏽🐟"
CORRECTED = dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC)
TURN = "\u202e\u2067"

WORDS = {
    "fr": ("river bridge council levy clinic harbour", "Donaudampfschifffahrt"),
    "fa": ("النهر الجسر المجلس الضريبة العيادة الميناء", "وسيستقبلونهمبالترحاب"),
}
"""Words between spaces, and one that has none, for the edition that is written in each direction."""


@dataclass(frozen=True, slots=True)
class Story:
    """One story's fields; `bylines` are names, `picture` is none, a sound or a broken file."""

    slug: str
    headline: str
    standfirst: str = ""
    body: list[tuple[str, Any]] = field(default_factory=list)
    bylines: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    picture: str = ""
    caption: str = ""


def long(code: str, length: int) -> str:
    """A text of exactly so many characters, with spaces."""
    words = f"{WORDS[code][0]} "
    return (words * (length // len(words) + 1))[: length - 1] + "."


def unbroken(code: str, length: int) -> str:
    """A text of exactly so many characters that no space divides."""
    word = WORDS[code][1]
    return (word * (length // len(word) + 1))[:length]


def stories(code: str) -> list[Story]:
    """The stories of an edition, oldest first."""
    return [
        Story("rain", "Rain", body=[("paragraph", "<p>Rain.</p>")]),
        _six_thousand(code),
        _of(code, "turned", f"{TURN}{WORDS[code][0]} 2026 (A) abc عربي", f"{TURN}עברית 12,5 % abc"),
        _of(code, "emoji", EMOJI * 8, EMOJI * 20),
        _of(code, "script", f"{MARK} {WORDS[code][0]}", MARK, link=LINK),
        _of(code, "longest", long(code, 400), long(code, 1000), bylines=3),
        _of(code, "unbroken", unbroken(code, 400), unbroken(code, 300), bylines=3),
    ]


def _six_thousand(code: str) -> Story:
    paragraph = f"<p>{'. '.join([WORDS[code][0]] * 20)}.</p>"
    section = [("heading", {"text": WORDS[code][0], "level": "2"}), *[("paragraph", paragraph)] * 5]
    return Story("six-thousand", long(code, 90), long(code, 200), section * 10)


def _of(
    code: str, slug: str, headline: str, words: str, *, bylines: int = 1, link: str = ""
) -> Story:
    """A story that holds the same words in every field there is."""
    link = link or f'<a href="https://{unbroken("fr", 60)}.example/{unbroken("fr", 200)}">'
    safe = words.replace("&", "&amp;").replace("<", "&lt;")
    names = tuple(f"{words[: 253 - number]} {number}" for number in range(bylines))
    table = {"data": [[words] * 5] * 3, "first_row_is_table_header": True}
    bars = [{"name": words, "number": number, "shown": words} for number in ("0", "12.5")]
    body = [
        ("paragraph", f"<p>{safe} <b>{safe}</b> {link}{safe}</a> <code>{safe}</code></p>{words}"),
        ("heading", {"text": words, "level": "2"}),
        ("quotation", {"text": words, "speaker": words, "role": words}),
        ("picture", {"image": "sound", "alt": words, "caption": words, "credit": words}),
        ("list", f"<ul><li>{safe}<ol><li>{link}{safe}</a></li></ol></li></ul>"),
        ("table", {"caption": words, "table": table}),
        ("chart", {"caption": words, "source": words, "bars": bars}),
        ("embed", {"url": f"https://host.example/{unbroken('fr', 150)}", "title": words}),
        ("preformatted", words),
        ("pull_quote", {"text": words}),
        ("fact_box", {"heading": words, "text": f"<p>{safe} {link}{safe}</a></p>{words}"}),
        (
            "audio",
            {"file": "sound.mp3", "title": words, "length": "1:02", "transcript": f"<p>{safe}</p>"},
        ),
        (
            "video",
            {
                "file": "film.mp4",
                "title": words,
                "length": "",
                "transcript": f"<p>{safe}</p>{words}",
                "poster": "broken" if slug == "longest" else "sound",
                "captions": "said.vtt",
            },
        ),
        ("footnotes", [f"<p>{safe}{words}</p>"]),
        (
            "sources",
            [{"name": words, "url": f"https://{unbroken('fr', 60)}.example/", "note": words}],
        ),
        ("corrections", [{"text": words, "published": CORRECTED}]),
    ]
    picture = "broken" if slug == "longest" else "sound"
    return Story(slug, headline, words, body, names, (words[:250],), picture, words)
