"""Making a newsroom directory: folders, secrets, settings file; the database's content is the apps' business."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from broadsheet.project import env
from broadsheet.project.values import table

DATABASE = Path("data") / "newsroom.sqlite3"
FOLDERS = (
    "theme",
    "secrets",
    "data",
    "data/media",
    "data/edition",
    "data/mail",
    "data/sandbox",
    "data/run",
    "backups",
)
GENERATED = ("secret_key", "sandbox_key", "sandbox_webhook_secret")

THEME_NOTE = """\
What is in this folder is laid over Broadsheet's own: templates/… replaces the template of the same
name, style.css comes after our own styles. An empty folder changes nothing.
`broadsheet theme check` says what is wrong with it.
"""


def make_directory(directory: Path, chosen: Mapping[str, Any]) -> None:
    """Fill an empty directory with what a newsroom consists of, its settings last.

    What is not among `chosen` stays at its default, as a comment. Raises SettingsError for a value that
    cannot be.
    """
    env.chosen_values(chosen)
    make_folders(directory)
    for name in GENERATED:
        write_secret(directory, name, secrets.token_hex(32))
    (directory / "theme" / "README").write_text(THEME_NOTE, encoding="utf-8")
    (directory / env.FILE_NAME).write_text(settings_text(chosen), encoding="utf-8")


def make_folders(directory: Path) -> None:
    """Make a newsroom's folders; strangers look into none of those that matter."""
    for folder in FOLDERS:
        (directory / folder).mkdir(parents=True, exist_ok=True)
    for folder in ("secrets", "backups"):  # a backup holds the secrets
        (directory / folder).chmod(0o700)
    (directory / "data").chmod(0o750)


def write_secret(directory: Path, name: str, value: str) -> None:
    """Store a secret so that only its owner reads it."""
    path = directory / "secrets" / name
    path.touch(mode=0o600)
    path.write_text(value + "\n", encoding="utf-8")


def choose(directory: Path, name: str, value: Any) -> None:
    """Set one setting in the newsroom's settings file, in the place of its line or its comment; the rest stays."""
    path = directory / env.FILE_NAME
    text = path.read_text(encoding="utf-8")
    line = f"{name} = {toml(value)}"
    text, count = re.subn(rf"(?m)^(# )?{name} = .*$", lambda _found: line, text, count=1)
    path.write_text(text if count else f"{text.rstrip()}\n{line}\n", encoding="utf-8")


def settings_text(chosen: Mapping[str, Any]) -> str:
    """A settings file: what was chosen as values, the rest as comments that show the default."""
    return "\n".join(_settings_lines(chosen)) + "\n"


def _settings_lines(chosen: Mapping[str, Any]) -> Iterator[str]:
    yield "# The newsroom's settings. A line that begins with # shows a default; remove the # to change it."
    yield "# Each may also come from the environment (BROADSHEET_<NAME>) or a file (BROADSHEET_<NAME>_FILE)."
    for setting in table():
        if setting.title:
            yield f"\n# {setting.title} {'-' * (90 - len(setting.title))}"
        yield f"\n# {setting.help}"
        if setting.secret:
            yield f"# Secret: its place is the file secrets/{setting.name}."
        elif chosen.get(setting.name) is not None:
            yield f"{setting.name} = {toml(chosen[setting.name])}"
        else:
            yield f"# {setting.name} = {toml(setting.default)}"


def toml(value: Any) -> str:
    """A setting's value as TOML. JSON's strings, numbers, booleans and flat lists are TOML's too."""
    return json.dumps(value, ensure_ascii=False).replace("\u007f", "\\u007f")
