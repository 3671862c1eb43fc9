"""`check_theme` says in a sentence what a newsroom's own templates and styles break."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.template import engines
from pytest_django import Settings

from broadsheet.theme.checking import PACKAGE, PAIRS, check_theme
from broadsheet.theme.contrast import ratio
from paper import Paper


@pytest.fixture
def theme(settings: Settings, tmp_path: Path) -> Path:
    settings.THEME_DIR = tmp_path / "own"
    (tmp_path / "own" / "templates" / "newsroom").mkdir(parents=True)
    return tmp_path / "own"


def said(theme: Path, name: str, text: str) -> list[str]:
    file = theme / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
    return [str(finding) for finding in check_theme()]


def test_a_theme_that_changes_nothing_breaks_nothing(paper: Paper, theme: Path) -> None:
    paper.story()
    assert check_theme() == []
    ours = (PACKAGE / "newsroom" / "jinja2" / "newsroom" / "static.html").read_text("utf-8")
    assert said(theme, "templates/newsroom/static.html", ours) == []


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("templates/newsroom/storey.html", "", "No page uses it. Do you mean newsroom/story.html?"),
        ("templates/newsroom/foot.html", "\n{% if %}", "foot.html:2: It cannot be read:"),
        ("templates/newsroom/static.html", "<p>Ours</p>", "It lacks the block “main”"),
        ("templates/theme/components/people.html", "", "It lacks the macro “person”"),
        ("assets/style.css", "", "assets: Nothing reads it; a theme has"),
        ("style.css", ".a { color: red; ", "Its braces do not match"),
        ("style.css", "@import 'https://x.example/a.css';", "style.css:1: Pages load nothing"),
        ("style.css", ".a { margin-left: 1rem; }", "“margin-left” is wrong in right-to-left"),
        ("style.css", ":root { --quiet: #bbb; }", "--quiet on --paper has a contrast of 1.9"),
    ],
)
def test_what_is_broken_is_said(theme: Path, name: str, text: str, sentence: str) -> None:
    assert sentence in "\n".join(said(theme, name, text))


def test_a_page_that_cannot_be_made_is_named(
    paper: Paper, theme: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loader = engines["jinja2"].env.loader  # type: ignore[attr-defined]
    monkeypatch.setattr(loader, "searchpath", [str(theme / "templates"), *loader.searchpath])
    engines["jinja2"].env.cache.clear()  # type: ignore[attr-defined]
    ours = '{% extends "theme/base.html" %}{% block main %}{{ nothing.of_that_name }}{% endblock %}'
    try:
        assert "The missing en cannot be made: 'nothing' is undefined" in "\n".join(
            said(theme, "templates/newsroom/error.html", ours)
        )
    finally:
        engines["jinja2"].env.cache.clear()  # type: ignore[attr-defined]


def test_contrast_is_that_of_wcag() -> None:
    assert ratio("#000", "#ffffff") == 21
    assert round(ratio("#767676", "#fff"), 2) == 4.54
    assert len(PAIRS) > 4
