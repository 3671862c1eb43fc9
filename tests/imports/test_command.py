"""`broadsheet import wordpress` as people run it: the report, dry runs, bad files, kills, and the served site."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import html5lib
import pytest

from broadsheet.press.edition import Edition
from commanding import clean_environment, run
from imports.exports import FOOT, attachment, export, head, item, many
from running import Served, wait_until

KILLS = int(os.environ.get("BROADSHEET_KILLS", "2"))


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A newsroom that nothing was brought into yet; tests copy it."""
    directory = tmp_path_factory.mktemp("founded") / "newsroom"
    run("init", directory)
    return directory


@pytest.fixture
def newsroom(founded: Path, tmp_path: Path) -> Path:
    subprocess.run(["cp", "-a", founded, tmp_path / "newsroom"], check=True)
    return tmp_path / "newsroom"


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def command(newsroom: Path, file: Path, *more: object, ok: bool = True) -> Any:
    return run("import", "wordpress", file, "--dir", newsroom, *more, ok=ok)


def counts(report: Path) -> tuple[int, ...]:
    found = json.loads(report.read_text("utf-8"))
    made = tuple(found[name] for name in ("items", "created", "merged", "skipped", "failed"))
    assert made[0] == sum(made[1:]) == len(found["entries"])
    return made


def dump(newsroom: Path) -> list[str]:
    with sqlite3.connect(newsroom / "data" / "newsroom.sqlite3") as database:
        return list(database.iterdump())


def files(newsroom: Path) -> dict[str, int]:
    data = newsroom / "data"
    return {
        str(path.relative_to(data)): path.stat().st_mtime_ns
        for path in data.rglob("*")
        if path.is_file() and path.parent.name not in ("run", "data")
    }


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    text = export(
        item(1, "Rain & floods", "Water.\n\n<script>x</script><b>Bold"),
        item(
            2, "Later", kind="page", slug="about", link="https://old.example/about-us/", labels=[]
        ),
        item(3, kind="nav_menu_item"),
        attachment(4, "https://old.example/a.jpg"),
    )
    return written(tmp_path / "export.xml", text)


def test_report_says_what_became_of_every_item(
    newsroom: Path, archive: Path, tmp_path: Path
) -> None:
    report = tmp_path / "report.json"
    ended = command(newsroom, archive, "--report", report)
    assert "4 items: 3 created, 0 merged, 1 skipped, 0 failed." in ended.stdout
    assert ended.stderr == ""
    assert counts(report) == (4, 3, 0, 1, 0)
    found = json.loads(report.read_text("utf-8"))
    assert list(found)[:6] == ["items", "created", "merged", "skipped", "failed", "entries"]
    assert (found["complete"], found["dry_run"], found["site"]) == (
        True,
        False,
        "https://old.example",
    )
    assert found["entries"][0] == {
        "number": 1,
        "line": found["entries"][0]["line"],
        "id": "1",
        "type": "post",
        "title": "Rain & floods",
        "old_address": "https://old.example/2020/01/story-1/",
        "result": "created",
        "reason": "",
        "new_address": "/2020/01/story-1/",
        "comments": 0,
        "notes": ["A script was taken out"],
    }
    before = dump(newsroom)
    command(newsroom, archive, "--report", report)
    assert counts(report) == (4, 0, 3, 1, 0)
    assert dump(newsroom) == before


def test_dry_run_says_the_same_and_changes_nothing(
    newsroom: Path, archive: Path, tmp_path: Path
) -> None:
    dry, wet = tmp_path / "dry.json", tmp_path / "wet.json"
    before = dump(newsroom), files(newsroom)
    ended = command(newsroom, archive, "--dry-run", "--report", dry)
    assert (dump(newsroom), files(newsroom)) == before
    assert list((newsroom / "data" / "run").iterdir()) == []
    assert "nothing was changed" in ended.stdout
    command(newsroom, archive, "--report", wet)
    assert json.loads(dry.read_text())["entries"] == json.loads(wet.read_text())["entries"]


def test_dry_run_changes_nothing_on_postgres(
    tmp_path: Path, archive: Path, new_postgres: Callable[[], str]
) -> None:
    import psycopg
    from psycopg.sql import SQL, Identifier

    url = new_postgres()
    run("init", tmp_path / "newsroom", "--database-url", url)

    def rows() -> dict[str, list[tuple[object, ...]]]:
        with psycopg.connect(url) as connection:
            names = connection.execute(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
            ).fetchall()
            every = SQL("SELECT t::text FROM {} t")
            return {
                name: sorted(connection.execute(every.format(Identifier(name))))
                for (name,) in names
            }

    before = rows()
    dry, wet = tmp_path / "dry.json", tmp_path / "wet.json"
    command(tmp_path / "newsroom", archive, "--dry-run", "--report", dry)
    assert rows() == before
    command(tmp_path / "newsroom", archive, "--report", wet)
    assert counts(wet) == counts(dry) == (4, 3, 0, 1, 0)


