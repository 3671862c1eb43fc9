"""The newsroom whose reader pages are looked at, as the tests know it."""

from __future__ import annotations

import http.client
import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Page

from running import fetch

TESTS = Path(__file__).resolve().parent.parent
TOOLS = TESTS / "tools" / "node_modules"
EDITOR, PASSWORD = "editor@ledger.example", "a long and quiet river"
KINDS = (
    "front section article analysis opinion feature interview pictures text author series topic month static "
    "search nothing error gone campaign give confirm promise mistaken thanks open expected pledge statement enter code "
    "entrance stop"
).split()
"""The kinds of pages that readers see as nobody in particular; each has a specimen in English and in Arabic."""
ROOM = ("room", "own", "erase", "last")
"""The kinds of pages of a supporter's own room, with specimens in the same way."""
COOKIE = "room"
EAGER = "eager@reader.example"
SENT = {"challenge": 422, "sent": 200}
"""The kinds of pages that answer a form of the confirm page, whose specimen is where that is: what whoever begins too
many gifts has to prove, and that a link was sent to them instead; with their status."""
ALL = (*KINDS, *ROOM, *SENT)
NONCE = re.compile(r'name="nonce" value="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Site:
    """A served newsroom: `pages` holds `<kind> <language>` to the path of such a page, `key` opens a room, `desk`
    the desk to somebody who may see money."""

    directory: Path
    port: int
    pages: dict[str, str] = field(repr=False)
    key: str = field(repr=False)
    desk: str = field(repr=False)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def url(self, kind: str, code: str) -> str:
        """Where the specimen of a kind is, in a language."""
        return self.origin + self.pages[f"{kind} {code}"]

    def visit(self, page: Page, kind: str, code: str) -> None:
        """Go there: into the room as its supporter, to any other page as nobody; or be answered a form."""
        page.context.clear_cookies(name=COOKIE)
        if kind in ROOM:
            page.context.add_cookies([{"name": COOKIE, "value": self.key, "url": self.origin}])
        url = self.url(kind, code)
        if kind in SENT:
            status, headers, body = self.answer(kind, code)
            page.route(url, lambda route: route.fulfill(status=status, headers=headers, body=body))
        page.goto(url)
        page.unroute(url)

    def document(self, kind: str, code: str) -> bytes:
        """The same page as it is sent."""
        if kind in SENT:
            return self.answer(kind, code)[2]
        cookie = {"Cookie": f"{COOKIE}={self.key}"} if kind in ROOM else {}
        return fetch(self.port, self.pages[f"{kind} {code}"], **cookie)[1]

    def answer(self, kind: str, code: str) -> tuple[int, dict[str, str], bytes]:
        """What the form of the confirm page is answered: status, headers, body."""
        path = self.pages[f"{kind} {code}"]
        nonce = NONCE.search(fetch(self.port, path)[1].decode("utf-8"))
        assert nonce is not None, path
        said = {"nonce": nonce[1], "amount": "25", "email": EAGER}
        if kind == "sent":  # few are sent to one address
            said |= {"letter": "1", "email": f"{secrets.token_hex(8)}@reader.example"}
        headers = {"Origin": self.origin, "Content-Type": "application/x-www-form-urlencoded"}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("POST", path, urlencode(said), headers)
            response = connection.getresponse()
            assert response.status == SENT[kind], kind
            return response.status, dict(response.getheaders()), response.read()
        finally:
            connection.close()


def sign_in(page: Page, site: Site) -> None:
    """Sign in at the desk as the editor of `building.py`, once."""
    page.goto(f"{site.origin}/desk/login/")
    if page.locator("[name=password]").count():
        page.fill("[name=username]", EDITOR)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url("**/desk/")
