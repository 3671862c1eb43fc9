"""`broadsheet import wordpress` as people run it: the report, dry runs, bad files, kills, and the served site."""

from __future__ import annotations

import json
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import html5lib
import pytest
from click.testing import CliRunner, Result
from django.apps import apps

from broadsheet.press.edition import Edition
from broadsheet.project.cli import broadsheet
from broadsheet.project.cli.failures import sentence_for
from commanding import clean_environment, run
from imports.exports import FOOT, attachment, export, head, item, many
from paper import Paper
from running import Served, wait_until
from soaking import Budget


@dataclass
class Door:
    """The command, as typed in the newsroom of this test process."""

    directory: Path

    def __call__(self, file: Path, *more: object) -> Result:
        words = ["import", "wordpress", file, "--dir", self.directory, *more]
        return CliRunner().invoke(broadsheet, list(map(str, words)), standalone_mode=False)


@pytest.fixture
def door(paper: Paper, newsroom_dir: Path) -> Door:
    return Door(newsroom_dir)


def sentence(ended: Result) -> str:
    """What `broadsheet` would say instead of a traceback."""
    assert isinstance(ended.exception, Exception), ended.output
    said = sentence_for(ended.exception)
    assert said, ended.exception
    assert len(said.strip().splitlines()) == 1
    return said


def rows() -> dict[str, list[tuple[Any, ...]]]:
    """All that the database holds."""
    models = [model for model in apps.get_models() if model._meta.managed]
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values_list())
        for model in models
    }


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def counts(report: Path) -> tuple[int, ...]:
    found = json.loads(report.read_text("utf-8"))
    made = tuple(found[name] for name in ("items", "created", "merged", "skipped", "failed"))
    assert made[0] == sum(made[1:]) == len(found["entries"])
    return made


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


def test_report_says_what_became_of_every_item(door: Door, archive: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    ended = door(archive, "--report", report)
    assert ended.return_value == 0
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
    before = rows()
    door(archive, "--report", report)
    assert counts(report) == (4, 0, 3, 1, 0)
    assert rows() == before


@pytest.mark.only_on_postgres  # with SQLite it works on a copy of the file: see the processes below
def test_dry_run_on_postgres_says_the_same_and_changes_nothing(
    door: Door, archive: Path, tmp_path: Path
) -> None:
    dry, wet = tmp_path / "dry.json", tmp_path / "wet.json"
    before = rows()
    assert "nothing was changed" in door(archive, "--dry-run", "--report", dry).stdout
    assert rows() == before
    door(archive, "--report", wet)
    assert counts(wet) == counts(dry) == (4, 3, 0, 1, 0)
    assert json.loads(dry.read_text())["entries"] == json.loads(wet.read_text())["entries"]


def test_file_that_breaks_off_is_reported_and_what_was_whole_stays(
    door: Door, archive: Path, tmp_path: Path
) -> None:
    report = tmp_path / "report.json"
    text = archive.read_text()
    cut = written(tmp_path / "cut.xml", text[: text.index("<wp:post_id><![CDATA[3]]>")])
    ended = door(cut, "--report", report)
    assert ended.return_value == 1
    assert "breaks off before its end" in ended.stdout
    assert counts(report) == (3, 2, 0, 0, 1)
    assert json.loads(report.read_text())["complete"] is False
    assert door(archive, "--report", report).return_value == 0
    assert counts(report) == (4, 1, 2, 1, 0)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (None, "does not exist"),
    ],
)
def test_file_that_cannot_be_read_is_one_sentence(
    door: Door, tmp_path: Path, content: bytes | None, said: str
) -> None:
    file, report = tmp_path / "export.xml", tmp_path / "report.json"
    if content is not None:
        file.write_bytes(content)
    assert said in sentence(door(file, "--report", report))
    assert counts(report) == (0, 0, 0, 0, 0)
    assert said in json.loads(report.read_text())["notes"][0]


