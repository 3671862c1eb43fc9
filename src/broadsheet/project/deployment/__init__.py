"""Writes what a public server needs besides the newsroom: systemd units, nginx and Caddy configuration."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

from broadsheet.project.prefixes import DESK, dynamic_pages, dynamic_prefixes
from broadsheet.project.values import Values


def write_deployment(directory: Path, values: Values, port: int) -> list[Path]:
    """Write the configuration for this newsroom into its folder `deploy` and return the files.

    Its web process will listen at `port`; where it is several processes, the app will, and two newsstands at ten and
    eleven more. Overwrites what an earlier run wrote there. Nothing takes effect
    before somebody puts it in its place.
    """
    target = directory / "deploy"
    target.mkdir(exist_ok=True)
    known = {
        "DIR": str(directory),
        "BROADSHEET": str(Path(sys.executable).parent / "broadsheet"),
        "DOMAIN": str(urlsplit(values.url).hostname),
        "NAME": values.name.replace("\n", " "),
        "PORT": str(port),
        "FIRST": str(port + 10),
        "SECOND": str(port + 11),
        "DYNAMIC": "|".join(_dynamic(values)),
        "FOLLOW": "# Where several machines serve the newsroom, what others published comes first.",
    }
    if values.node:
        known["FOLLOW"] += (
            f"\nExecStartPre=-/usr/bin/timeout 60 {known['BROADSHEET']} press follow --dir {directory}"
        )
    written = []
    for template in sorted(files(__name__).joinpath("files").iterdir(), key=lambda file: file.name):
        text = re.sub(r"@([A-Z]+)@", lambda match: known[match[1]], template.read_text("utf-8"))
        path = target / template.name
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written


def _dynamic(values: Values) -> Iterator[str]:
    """Expressions for the addresses that are the app's, the desk's left out; each holds from a path's beginning."""
    yield from (path for path in dynamic_prefixes(values.languages) if path != DESK)
    yield from (f"{path}$" for path in sorted(dynamic_pages(values.languages)))
