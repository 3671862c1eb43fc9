"""The house's measures: no file or function longer than its stop, every module says what lives in it."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(
    path
    for folder in ("src", "tests", "benchmarks")
    for path in (ROOT / folder).rglob("*.py")
    if "migrations" not in path.parts
)
FUNCTION_STOP = 60
FILE_STOP = {"src": 400, "tests": 600, "benchmarks": 600}


def ids(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_sources_files_are_no_longer_than_their_stop() -> None:
    long = {
        ids(path): lines
        for path in SOURCES
        if (lines := path.read_text("utf-8").count("\n"))
        > FILE_STOP[path.relative_to(ROOT).parts[0]]
    }
    assert long == {}


def test_sources_functions_are_no_longer_than_their_stop() -> None:
    long = {
        f"{ids(path)}:{node.name}": length
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION_STOP
    }
    assert long == {}


def test_sources_modules_open_with_one_sentence_of_purpose() -> None:
    said = {
        ids(path): (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").partition("\n\n")[
            0
        ]
        for path in SOURCES
        if path.stat().st_size
    }
    assert len(said) > 500
    assert {name: first for name, first in said.items() if not first.rstrip().endswith(".")} == {}
