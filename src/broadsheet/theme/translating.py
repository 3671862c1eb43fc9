"""The words that readers and supporters see, in every language we ship: collected, kept, compiled.

`python -m broadsheet.theme.translating` brings `theme/locale` up to date with the code.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).resolve().parents[1]
LOCALE = PACKAGE / "theme" / "locale"
LANGUAGES = ("ar", "es", "fr")
"""What we ship besides English, which is what the code is written in."""

PLACES = (
    "*/jinja2/**/*.*",
    "theme/**/*.py",
    "newsroom/choices.py",
    "newsroom/renderers/**/*.py",
    "appeals/**/*.py",
    "funding/forms/**/*.py",
    "funding/views/**/*.py",
    "funding/actions/**/*.py",
    "funding/renderers/**/*.py",
)
"""Where readers' words are. The desk's come with Wagtail and are no business of the theme."""

OF_THE_DESK = ("theme/models.py", "theme/choices.py")
"""Words of our own for the desk, which is in English."""

PLURALS = {
    "ar": "nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5;"
}
"""Where Babel's order of the forms is not the one that translators and their programs know."""

TEMPLATE_OPTIONS = dict.fromkeys(("newstyle_gettext", "trimmed", "trim_blocks"), "true")


class Words(Catalog):
    """A catalogue that says nothing of when and by which program it was written: the same words, the same bytes."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
            ("Language", str(self.locale or "")),
            ("Plural-Forms", PLURALS.get(str(self.locale), self.plural_forms)),
        ]


def found() -> Iterator[tuple[str, Any, str | None]]:
    """Every word of the code: file, text or (singular, plural), and the context that tells it from its like."""
    files = sorted({path for place in PLACES for path in PACKAGE.glob(place) if path.is_file()})
    files = [file for file in files if file.relative_to(PACKAGE).as_posix() not in OF_THE_DESK]
    keywords = {**DEFAULT_KEYWORDS, "gettext_lazy": None}
    for file in files:
        is_template = "jinja2" in file.parts
        method = "jinja2.ext:babel_extract" if is_template else "python"
        options = TEMPLATE_OPTIONS if is_template else {}
        for _line, text, _comments, context in extract_from_file(
            method, file, keywords=keywords, options=options
        ):
            yield file.relative_to(PACKAGE).as_posix(), text, context


def catalogue(code: str) -> Words:
    """All words of the code in a language, as far as its `.po` file knows them; what the code lost is left out."""
    known = read(code)
    words = Words(locale=code, fuzzy=False, header_comment=f"# Broadsheet in {code}.")
    for file, text, context in found():
        old = known.get(text, context)
        words.add(text, old.string if old else None, locations=[(file, 1)], context=context)
    return words


def read(code: str) -> Catalog:
    """The `.po` file of a language; empty where there is none yet."""
    file = _file(code, "po")
    return read_po(io.BytesIO(file.read_bytes() if file.exists() else b""), locale=code)


def po_bytes(words: Catalog) -> bytes:
    """A catalogue as a `.po` file."""
    made = io.BytesIO()
    write_po(made, words, width=100, include_lineno=False, sort_by_file=True)
    return made.getvalue()


def mo_bytes(words: Catalog) -> bytes:
    """A catalogue as a `.mo` file, which is what the running site reads."""
    made = io.BytesIO()
    write_mo(made, words)
    return made.getvalue()


def missing(words: Catalog) -> list[str]:
    """The words without a translation, or without one for some number."""
    return [text_of(message) for message in words if message.id and not all(forms_of(message))]


def forms_of(message: Any) -> list[str]:
    """A message's translations: one, or one for each kind of number."""
    return list(message.string) if message.pluralizable else [message.string]


def text_of(message: Any) -> str:
    """A message's English text, the singular where it has two."""
    return str(message.id[0] if message.pluralizable else message.id)


def _file(code: str, suffix: str) -> Path:
    return LOCALE / code / "LC_MESSAGES" / f"django.{suffix}"


def main() -> int:
    """Write every language's files anew; the exit status is 1 while a translation is missing."""
    status = 0
    for code in LANGUAGES:
        words = catalogue(code)
        _file(code, "po").parent.mkdir(parents=True, exist_ok=True)
        _file(code, "po").write_bytes(po_bytes(words))
        _file(code, "mo").write_bytes(mo_bytes(words))
        for text in missing(words):
            status = 1
            sys.stdout.write(f"{code}: not translated: {text}\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
