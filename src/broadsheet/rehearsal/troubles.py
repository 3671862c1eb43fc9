"""The sandbox with troubles: webhooks that get lost or are forged, calls whose answers do, hours without an answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from broadsheet.funding.gateways.sandbox.application import Sandbox, Secrets
from broadsheet.funding.gateways.sandbox.deliveries import Carry, Deliveries
from broadsheet.funding.gateways.sandbox.faults import API_FAULTS, set_faults
from broadsheet.funding.gateways.sandbox.keys import account_of
from broadsheet.funding.gateways.sandbox.messages import Answer, Request
from broadsheet.rehearsal.plan import Chance, Weather

Note = Callable[[str], object]


class TroubledDeliveries(Deliveries):
    """Webhooks with faults by chance."""

    troubles: Troubles

    def faults(self, account: str) -> list[str]:
        weather, chance = self.troubles.weather, self.troubles.chance
        shares = {
            "drop": weather.lost,
            "delay": weather.late,
            "duplicate": weather.doubled,
            "reorder": weather.reordered,
            "forge": weather.forged,
        }
        found = [name for name, share in shares.items() if chance.happens(share)]
        for name in found:
            self.troubles.note(f"webhooks: {WEBHOOKS[name]}")
        return found


WEBHOOKS = {
    "drop": "lost",
    "delay": "late",
    "duplicate": "sent twice",
    "reorder": "out of order",
    "forge": "forged",
}

CALLS = {
    "lose_answer": "the answer got lost",
    "error": "an error instead of the work",
    "error_after": "an error after the work",
}


class Troubles:
    """How the processor is now, what goes wrong by chance, and who is told of it."""

    def __init__(self, weather: Weather, chance: Chance, note: Note, reach: Note) -> None:
        self.weather = weather
        self.chance = chance
        self.note = note
        self.reach = reach
        self.is_away = False


class TroubledSandbox(Sandbox):
    """A sandbox to which these troubles happen."""

    def __init__(
        self,
        folder: Path,
        secrets: Secrets,
        time_of: Callable[[], float],
        carry: Carry,
        troubles: Troubles,
    ) -> None:
        super().__init__(folder, secrets, time_of)
        self.store.run("PRAGMA synchronous=OFF")  # a rehearsal survives no power cut
        self._master_key = secrets.key
        self.troubles = troubles
        self.deliveries = TroubledDeliveries(self.store, secrets.webhook_secret, time_of, carry)
        self.deliveries.troubles = troubles
        self.processor.on_event = self.deliveries.queue

    def answer(self, request: Request) -> Answer:
        if not request.path.startswith("/v1/"):
            return super().answer(request)
        if self.troubles.is_away:
            self.troubles.note("calls: no answer, the processor was away")
            return Answer(0, lost=True)
        if request.method != "POST":
            return super().answer(request)
        self.troubles.reach("before a call")
        self._perhaps_faulty(request)
        answer = super().answer(request)
        self.troubles.reach("after a call")
        return answer

    def _perhaps_faulty(self, request: Request) -> None:
        """Let the next answer have a fault, or the next refund take its time."""
        weather, chance = self.troubles.weather, self.troubles.chance
        account = account_of(request.headers["authorization"].split()[-1], self._master_key)
        if account is None:
            return
        faults: dict[str, int] = {}
        if chance.happens(weather.calls):
            name = chance.of(dict.fromkeys(API_FAULTS, 1))
            self.troubles.note(f"calls: {CALLS[name]}")
            faults[name] = 1
        if request.path == "/v1/refunds" and chance.happens(200):
            faults["slow_refund"] = 1
        set_faults(self.store, account, dict(faults))
