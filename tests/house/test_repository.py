"""The repository itself: neutral requirements, true documents, contracts that hold, no marks of one machine."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest
from pytest_django import Settings

import broadsheet
from broadsheet.project.cli import broadsheet as command
from broadsheet.project.configuration_page import configuration_page

ROOT = Path(__file__).resolve().parents[2]
TRACKED = [
    ROOT / name
    for name in subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split("\0")
    if name and (ROOT / name).is_file()
]
TEXTS = [
    path
    for path in TRACKED
    if path.suffix
    in {".py", ".md", ".toml", ".txt", ".in", ".html", ".css", ".js", ".xml", ".svg", ""}
    and path != Path(__file__)
]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


def lines_with(pattern: str) -> list[str]:
    searched = re.compile(pattern)
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in TEXTS
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1)
        if searched.search(line)
    ]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_requirements_carry_hashes_and_name_no_host(lock: Path) -> None:
    text = lock.read_text("utf-8")
    pins = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert pins
    assert all(re.match(r"[a-z0-9.\-]+(\[[a-z,]+\])?==\S+ ", pin) for pin in pins)
    assert text.count("--hash=sha256:") >= len(pins)
    assert not re.search(r"https?://|--index-url|--find-links|--extra-index", text)


@pytest.mark.xdist_group("house")
def test_groups_stay_in_one_process(request: pytest.FixtureRequest) -> None:
    # Where the plug-in and pytest do not fit together it says nothing and makes every newsroom twice.
    if request.config.getoption("loadgroup", None) is not True:
        pytest.skip("the tests are not dealt out by group")
    assert request.node.nodeid.endswith("@house")


def test_each_test_process_has_a_newsroom_of_its_own(
    newsroom_dir: Path, settings: Settings
) -> None:
    assert newsroom_dir in settings.RUN_DIR.parents


def test_requirements_say_what_the_package_says() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    named = (ROOT / "requirements" / "base.in").read_text("utf-8").splitlines()
    assert project["dependencies"] == [line for line in named if line and not line.startswith("#")]
    assert project["version"] == broadsheet.__version__


def test_tracked_files_hold_no_path_of_one_machine() -> None:
    assert lines_with(r"(^|[\s\"'(=])/(work|root|home/[a-z]+)/") == []


def test_tracked_files_hold_no_unfinished_business() -> None:
    assert lines_with(r"\b(TODO|FIXME|XXX|NotImplementedError|pragma: no cover)\b") == []


def test_tests_patch_none_of_our_own_code() -> None:
    assert lines_with(r"^\s*(from unittest(\.mock)? import|import unittest\.mock|@patch)") == []


def test_configuration_page_is_made_from_the_table() -> None:
    page = ROOT / "docs" / "run" / "configuration.md"
    assert page.read_text("utf-8") == configuration_page(), "run: make format"


def test_documents_name_commands_and_options_that_exist() -> None:
    unknown = []
    for path in (p for p in TEXTS if p.suffix == ".md" and "changes" not in p.parts):
        for call in re.findall(
            r"(?:^|[`/]|(?<!-u) )broadsheet ((?:--)?[a-z][^`\n|)]*)", path.read_text("utf-8")
        ):
            problem = _problem(call.split())
            if problem:
                unknown.append(f"{path.relative_to(ROOT)}: broadsheet {call.strip()}: {problem}")
    assert unknown == []


def _problem(words: list[str]) -> str | None:
    """What is wrong with a command line, as far as names go."""
    at: click.Command = command
    for word in words:
        if isinstance(at, click.Group) and not word.startswith("-"):
            if word == "broadsheet":  # a database or account of that name
                return None
            if word not in at.commands:
                return f"no command {word}" if at is not command or word.isascii() else None
            at = at.commands[word]
        elif word.startswith("--"):
            name = re.sub(r"[^a-z\-].*", "", word)
            known = {option for parameter in at.params for option in parameter.opts}
            if name not in known | {"--help"}:
                return f"no option {name}"
    return None


def test_decisions_have_each_a_number_of_their_own() -> None:
    numbers = [path.name[:4] for path in sorted((ROOT / "docs" / "decisions").iterdir())]
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]


def test_links_between_documents_lead_somewhere() -> None:
    broken = [
        f"{path.relative_to(ROOT)}: {target}"
        for path in TEXTS
        if path.suffix == ".md"
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text("utf-8"))
        if "://" not in target
        and not target.startswith(("mailto:", "/"))
        and not (path.parent / target).exists()
        and "content" not in path.parts
    ]
    assert broken == []


def test_imports_keep_their_contracts() -> None:
    linter = Path(sys.executable).parent / "lint-imports"
    ended = subprocess.run(
        [linter, "--config", "importlinter.toml", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
    )
    assert ended.returncode == 0, ended.stdout[-3000:]