def test_mistakes_of_the_command_line_are_one_sentence(
    door: Door, archive: Path, tmp_path: Path
) -> None:
    for more, said in (
        (["--language", "xx"], "no edition in “xx”"),
        (["--report", tmp_path / "none" / "r.json"], "is no directory"),
        (["--report", tmp_path], "is a directory"),
    ):
        assert said in sentence(door(archive, *more))


def test_entities_are_said_and_not_followed(door: Door, tmp_path: Path) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    text = export(item(1).replace("<![CDATA[A story]]>", "&a;&f;")).replace(
        "<rss", f"{bomb}<rss", 1
    )
    ended = door(written(tmp_path / "x.xml", text))
    assert "declares entities of its own" in ended.stdout
    assert "root:x:0" not in repr(rows())


# Processes ----------------------------------------------------------------------------------


@pytest.fixture
def newsroom(founded: Path, tmp_path: Path) -> Path:
    subprocess.run(["cp", "-a", founded, tmp_path / "newsroom"], check=True)
    return tmp_path / "newsroom"


def command(newsroom: Path, file: Path, *more: object, ok: bool = True) -> Any:
    return run("import", "wordpress", file, "--dir", newsroom, *more, ok=ok)


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


def test_dry_run_changes_nothing_and_says_what_the_real_one_does_that_is_then_served(
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
    _is_served(newsroom)


def _is_served(newsroom: Path) -> None:
    """The story can be read, the old addresses lead to it, and every page is well-formed."""
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


def test_a_process_ends_with_a_sentence_and_status_two(founded: Path, tmp_path: Path) -> None:
    ended = command(founded, tmp_path / "none.xml", ok=False)
    assert ended.returncode == 2
    assert len(ended.stderr.strip().splitlines()) == 1
    assert "does not exist" in ended.stderr


def test_large_file_costs_no_memory(founded: Path, tmp_path: Path) -> None:
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
        arguments = ["import", "wordpress", str(path), "--dir", str(founded)]
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


@pytest.mark.early
def test_import_killed_at_any_point_and_run_again_doubles_and_loses_nothing(
    newsroom: Path, tmp_path: Path
) -> None:
    import_and_kill(newsroom, tmp_path, posts=20, kills=2, seed=5)


@pytest.mark.soak(minutes=2)
def test_import_killed_many_times_doubles_and_loses_nothing(
    founded: Path, tmp_path: Path, budget: Budget
) -> None:
    for piece in budget.pieces(20):
        folder = tmp_path / str(piece)
        newsroom = Path(shutil.copytree(founded, folder / "newsroom"))
        import_and_kill(newsroom, folder, posts=60, kills=6, seed=random.randrange(10**6))


def import_and_kill(newsroom: Path, tmp_path: Path, *, posts: int, kills: int, seed: int) -> None:
    """Killed after some stories, in the midst of whatever it does then; the links are put in last of all."""
    file = written(tmp_path / "export.xml", "".join(many(posts)))
    print(f"seed {seed}")
    dice = random.Random(seed)
    for _ in range(kills):
        running = subprocess.Popen(
            [sys.executable, "-m", "broadsheet.project.cli", "import", "wordpress", file, "--dir", newsroom],
            env=clean_environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        goal = min(posts, number(newsroom, STORIES) + dice.randint(1, 2 * posts // kills))
        wait_until(lambda goal=goal: number(newsroom, STORIES) >= goal, f"{goal} stories")
        time.sleep(dice.uniform(0, 0.2))
        running.send_signal(signal.SIGKILL)
        running.wait()
    report = tmp_path / "report.json"
    command(newsroom, file, "--report", report)
    assert (counts(report)[0], counts(report)[4]) == (posts, 0)
    origins = "SELECT count(*) FROM imports_origin WHERE kind = 'post'"
    linked = f"{STORIES} WHERE instr(body, 'linktype')"
    asked = (STORIES, origins, linked, f"{origins} AND lacks_links")
    assert [number(newsroom, query) for query in asked] == [posts, posts, posts // 5, 0]
    run("press", "check", "--dir", newsroom)
    before = dump(newsroom)
    command(newsroom, file)
    assert dump(newsroom) == before
