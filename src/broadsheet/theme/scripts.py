"""The few scripts of reader pages, as documents of the edition: small, deferred, named by what is in them."""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from broadsheet.kit.public import Document, register_kind

FOLDER = Path(__file__).parent / "js"
JAVASCRIPT = "text/javascript; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Script:
    """A script, where a page finds it, and the digest by which a browser knows that it is ours."""

    path: str
    integrity: str
    content: bytes


@functools.cache
def reader_script() -> Script:
    """What stories load: its address changes with its content, so it is kept by browsers for good."""
    content = (FOLDER / "reader.js").read_bytes()
    digest = hashlib.sha384(content).digest()
    path = f"/assets/reader-{digest.hex()[:12]}.js"
    return Script(path, f"sha384-{base64.b64encode(digest).decode()}", content)


class ScriptKind:
    """`reader`, which stories load, and `offline`, the service worker that a reader turns on."""

    name = "script"

    def idents(self) -> Iterable[str]:
        return ["reader", "offline"]

    def render(self, ident: str) -> Document | None:
        if ident == "reader":
            return Document(reader_script().path, reader_script().content, JAVASCRIPT)
        # A service worker answers for the folder it lies in: the whole site.
        return Document("/offline.js", (FOLDER / "offline.js").read_bytes(), JAVASCRIPT)

    def path(self, ident: str) -> str | None:
        document = self.render(ident)
        return document.path if document else None

    def born_of(self, keys: set[str]) -> Iterable[str]:
        return ()


def register() -> None:
    """Tell the press of our scripts."""
    register_kind(ScriptKind())
