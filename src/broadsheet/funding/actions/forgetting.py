"""What follows by the clock for who was erased: processors forget methods, words that were kept go on their day."""

from __future__ import annotations

import datetime as dt

from broadsheet.funding.gateways.opening import gateway_of
from broadsheet.funding.gateways.protocol import Instrument
from broadsheet.funding.models import KeptWords, PaymentMethod
from broadsheet.kit import audit, clock

PAUSE = dt.timedelta(hours=1)
"""How long after a processor gave no answer it is asked again."""


def forget_method(*, method: PaymentMethod, by: audit.Actor) -> None:
    """Have the processor forget a customer and their method, then forget its names of them ourselves.

    Raises GatewayError; then it is asked again later.
    """
    PaymentMethod.objects.filter(pk=method.pk).update(forget_at=clock.now() + PAUSE)
    gateway_of(method.account).forget(Instrument(method.customer, method.method, "", None))
    PaymentMethod.objects.filter(pk=method.pk).update(
        customer="", method=f"forgotten {method.pk}", label="", expires_on=None, forget_at=None
    )
    audit.record("method.forgotten", method, by=by)


def forget_kept_words() -> None:
    """Delete the words that the law wants no longer."""
    KeptWords.objects.filter(until__lt=clock.day_of(clock.now())).delete()
