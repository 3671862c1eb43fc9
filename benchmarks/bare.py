"""The least that an ASGI application can do: one body from memory. What the newsstand is measured against."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

BODY = Path(os.environ["BARE_BODY"]).read_bytes()
ANSWERS = {
    os.environ["BARE_PATH"]: {
        "type": "http.response.start",
        "status": 200,
        "headers": [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"content-encoding", b"gzip"),
            (b"content-length", str(len(BODY)).encode()),
        ],
    }
}


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answer every request for the one path, and nothing else."""
    if scope["type"] == "http" and scope["path"] in ANSWERS:
        await send(ANSWERS[scope["path"]])
        await send({"type": "http.response.body", "body": BODY})
