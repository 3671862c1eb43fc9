"""Where a newsroom is served: a trial on this machine moves with its port, a public site stays where it is."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from broadsheet.project.values import PREFIX, Values

LOOPBACK = ("127.0.0.1", "localhost", "::1")
NOTED = Path("data") / "run" / "port"


def at_port(values: Values, port: int, environ: Mapping[str, str] = os.environ) -> Values:
    """The settings of a newsroom served on this port.

    A trial's address and its sandbox move with the port. A public address stays, and so does what the
    environment names.
    """
    parts = urlsplit(values.url)
    if parts.hostname not in LOOPBACK or parts.port == port or PREFIX + "URL" in environ:
        return values
    host = "[::1]" if parts.hostname == "::1" else parts.hostname
    values = replace(values, url=f"{parts.scheme}://{host}:{port}")
    if PREFIX + "SANDBOX_PORT" in environ:
        return values
    return replace(values, sandbox_port=port + 1)


def note_port(directory: Path, port: int) -> None:
    """Note on which port this newsroom is served, for `as_served`."""
    note = directory / NOTED
    text = f"{port}\n"
    if not note.is_file() or note.read_text(encoding="utf-8") != text:
        note.write_text(text, encoding="utf-8")


def forget_port(directory: Path) -> None:
    """Serve at the address that the settings name, whatever was noted: something stands in front of our processes."""
    (directory / NOTED).unlink(missing_ok=True)


def as_served(directory: Path, values: Values) -> Values:
    """The settings at the port where the newsroom is served, or was last; as they are where none is noted.

    So whatever works on a trial, inside `serve` or beside it, forms the same addresses.
    """
    try:
        noted = (directory / NOTED).read_text(encoding="utf-8").strip()
    except OSError:
        return values
    return at_port(values, int(noted)) if noted.isascii() and noted.isdigit() else values
