"""The part of ASGI that tells an application when its server begins and ends."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from broadsheet.press.newsstand.asgi import Receive, Send


async def live(
    receive: Receive, send: Send, start: Callable[[], None], stop: Callable[[], Awaitable[None]]
) -> None:
    """Answer a scope of type `lifespan`: `start` before the first request, `stop` after the last."""
    while True:
        event = (await receive())["type"]
        if event == "lifespan.startup":
            start()
        else:
            await stop()
        await send({"type": f"{event}.complete"})
        if event == "lifespan.shutdown":
            return
