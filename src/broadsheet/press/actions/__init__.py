"""What moves the edition forward: pressing what changed, pressing everything, checking."""

from broadsheet.press.actions.checking import Difference, check_edition
from broadsheet.press.actions.keeping import clear_out, purge, roll_back
from broadsheet.press.actions.pressing import (
    Outcome,
    press_everything,
    press_failed,
    press_lock,
    press_pending,
)

__all__ = [
    "Difference",
    "Outcome",
    "check_edition",
    "clear_out",
    "press_everything",
    "press_failed",
    "press_lock",
    "press_pending",
    "purge",
    "roll_back",
]
