"""Writes docs/run/configuration.md from the table of settings; `make format` runs it."""

from __future__ import annotations

from collections.abc import Iterator

from broadsheet.project.directory import toml
from broadsheet.project.values import Setting, table

INTRODUCTION = """\
# Configuration

<!-- Made from src/broadsheet/project/values.py by `make format`; edit it there. -->

A newsroom's settings are in the file `settings.toml` of its directory. Everything has a default except the secrets,
which `broadsheet init` makes. The first of these that says something wins:

1. the environment variable `BROADSHEET_<NAME>`, with commas between the parts of a list;
2. the file that the environment variable `BROADSHEET_<NAME>_FILE` names;
3. the file `secrets/<name>` in the newsroom's directory, the place for passwords and keys;
4. `settings.toml`;
5. the default.

A mistake stops every command with a sentence that names it. `broadsheet check` looks at what the settings lead to.
Restart the newsroom after a change; pages that show what changed are rendered anew by themselves.
"""


def configuration_page() -> str:
    """The page, in Markdown."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield INTRODUCTION.rstrip()
    for setting in table():
        if setting.title:
            yield f"\n## {setting.title}"
            yield "\n| Setting | Type | Default | Meaning |\n|---|---|---|---|"
        yield f"| `{setting.name}` | {_kind(setting)} | {_default(setting)} | {setting.help} |"
    yield ""


def _kind(setting: Setting) -> str:
    kind = {str: "text", int: "whole number", bool: "true or false"}.get(
        setting.type, "list of texts"
    )
    return f"{kind}, secret" if setting.secret else kind


def _default(setting: Setting) -> str:
    return "" if setting.default == "" else f"`{toml(setting.default)}`"


if __name__ == "__main__":
    print(configuration_page(), end="")  # noqa: T201
