"""The application behind the newsstand: loaded while the newsstand already serves, asked for dynamic paths only."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable

from broadsheet.press.newsstand.asgi import Application, Receive, Scope, Send
from broadsheet.press.newsstand.plain import PlainAnswer

logger = logging.getLogger(__name__)

NOT_LOADED = PlainAnswer(
    503,
    "This part of the site cannot start. Whoever runs it finds the reason in the log.",
    ((b"retry-after", b"30"),),
)


class Backstage:
    """Holds requests until the application has loaded; answers 503 when it could not."""

    def __init__(self, load: Callable[[], Application]) -> None:
        self._load = load
        self._application: Application | None = None
        self._loaded: asyncio.Event | None = None

    def start(self) -> None:
        """Begin loading in a thread of its own; does nothing the second time. Needs a running event loop."""
        if self._loaded is None:
            self._loaded = asyncio.Event()
            loop = asyncio.get_running_loop()
            threading.Thread(target=self._run, args=(loop, self._loaded), daemon=True).start()

    def _run(self, loop: asyncio.AbstractEventLoop, loaded: asyncio.Event) -> None:
        try:
            self._application = self._load()
        except BaseException:
            logger.exception("The application behind the newsstand could not be loaded")
        # The loop is closed when the server stopped while we were loading.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(loaded.set)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.start()
        if self._application is None and self._loaded is not None:
            await self._loaded.wait()
        if self._application is None:
            await NOT_LOADED.send(scope, send)
        else:
            await self._application(scope, receive, send)
