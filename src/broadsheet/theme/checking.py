"""What a newsroom's own templates and styles broke: found before readers find it, said in sentences."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.template import engines
from jinja2 import TemplateError, TemplateSyntaxError, nodes

from broadsheet.kit.public import kinds
from broadsheet.theme.contrast import ENOUGH, ratio

PACKAGE = Path(__file__).resolve().parents[1]
TRIED = 3
"""Documents of each kind that are made to see whether the templates still work."""

PAIRS = (
    ("ink", "paper"),
    ("ink", "tint"),
    ("quiet", "paper"),
    ("quiet", "tint"),
    ("accent", "paper"),
    ("on-accent", "accent"),
)
"""Words and what they stand on."""

PARTS = {"README", "style.css", "templates"}
"""What a theme folder may hold."""

PHYSICAL = re.compile(r"\b(?:margin|padding|border)-(?:left|right)\b|(?<![\w-])(?:left|right)\s*:")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong: in which file of the theme, in which line (0 for the whole), and what to do."""

    file: str
    line: int
    sentence: str

    def __str__(self) -> str:
        return (
            f"{self.file}:{self.line}: {self.sentence}"
            if self.line
            else f"{self.file}: {self.sentence}"
        )


def check_theme() -> list[Finding]:
    """All that the newsroom's theme folder breaks; nothing where it breaks nothing."""
    folder = Path(settings.THEME_DIR)
    found = [
        *_strangers(folder),
        *_templates(folder / "templates"),
        *_styles(folder / "style.css"),
    ]
    # A template that cannot be read breaks every page that uses it: one sentence about it is enough.
    return found or list(_documents())


def _strangers(folder: Path) -> Iterator[Finding]:
    """What lies in the folder and is read by nobody."""
    for path in sorted(folder.glob("*")):
        if path.name not in PARTS and not path.name.startswith("."):
            yield Finding(
                path.name, 0, "Nothing reads it; a theme has templates in templates/ and style.css."
            )


def _ours() -> dict[str, Path]:
    """Our templates by their names."""
    return {
        file.relative_to(root).as_posix(): file
        for root in PACKAGE.glob("*/jinja2")
        for file in root.rglob("*.*")
    }


def _templates(folder: Path) -> Iterator[Finding]:
    ours = _ours()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = file.relative_to(folder).as_posix()
        if name not in ours:
            near = difflib.get_close_matches(name, ours, 1)
            mend = (
                f"Do you mean {near[0]}?"
                if near
                else "Name it as the one of ours that it replaces."
            )
            yield Finding(f"templates/{name}", 0, f"No page uses it. {mend}")
            continue
        try:
            theirs = _parsed(file)
        except TemplateSyntaxError as error:
            yield Finding(f"templates/{name}", error.lineno, f"It cannot be read: {error.message}")
            continue
        except UnicodeDecodeError:
            yield Finding(f"templates/{name}", 0, "It is not UTF-8; please save it as UTF-8.")
            continue
        mine = _parsed(ours[name])
        for word, lost in sorted(_named(mine) - _named(theirs)):
            yield Finding(
                f"templates/{name}", 0, f"It lacks the {word} “{lost}”, which other templates use."
            )


def _named(template: nodes.Template) -> set[tuple[str, str]]:
    """What other templates may ask a template for: its macros and blocks, by their names."""
    macros = {("macro", found.name) for found in template.find_all(nodes.Macro)}
    return macros | {("block", found.name) for found in template.find_all(nodes.Block)}


def _parsed(file: Path) -> nodes.Template:
    environment = engines["jinja2"].env  # type: ignore[attr-defined]
    return environment.parse(file.read_text("utf-8"), file.name, str(file))


def _styles(file: Path) -> Iterator[Finding]:
    if not file.is_file():
        return
    css = re.sub(
        r"/\*.*?\*/", lambda m: "\n" * m[0].count("\n"), file.read_text("utf-8"), flags=re.DOTALL
    )
    if css.count("{") != css.count("}"):
        yield Finding(
            "style.css", 0, "Its braces do not match: whatever follows the odd one is lost."
        )
    for number, line in enumerate(css.splitlines(), 1):
        if "@import" in line or re.search(r"url\(\s*[\"']?(?:https?:)?//", line):
            yield Finding(
                "style.css", number, "Pages load nothing from elsewhere; browsers will refuse this."
            )
        if (found := PHYSICAL.search(line)) is not None:
            yield Finding(
                "style.css",
                number,
                f"“{found[0].rstrip(': ')}” is wrong in right-to-left pages; write inline-start or inline-end.",
            )
    yield from _contrasts(css)


def _contrasts(css: str) -> Iterator[Finding]:
    """Colours of the first `:root` (the light scheme) that cannot be read on one another."""
    tokens = _colours((PACKAGE / "theme" / "css" / "tokens.css").read_text("utf-8")) | _colours(css)
    for front, ground in PAIRS:
        contrast = ratio(tokens[front], tokens[ground])
        if contrast < ENOUGH:
            yield Finding(
                "style.css",
                0,
                f"--{front} on --{ground} has a contrast of {contrast:.1f}; {ENOUGH} is needed to be read.",
            )


def _colours(css: str) -> dict[str, str]:
    """The colours, written as #rgb or #rrggbb, of the tokens in the first `:root`."""
    root = re.search(r":root\s*\{(.*?)\}", css, re.DOTALL)
    if root is None:
        return {}
    return dict(re.findall(r"--([\w-]+)\s*:\s*(#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3}))\s*;", root[1]))


def _documents() -> Iterator[Finding]:
    """Kinds of documents that cannot be made with the templates as they are."""
    for name, kind in kinds().items():
        for ident in list(kind.idents())[:TRIED]:
            try:
                kind.render(ident)
            except TemplateError as error:
                yield Finding("templates", 0, f"The {name} {ident} cannot be made: {error.message}")
                break
