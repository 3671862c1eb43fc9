"""Charts of stories and static pages as data for the template: each bar's share of the longest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from broadsheet.theme.filters import number


@dataclass(frozen=True, slots=True)
class Bar:
    """One number: `share` is 0 to 100 of the longest bar, `shown` is how the page writes it."""

    name: str
    shown: str
    share: float
    is_marked: bool


def chart(value: Any) -> dict[str, Any] | None:
    """A chart block: its caption, bars and source; None where it has no bar."""
    found = [bar for bar in value["bars"] if bar["number"] is not None]
    if not found:
        return None
    longest = max(bar["number"] for bar in found) or 1
    return {
        "caption": value["caption"],
        "source": value["source"],
        "bars": [
            Bar(
                bar["name"],
                bar["shown"] or number(bar["number"]),
                round(float(100 * bar["number"] / longest), 1),
                bool(bar["is_marked"]),
            )
            for bar in found
        ],
    }