def test_file_that_breaks_off_is_reported_and_what_was_whole_stays(
    newsroom: Path, archive: Path, tmp_path: Path
) -> None:
    report = tmp_path / "report.json"
    text = archive.read_text()
    cut = written(tmp_path / "cut.xml", text[: text.index("<wp:post_id><![CDATA[3]]>")])
    ended = command(newsroom, cut, "--report", report, ok=False)
    assert ended.returncode == 1
    assert "breaks off before its end" in ended.stdout
    assert counts(report) == (3, 2, 0, 0, 1)
    assert json.loads(report.read_text())["complete"] is False
    assert command(newsroom, archive, "--report", report).returncode == 0
    assert counts(report) == (4, 1, 2, 1, 0)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (None, "does not exist"),
    ],
)
def test_file_that_cannot_be_read_is_one_sentence(
    newsroom: Path, tmp_path: Path, content: bytes | None, said: str
) -> None:
    file, report = tmp_path / "export.xml", tmp_path / "report.json"
    if content is not None:
        file.write_bytes(content)
    ended = command(newsroom, file, "--report", report, ok=False)
    assert ended.returncode == 2
    assert len(ended.stderr.strip().splitlines()) == 1
    assert said in ended.stderr
    assert counts(report) == (0, 0, 0, 0, 0)
    assert said in json.loads(report.read_text())["notes"][0]


def test_mistakes_of_the_command_line_are_one_sentence(
    newsroom: Path, archive: Path, tmp_path: Path
) -> None:
    for more, said in (
        (["--language", "xx"], "no edition in “xx”"),
        (["--report", tmp_path / "none" / "r.json"], "is no directory"),
        (["--report", tmp_path], "is a directory"),
    ):
        ended = command(newsroom, archive, *more, ok=False)
        assert said in ended.stderr
        assert "Traceback" not in ended.stderr


def test_entities_are_said_and_not_followed(newsroom: Path, tmp_path: Path) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    text = export(item(1).replace("<![CDATA[A story]]>", "&a;&f;")).replace(
        "<rss", f"{bomb}<rss", 1
    )
    ended = command(newsroom, written(tmp_path / "x.xml", text))
    assert "declares entities of its own" in ended.stdout
    assert not any("root:x:0" in line for line in dump(newsroom))


def test_large_file_costs_no_memory(newsroom: Path, tmp_path: Path) -> None:
    """Forty megabytes of items that end as skipped: the highest memory stays near that of a small file."""
    small = written(tmp_path / "small.xml", export(item(1, kind="product")))
    large = tmp_path / "large.xml"
    body = item(1, content="word " * 4000, kind="product")
    with large.open("w") as file:
        file.write(head())
        file.writelines([body] * 2000)
        file.write(FOOT)
    measured = []
    for path in (small, large):
        program = "import resource, sys; from broadsheet.project.cli import broadsheet as b\n"
        arguments = ["import", "wordpress", str(path), "--dir", str(newsroom)]
        program += f"b.main({arguments!r}, standalone_mode=False)\n"
        program += "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
        said = subprocess.run(
            [sys.executable, "-c", program], env=clean_environment(), capture_output=True, text=True, check=True
        )  # fmt: skip
        measured.append(int(said.stdout.split()[-1]))
    assert large.stat().st_size > 40_000_000
    assert measured[1] - measured[0] < 25_000  # kilobytes


def number(newsroom: Path, query: str) -> int:
    with sqlite3.connect(newsroom / "data" / "newsroom.sqlite3") as database:
        (found,) = database.execute(query).fetchone()
    return int(found)


STORIES = "SELECT count(*) FROM newsroom_article"


def test_import_killed_at_any_point_and_run_again_doubles_and_loses_nothing(
    newsroom: Path, tmp_path: Path
) -> None:
    """Killed after some stories, in the midst of whatever it does then; the links are put in last of all."""
    file = written(tmp_path / "export.xml", "".join(many(60)))
    dice = random.Random(int(os.environ.get("BROADSHEET_SEED", "5")))
    for _ in range(KILLS):
        running = subprocess.Popen(
            [sys.executable, "-m", "broadsheet.project.cli", "import", "wordpress", file, "--dir", newsroom],
            env=clean_environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        goal = min(60, number(newsroom, STORIES) + dice.randint(1, 110 // KILLS))
        wait_until(lambda goal=goal: number(newsroom, STORIES) >= goal, f"{goal} stories")
        time.sleep(dice.uniform(0, 0.2))
        running.send_signal(signal.SIGKILL)
        running.wait()
    report = tmp_path / "report.json"
    command(newsroom, file, "--report", report)
    assert (counts(report)[0], counts(report)[4]) == (60, 0)
    posts = "SELECT count(*) FROM imports_origin WHERE kind = 'post'"
    linked = f"{STORIES} WHERE instr(body, 'linktype')"
    asked = (STORIES, posts, linked, f"{posts} AND lacks_links")
    assert [number(newsroom, query) for query in asked] == [60, 60, 12, 0]
    run("press", "check", "--dir", newsroom)
    before = dump(newsroom)
    command(newsroom, file)
    assert dump(newsroom) == before


def test_site_shows_what_was_brought_and_old_addresses_lead_there(
    newsroom: Path, archive: Path
) -> None:
    command(newsroom, archive)
    served = Served(newsroom)
    try:
        status, body = served.get("/2020/01/story-1/")
        assert status == 200
        assert b"<p><strong>Bold</strong></p>" in body
        for (
            old
        ) in "/about-us/ /about-us /?p=1 /?page_id=2 /category/city/ /author/ann/ /feed/".split():
            assert served.get(old)[0] == 301, old
    finally:
        served.stop()
    edition = Edition(newsroom / "data" / "edition")
    for entry in edition.entries():
        if entry.content_type.startswith("text/html"):
            document = edition.blobs.open(entry.digest).read().decode()
            html5lib.HTMLParser(strict=True).parse(document)
            assert "<script>" not in document
