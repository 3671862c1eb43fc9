"""Asking an ASGI application directly: a request as a server would pass it on, and the whole answer, looked at."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from broadsheet.press.newsstand.asgi import Application


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


async def behind(scope: Any, receive: Any, send: Any) -> None:
    """An application that tells that it was asked, by the status 299."""
    await send({"type": "http.response.start", "status": 299, "headers": []})
    await send({"type": "http.response.body", "body": scope["path"].encode()})


async def request(
    application: Application, path: str, query: str, method: str, **headers: str
) -> Answer:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": unquote(path),
        "raw_path": path.encode("latin-1"),
        "query_string": query.encode(),
        "headers": [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()],
    }
    await application(scope, None, send)  # type: ignore[arg-type]
    body = b"".join(message["body"] for message in sent[1:])
    pairs = {k.decode(): v.decode() for k, v in sent[0]["headers"]}
    assert len(pairs) == len(sent[0]["headers"])
    assert [m.get("more_body", False) for m in sent[1:]] == [True] * (len(sent) - 2) + [False]
    if method != "HEAD" and "content-length" in pairs and sent[0]["status"] != 304:
        assert int(pairs["content-length"]) == len(body)
    return Answer(sent[0]["status"], pairs, body)


def ask(
    application: Application, path: str, *, query: str = "", method: str = "GET", **headers: str
) -> Answer:
    return asyncio.run(request(application, path, query, method, **headers))
