"""How an item of an export can end."""

from __future__ import annotations

from enum import StrEnum


class Result(StrEnum):
    """Every item ends as exactly one of these."""

    CREATED = "created"
    MERGED = "merged"
    SKIPPED = "skipped"
    FAILED = "failed"
