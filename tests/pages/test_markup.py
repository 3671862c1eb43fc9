"""Valid HTML, as the Nu HTML checker sees it, in one run of Java over files."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from broadsheet.press.edition import Edition
from pages.specimens import ALL, TOOLS, Site
from services import do_without, program

pytestmark = pytest.mark.xdist_group("pages")

MEMORY = ["-Xss8m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
"""A deep stack for deep documents; the rest makes a short run shorter."""

WRONG = b"<!doctype html><html lang=en><title>x</title><p><img>"
"""Checked with all others, so that a checker which sees nothing is seen."""


@pytest.fixture(scope="session")
def checker() -> list[str]:
    """The command that checks the files named after it."""
    java = program("java", "apt install default-jre-headless")
    jar = TOOLS / "vnu-jar" / "build" / "dist" / "vnu.jar"
    if not jar.is_file():
        do_without("The Nu HTML checker", "make tools (needs npm: apt install nodejs npm)")
    return [java, *MEMORY, "-jar", str(jar), "--errors-only", "--format", "json"]


def errors(checker: list[str], documents: dict[str, bytes], folder: Path) -> list[str]:
    """What is wrong with documents, by their addresses; a wrong one of our own must be found and is left out."""
    names = {}
    for number, (path, body) in enumerate([*documents.items(), ("wrong", WRONG)]):
        file = folder / f"{number}.html"
        file.write_bytes(body)
        names[file.name] = path
    ended = subprocess.run(
        [*checker, "--exit-zero-always", folder], check=True, capture_output=True, timeout=600
    )
    found = [
        f"{names[message['url'].rpartition('/')[2]]}: {message['message']} {message.get('extract', '')}"
        for message in json.loads(ended.stderr)["messages"]
    ]
    assert any(error.startswith("wrong: An “img” element") for error in found), found
    return [error for error in found if not error.startswith("wrong: ")]


def test_markup_of_each_kind_of_page_has_no_error(
    site: Site, checker: list[str], tmp_path: Path
) -> None:
    documents = {}
    for name, path in site.pages.items():
        documents[f"{path} of {name}"] = site.document(*name.split(" "))
    assert len(documents) >= 2 * len(ALL)
    assert errors(checker, documents, tmp_path) == []


@pytest.mark.soak(minutes=1)
def test_markup_of_every_document_of_the_edition_has_no_error(
    site: Site, checker: list[str], tmp_path: Path
) -> None:
    edition = Edition(site.directory / "data" / "edition")
    documents = {
        entry.path: edition.blobs.path(entry.digest).read_bytes()
        for entry in edition.entries()
        if entry.content_type.startswith("text/html")
    }
    assert len(documents) > 200
    assert errors(checker, documents, tmp_path) == []
