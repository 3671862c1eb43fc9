"""Bytes to text, whatever the file says of its own encoding: every byte becomes some character."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO

from broadsheet.imports.wordpress.errors import Unreadable

PIECE = 256 * 1024
"""Bytes read at once."""

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
PACKED = ((b"\x1f\x8b", "gzip", "gunzip FILE"), (b"PK\x03\x04", "ZIP", "unzip FILE"))
WEB = frozenset(["utf-8", "ascii", "iso8859-1"])
"""Encodings that browsers and WordPress take for UTF-8 or Windows-1252."""

STRANGE = frozenset("idna punycode undefined raw-unicode-escape unicode-escape".split())
"""Codecs of Python's that no text file is written in."""

ESCAPED = re.compile("[\udc80-\udcff]+")
"""What Python makes of bytes that are no UTF-8."""


class Decoder:
    """The text of a file in pieces. `notes` says what had to be guessed, complete when the file is read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._strays = 0
        head = file.read(4096)
        file.seek(0)
        _need_plain(head)
        self._skip, self.encoding, self._fallback = _guess(head)

    @property
    def notes(self) -> list[str]:
        if not self._strays:
            return []
        read_as = self._fallback or "the replacement character"
        return [
            f"{self._strays} bytes are not valid {self.encoding.upper()}; they were read as {read_as}."
        ]

    def pieces(self) -> Iterator[str]:
        """The whole text, without the byte order mark."""
        errors = "surrogateescape" if self._fallback else "replace"
        decoder = codecs.getincrementaldecoder(self.encoding)(errors)
        self._strays = 0
        self._file.seek(self._skip)
        while data := self._file.read(PIECE):
            yield self._without_strays(decoder.decode(data))
        yield self._without_strays(decoder.decode(b"", final=True))

    def _without_strays(self, text: str) -> str:
        if not self._fallback:
            self._strays += text.count("\ufffd")
            return text
        return ESCAPED.sub(self._read_strays, text)

    def _read_strays(self, found: re.Match[str]) -> str:
        strays = found[0].encode("ascii", "surrogateescape")
        self._strays += len(strays)
        try:
            return strays.decode(self._fallback)
        except UnicodeDecodeError:
            return strays.decode("latin-1")


def _need_plain(head: bytes) -> None:
    if not head.strip():
        raise Unreadable(
            "The file is empty. Export again in WordPress: Tools → Export → All content."
        )
    for magic, name, command in PACKED:
        if head.startswith(magic):
            raise Unreadable(
                f"The file is packed ({name}). Unpack it first ({command}) and import each .xml file in it."
            )


def _guess(head: bytes) -> tuple[int, str, str]:
    """Bytes to skip, the encoding, and the one that stray bytes are read in (empty where there is none).

    A text in one of the old encodings of one byte for a character is hardly ever valid UTF-8 by accident, so
    UTF-8 is tried first wherever such an encoding is declared: exports often declare the wrong one.
    """
    for mark, encoding in MARKS:
        if head.startswith(mark):
            return len(mark), encoding, "windows-1252" if encoding == "utf-8" else ""
    if head[1:2] == b"\0" and head[:1] != b"\0":
        return 0, "utf-16-le", ""
    if head[:1] == b"\0":
        return 0, "utf-16-be", ""
    declared = re.search(rb"""<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)["']""", head)
    name = _known(declared[1].decode("ascii")) if declared else "utf-8"
    if name in WEB or name.startswith("utf-"):
        return 0, "utf-8", "windows-1252"
    try:
        b"\xe9".decode(name)
    except UnicodeDecodeError:
        return 0, name, ""
    return 0, "utf-8", name


def _known(name: str) -> str:
    try:
        found = codecs.lookup(name)
    except LookupError:
        return "utf-8"
    return "utf-8" if found.name in STRANGE or not found._is_text_encoding else found.name  # noqa: SLF001
