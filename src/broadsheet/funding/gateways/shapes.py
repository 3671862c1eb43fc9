"""Reading what came in an event from outside, whatever its shape: only what can be stored is taken."""

from __future__ import annotations

import re
from typing import Any

from broadsheet.funding.rules.currencies import from_processor
from broadsheet.kit.money import Money


def name_of(value: object) -> str:
    """A processor's name for something; empty where it is none that can be stored."""
    is_name = isinstance(value, str) and re.fullmatch(r"[\x21-\x7e]{1,100}", value)
    return str(value) if is_name else ""


def claimed(units: Any, currency: Any) -> Money | None:
    """The amount that an event speaks of, None where it speaks of none that we understand."""
    try:
        amount = Money(from_processor(units, currency), currency)
    except (TypeError, ValueError):
        return None
    return amount if abs(amount.minor) < 2**63 else None
