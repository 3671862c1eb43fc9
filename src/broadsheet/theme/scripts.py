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


PAGE_SCRIPTS = ("reader", "challenge")


@functools.cache
def page_script(name: str) -> Script:
    """What pages load: its address changes with its content, so it is kept by browsers for good."""
    content = (FOLDER / f"{name}.js").read_bytes()
    digest = hashlib.sha384(content).digest()
    path = f"/assets/{name}-{digest.hex()[:12]}.js"
    return Script(path, f"sha384-{base64.b64encode(digest).decode()}", content)


class ScriptKind:
    """`reader`, which stories load, `challenge`, which forms do, `offline`, the service worker a reader turns on."""

    name = "script"

    def idents(self) -> Iterable[str]:
        return [*PAGE_SCRIPTS, "offline"]

    def render(self, ident: str) -> Document | None:
        if ident in PAGE_SCRIPTS:
            return Document(page_script(ident).path, page_script(ident).content, JAVASCRIPT)
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
