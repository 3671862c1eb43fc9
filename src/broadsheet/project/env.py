"""Where the value of each setting comes from; the table of them is `values`, Django's own are in `settings`."""

from __future__ import annotations

import difflib
import os
import tomllib
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from broadsheet.project.values import PREFIX, Setting, Values, table

FILE_NAME = "settings.toml"
READING = Path("data") / "run" / "reading.sqlite3"
"""Where the newsstands leave their counts for the worker, in the newsroom's directory."""


class SettingsError(Exception):
    """A setting that cannot be used; the message names it, where it came from and how to mend it."""

    exit_status = 78  # EX_CONFIG of sysexits.h: no restart helps


def newsroom_directory(environ: Mapping[str, str] = os.environ) -> Path:
    """The directory that BROADSHEET_DIR names. Raises SettingsError where it is not a newsroom's."""
    named = environ.get(PREFIX + "DIR")
    if not named:
        raise SettingsError(
            "Which newsroom? Name its directory with --dir DIR or in BROADSHEET_DIR."
        )
    directory = Path(named).resolve()
    if not (directory / FILE_NAME).is_file():
        raise SettingsError(
            f"{directory} is not a newsroom directory: it has no {FILE_NAME}. "
            f"Make one with: broadsheet init {named}"
        )
    return directory


def load(directory: Path, environ: Mapping[str, str] = os.environ) -> Values:
    """The settings of a newsroom directory.

    Each comes from the first of: the variable BROADSHEET_<NAME>, the file that BROADSHEET_<NAME>_FILE
    names, the file secrets/<name>, settings.toml, its default. Raises SettingsError for a mistake in any.
    """
    written = _read_file(directory / FILE_NAME)
    found = (_find(setting, directory, written, environ) for setting in table())
    return Values(**{name: value for name, value in found if value is not None})


def need_key(directory: Path, values: Values) -> None:
    """Raise SettingsError for a newsroom without the one secret that nothing works without."""
    if not values.secret_key:
        raise SettingsError(
            f"{directory} has no secret key. Restore secrets/secret_key from a backup, or make a new one "
            "(everybody has to sign in again): openssl rand -hex 32 > secrets/secret_key"
        )


def need_shared(values: Values) -> None:
    """Raise SettingsError for one machine of several that would keep to itself what all of them need."""
    wanted = {
        "database_url (PostgreSQL)": bool(values.database_url),
        "bucket": bool(values.bucket),
        "processor: the sandbox is on one machine only": values.processor != "sandbox",
    }
    missing = [name for name, is_there in wanted.items() if not is_there]
    if values.node and missing:
        raise SettingsError(
            f"Several machines serve this newsroom (node is “{values.node}”), which needs another "
            f"{'; '.join(missing)}. Set it, or empty node."
        )


def chosen_values(chosen: Mapping[str, Any]) -> Values:
    """Settings of which some are chosen and all others have their default. Raises SettingsError."""
    rows = {setting.name: setting for setting in table()}
    return Values(
        **{name: _checked(rows[name], value, "what you chose") for name, value in chosen.items()}
    )


def _read_file(path: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        last = f"at the end, line {len(path.read_text(encoding='utf-8').splitlines())}"
        raise SettingsError(
            f"{path} cannot be read: {str(error).replace('at end of document', last)}. "
            "Strings need quotes; lists need [ ]; each setting stands there once."
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}.") from error
    names = [setting.name for setting in table()]
    for key in values:
        if key not in names:
            near = difflib.get_close_matches(key, names, 1)
            mend = (
                f"Do you mean “{near[0]}”?"
                if near
                else "Remove it; docs/run/configuration.md lists all."
            )
            raise SettingsError(f"{path} has a setting “{key}” that does not exist. {mend}")
    return values


def _find(
    setting: Setting, directory: Path, written: Mapping[str, Any], environ: Mapping[str, str]
) -> tuple[str, Any]:
    """The setting's name and its checked value, None where nobody sets it."""
    variable = setting.variable
    secret = directory / "secrets" / setting.name
    if variable in environ:
        return setting.name, _checked(
            setting, _parsed(setting, environ[variable], variable), variable
        )
    for source in (environ.get(variable + "_FILE"), str(secret) if secret.is_file() else None):
        if source:
            return setting.name, _checked(
                setting, _parsed(setting, _contents(source), source), source
            )
    if setting.name in written:
        source = str(directory / FILE_NAME)
        return setting.name, _checked(
            setting, _typed(setting, written[setting.name], source), source
        )
    return setting.name, None


def _contents(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{path} cannot be read: {error}. Correct its name or its permissions."
        ) from error


def _parsed(setting: Setting, text: str, source: str) -> Any:
    """A value from text: an environment variable or a file of its own."""
    if setting.type is bool:
        if text.lower() not in ("true", "false", "1", "0", "yes", "no"):
            raise SettingsError(f"{setting.name} in {source} must be true or false, not “{text}”.")
        return text.lower() in ("true", "1", "yes")
    if setting.type is int:
        if not text.isascii() or not text.isdigit():
            raise SettingsError(f"{setting.name} in {source} must be a whole number, not “{text}”.")
        return int(text)
    if isinstance(setting.type, types.GenericAlias):
        return tuple(part.strip() for part in text.split(",") if part.strip())
    return text


def _typed(setting: Setting, value: Any, source: str) -> Any:
    """A value from TOML, whose type must be the declared one."""
    if isinstance(setting.type, types.GenericAlias):
        if isinstance(value, list) and all(isinstance(part, str) for part in value):
            return tuple(value)
        raise SettingsError(
            f'{setting.name} in {source} must be a list of strings, such as ["a", "b"].'
        )
    if type(value) is not setting.type:
        kind = {str: "text in quotes", int: "a whole number", bool: "true or false"}[setting.type]
        raise SettingsError(f"{setting.name} in {source} must be {kind}, not {value!r}.")
    return value


def _checked(setting: Setting, value: Any, source: str) -> Any:
    problem = setting.check(value) if setting.check else None
    if problem:
        text = ", ".join(value) if isinstance(value, tuple) else value
        shown = "its value" if setting.secret else f"“{' '.join(str(text).split())}”"
        raise SettingsError(f"{setting.name} in {source} is wrong: {shown} {problem}.")
    return value
