"""The address at Stripe's side that its events go to: made, mended, looked at."""

from __future__ import annotations

from collections.abc import Iterator

import stripe

from broadsheet.funding.gateways.stripe.client import VERSION, NotFound, asking
from broadsheet.funding.gateways.stripe.notices import EVENTS

MARK = "broadsheet"
"""The name of the metadata by which we know an endpoint that we made ourselves."""


class Endpoint:
    """The webhook endpoint of one newsroom; `ident` is Stripe's id of it, empty where none was made."""

    def __init__(self, client: stripe.StripeClient, ident: str) -> None:
        self._endpoints = client.v1.webhook_endpoints
        self.ident = ident

    def repair(self, url: str) -> bool:
        """Have the endpoint send all we want to `url`; false where there is none, or of another version."""
        found = self.found()
        if found is None or found.api_version != VERSION:
            return False
        is_whole = found.status == "enabled" and set(found.enabled_events) == set(EVENTS)
        if found.url != url or not is_whole:
            wish = {"url": url, "enabled_events": list(EVENTS), "disabled": False}
            with asking():
                self._endpoints.update(found.id, wish)  # type: ignore[arg-type]
        return True

    def make(self, url: str) -> str:
        """A new endpoint, known from now on; returns the secret that it signs with, told this once."""
        with asking():
            made = self._endpoints.create(
                {
                    "url": url,
                    "enabled_events": list(EVENTS),  # type: ignore[arg-type]
                    "api_version": VERSION,
                    "description": "Broadsheet",
                    "metadata": {MARK: "events"},
                }
            )
            self.ident = made.id
            if not made.secret:
                raise ValueError("no secret")
            return made.secret

    def remove_others(self, url: str, before: str) -> None:
        """Remove endpoints of ours that this one takes the place of: the one `before`, and any to the same address."""
        with asking():
            for each in self._endpoints.list({"limit": 100}).auto_paging_iter():
                is_ours = MARK in each.metadata.to_dict()
                if is_ours and each.id != self.ident and (each.url == url or each.id == before):
                    self._endpoints.delete(each.id)

    def problems(self, url: str) -> Iterator[tuple[str, str]]:
        """What keeps events from coming here, each with its mend. Raises GatewayError."""
        mend = "broadsheet funding connect stripe"
        found = self.found()
        if found is None:
            yield "Stripe has no webhook endpoint of this newsroom", mend
            return
        if found.status != "enabled":
            yield "its webhook endpoint is disabled", mend
        if found.url != url:
            yield f"its events go to {found.url}", mend
        if missing := sorted(set(EVENTS) - set(found.enabled_events)):
            yield f"it does not tell us of {', '.join(missing)}", mend
        if found.api_version != VERSION:
            yield f"its events are of the version {found.api_version}", mend

    def found(self) -> stripe.WebhookEndpoint | None:
        """The endpoint as it is now, None where it is gone. Raises GatewayError."""
        if not self.ident:
            return None
        try:
            with asking():
                return self._endpoints.retrieve(self.ident)
        except NotFound:
            return None
