"""The way to the application where newsstands are processes of their own: what is not the application's is not its."""

from __future__ import annotations

from collections.abc import Callable

from broadsheet.press.newsstand import addresses, plain
from broadsheet.press.newsstand.asgi import Application, Receive, Scope, Send
from broadsheet.press.newsstand.backstage import Backstage
from broadsheet.press.newsstand.lifespan import live


class StageDoor:
    """The ASGI application in front of the application alone.

    Lets through what a newsstand with the same `dynamic` and `pages` would have asked `load_app`'s application for, and
    refuses the addresses that it refuses. All others belong to the edition, which newsstands answer from.
    """

    def __init__(
        self,
        dynamic: tuple[str, ...],
        load_app: Callable[[], Application],
        pages: frozenset[str] = frozenset(),
    ) -> None:
        self._dynamic = dynamic
        self._pages = pages
        self._backstage = Backstage(load_app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            refusal = self._refusal(scope)
            if refusal is None:
                await self._backstage(scope, receive, send)
            else:
                await refusal.send(scope, send)
        elif scope["type"] == "lifespan":
            await live(receive, send, self._backstage.start, _nothing)
        else:
            await send({"type": "websocket.close", "code": 1000})

    def _refusal(self, scope: Scope) -> plain.PlainAnswer | None:
        """What to send instead of asking the application; None when it is to be asked."""
        try:
            path = addresses.read_path(scope["raw_path"], scope["query_string"])
        except addresses.BadAddress as bad:
            return plain.BAD_ADDRESS[bad.status]
        is_its_own = path.startswith(self._dynamic) or path in self._pages
        return None if is_its_own else plain.ELSEWHERE


async def elsewhere(scope: Scope, receive: Receive, send: Send) -> None:
    """The application where there is none: says that what was asked for is not to be had here."""
    await plain.ELSEWHERE.send(scope, send)


async def _nothing() -> None:
    pass
