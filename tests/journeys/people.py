"""Who works at the newsroom of the journeys, and who gave to it last year."""

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

REGULARS = {
    "enid@regular.example": "en",
    "ewan@regular.example": "en",
    "amal@regular.example": "ar",
    "adil@regular.example": "ar",
}
"""Who gave by bank transfer last year, and in which language; each has a statement of that year."""

ZONE = "Pacific/Auckland"
"""Where the newsroom is: its hours are not those of the machine, nor is its day for half of the time."""
