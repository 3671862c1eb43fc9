"""The sandbox as one object that answers requests, whether they come by socket or from the same process."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from broadsheet.funding.gateways.sandbox.admin import Admin
from broadsheet.funding.gateways.sandbox.api import Api
from broadsheet.funding.gateways.sandbox.checkout import Checkout, style
from broadsheet.funding.gateways.sandbox.deliveries import Deliveries
from broadsheet.funding.gateways.sandbox.messages import Answer, Request, as_json
from broadsheet.funding.gateways.sandbox.processor import Processor
from broadsheet.funding.gateways.sandbox.store import Store, unwritable

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Secrets:
    """The master secrets that the newsroom and its sandbox share."""

    key: str
    webhook_secret: str


class Sandbox:
    """A processor over a directory of its own. `time_of` gives seconds since 1970; the clock can be moved on."""

    def __init__(
        self, folder: Path, secrets: Secrets, time_of: Callable[[], float] = time.time
    ) -> None:
        self.store = Store(folder / "sandbox.sqlite3")
        self.deliveries = Deliveries(self.store, secrets.webhook_secret)
        self.processor = Processor(
            self.store, lambda: int(time_of()) + self.store.ahead(), self.deliveries.queue
        )
        self._api = Api(self.processor, secrets.key)
        self._admin = Admin(self.processor, secrets.key)
        self._checkout = Checkout(self.processor)

    def answer(self, request: Request) -> Answer:
        """The answer to any request; 503 where the database cannot do its part, and nothing was done then."""
        try:
            return self._answer(request)
        except sqlite3.Error as error:
            logger.error("The sandbox cannot answer: %s", unwritable(error))  # noqa: TRY400 - a sentence
            message = (
                "The sandbox cannot keep what it does now. Nothing was charged. Try again later."
            )
            return as_json(503, {"error": {"code": "unavailable", "message": message}})

    def _answer(self, request: Request) -> Answer:
        match request.path.lstrip("/").partition("/")[0]:
            case "v1":
                return self._api.answer(request)
            case "admin":
                return self._admin.answer(request)
            case "checkout":
                return self._checkout.answer(request)
            case "checkout.css":
                return style()
            case "alive":
                return as_json(200, {"alive": True})
        return as_json(404, {"error": {"code": "not_found", "message": "Nothing is here."}})

    def close(self) -> None:
        """Stop sending and let go of the database."""
        self.deliveries.stop()
        self.store.close()
