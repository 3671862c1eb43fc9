"""How Django reaches the newsroom's database and cache, made from their addresses."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from broadsheet.project.env import SettingsError

SQLITE = "django.db.backends.sqlite3"
POSTGRES = "django.db.backends.postgresql"

_PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
"""FULL, because a webhook that was answered must survive a power cut."""

_PATIENCE = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""How soon a PostgreSQL server counts as away that does not answer: seconds, the last in milliseconds."""


def database(url: str, default: Path) -> dict[str, Any]:
    """Django's description of the database at `url`, or of the SQLite file `default` where it is empty."""
    if not url:
        return {
            "ENGINE": SQLITE,
            # SQLite makes a file that is missing; an empty database in place of a lost one would go unnoticed.
            "NAME": f"file:{quote(str(default))}?mode=rw",
            "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": _PRAGMAS},
        }
    parts = urlsplit(url)
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise SettingsError(
            "database_url names no database: write it after the host, as in postgres://host/name."
        )
    return {
        "ENGINE": POSTGRES,
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": dict(_PATIENCE),
    }


def cache(url: str) -> dict[str, Any]:
    """Django's description of the cache at `url`, or of one in memory where it is empty."""
    if url:
        return {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": url}
    return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}


def connection_environment(description: Mapping[str, Any]) -> dict[str, str]:
    """The environment by which PostgreSQL's own programs find a database that Django knows by `description`."""
    names = {
        "PGHOST": "HOST",
        "PGPORT": "PORT",
        "PGUSER": "USER",
        "PGPASSWORD": "PASSWORD",
        "PGDATABASE": "NAME",
    }
    return {variable: str(description[key]) for variable, key in names.items() if description[key]}
