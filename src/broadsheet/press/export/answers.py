"""Answers of one sentence as files, with their headers; the same that the newsstand gives."""

from __future__ import annotations

from dataclasses import dataclass

from broadsheet.press.edition import Entry
from broadsheet.press.export.looks import Headers, headers
from broadsheet.press.newsstand import plain


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, a body, and the headers that do not depend on who asks."""

    status: int
    body: bytes
    headers: Headers


def _of(answer: plain.PlainAnswer) -> Answer:
    told = {name.decode(): value.decode() for name, value in answer.start["headers"]}
    sent = (pair for pair in told.items() if pair[0] not in {"content-length", "location"})
    return Answer(answer.start["status"], answer.body, tuple(sorted(sent)))


_MOVED = Entry("", "/", 301, "text/plain; charset=utf-8", (), "", 0)

ANSWERS = {
    "moved": Answer(301, b"", tuple(pair for pair in headers(_MOVED) if pair[0] != "vary")),
    "elsewhere": _of(plain.moved(301, "")),
    "bad": _of(plain.BAD_ADDRESS[400]),
    "readonly": _of(plain.NOT_ALLOWED),
    "missing": _of(plain.NOT_FOUND),
}
"""By the names of their files."""
