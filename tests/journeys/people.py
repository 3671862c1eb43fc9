"""Who works at the newsroom of the journeys."""

from __future__ import annotations

PASSWORD = "a long and quiet river"
PEOPLE = {
    "administrator": "chief@ledger.example",
    "editor": "ed@ledger.example",
    "second editor": "eva@ledger.example",
    "reporter": "rae@ledger.example",
    "fundraiser": "fay@ledger.example",
}
"""Their role, and the address each signs in with."""

ZONE = "Pacific/Auckland"
"""Where the newsroom is: its hours are not those of the machine, nor is its day for half of the time."""
