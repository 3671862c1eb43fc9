"""Answers of one sentence, for what the edition has no page for."""

from __future__ import annotations

from broadsheet.press.newsstand.asgi import HeaderList, Message, Scope, Send
from broadsheet.press.newsstand.policies import PAGE_POLICY, SECURITY

_COMMON: HeaderList = [
    (b"content-type", b"text/plain; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", PAGE_POLICY.encode()),
    *((name.encode(), value.encode()) for name, value in SECURITY.items()),
]


class PlainAnswer:
    """A status, a sentence, and further headers."""

    def __init__(
        self, status: int, sentence: str, headers: tuple[tuple[bytes, bytes], ...] = ()
    ) -> None:
        body = f"{sentence}\n".encode()
        length = (b"content-length", str(len(body)).encode())
        self.start: Message = {
            "type": "http.response.start",
            "status": status,
            "headers": [*_COMMON, *headers, length],
        }
        self.body = body

    async def send(self, scope: Scope, send: Send) -> None:
        await send(self.start)
        body = b"" if scope["method"] == "HEAD" else self.body
        await send({"type": "http.response.body", "body": body})


BAD_ADDRESS = {
    400: PlainAnswer(400, "This is not an address of ours."),
    414: PlainAnswer(414, "This address is too long."),
}
NOT_FOUND = PlainAnswer(404, "There is no such page.")
NOT_ALLOWED = PlainAnswer(405, "This page can only be read.", ((b"allow", b"GET, HEAD"),))
UNAVAILABLE = PlainAnswer(
    503, "This page cannot be read just now. Please come back shortly.", ((b"retry-after", b"10"),)
)
ELSEWHERE = PlainAnswer(
    503,
    "This part of the site cannot be reached just now. Please come back in a minute.",
    ((b"retry-after", b"30"),),
)
"""What one process says where another one is to answer. No 404 and no 421: whoever keeps an index of the site would
take the page out of it."""


def moved(status: int, location: str) -> PlainAnswer:
    """Send the reader to another address of this site."""
    return PlainAnswer(status, "This page is elsewhere.", ((b"location", location.encode()),))


def unsatisfiable(size: int) -> PlainAnswer:
    """Say that a range is not to be had from a body of `size` bytes."""
    header = (b"content-range", f"bytes */{size}".encode())
    return PlainAnswer(416, "There is no such part.", (header,))
