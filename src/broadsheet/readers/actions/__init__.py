"""What changes accounts and what they are proven with."""

from broadsheet.readers.actions.accounts import create_account
from broadsheet.readers.actions.factors import (
    add_passkey,
    begin_one_time_codes,
    confirm_code,
    confirm_passkey,
    forget_factors,
    make_recovery_codes,
    remove_factor,
)

__all__ = [
    "add_passkey",
    "begin_one_time_codes",
    "confirm_code",
    "confirm_passkey",
    "create_account",
    "forget_factors",
    "make_recovery_codes",
    "remove_factor",
]
