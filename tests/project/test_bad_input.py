"""Whatever is wrong: every command says it in one sentence with its mend, ends with a status, changes nothing."""

from __future__ import annotations

import re
import shutil
import socket
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from click.testing import CliRunner

from broadsheet.project.cli import broadsheet
from commanding import run
from running import free_port

pytestmark = pytest.mark.xdist_group("bad input")

SMALL = 200_000
"""Bytes that a file may have where the disk is as good as full."""


@dataclass(frozen=True)
class Case:
    """Something wrong (`spoil` does it to a good newsroom), a command, and what its sentence must say."""

    what: str
    command: str
    said: str
    spoil: Callable[[Path], object] = lambda directory: None
    environ: dict[str, str] = field(default_factory=dict)
    largest_file: int | None = None


def said_by(command: str, places: dict[str, object], case: Case) -> str:
    """The sentence of a command that must fail."""
    words = [word.format_map(places) for word in command.split()]
    ended = run(
        *words,
        ok=False,
        cwd=Path(str(places["tmp"])),
        largest_file=case.largest_file,
        **case.environ,
    )
    assert ended.returncode > 0, ended.stdout
    assert "Traceback" not in ended.stdout + ended.stderr
    assert "did not foresee" not in ended.stderr
    lines = ended.stderr.strip().splitlines()
    sentence = lines[-1]
    assert sentence.startswith("Error: ")
    assert all(re.match(r"Usage:|Try |$|Error: ", line) for line in lines), lines
    assert sum(line.startswith("Error: ") for line in lines) == 1, lines
    return sentence


def write(name: str, content: str | bytes) -> Callable[[Path], object]:
    """Put this into a file of the newsroom."""
    body = content.encode() if isinstance(content, str) else content
    return lambda directory: (directory / name).write_bytes(body)


def remove(name: str) -> Callable[[Path], object]:
    return lambda directory: (directory / name).unlink()


def damage(directory: Path) -> None:
    """Overwrite the middle of the database, as a dying disk does."""
    with (directory / "data" / "newsroom.sqlite3").open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * 200_000)


def age_backwards(directory: Path) -> None:
    """Make the database look as if a later version had worked with it."""
    with sqlite3.connect(directory / "data" / "newsroom.sqlite3") as connection:
        connection.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('newsroom', '0999_later', '2030-01-01')"
        )


SETTINGS, DATABASE = "settings.toml", "data/newsroom.sqlite3"
SECRET = {"BROADSHEET_PASSWORD": "a long and quiet river"}
NO_SERVER = "postgres://ann:hunter2@127.0.0.1:1/ledger"

CASES = [
    # What was typed.
    Case("no such command", "serv", "'serve'"),
    Case("no such option", "serve --prot 8000", "--port"),
    Case("no such option of init", "init new --nmae x", "--name"),
    Case("no argument", "backup --dir {ledger}", "FILE"),
    Case("a port that is a word", "serve --dir {ledger} --port many", "--port"),
    Case("a port out of range", "demo --port 70000", "--port"),
    Case("a role that is none", "user create --role boss --dir {ledger}", "reporter"),
    Case("a form that is none", "check --dir {ledger} --format xml", "json"),
    # Places.
    Case("no newsroom to serve", "serve --dir {tmp}", "broadsheet init"),
    Case("no newsroom to keep", "backup {tmp}/x.tar.gz --dir {tmp}", "broadsheet init"),
    Case("no newsroom to upgrade", "upgrade --dir {tmp}/nowhere", "broadsheet init"),
    Case("no newsroom to press", "press run --dir {tmp}", "broadsheet init"),
    Case("no newsroom here", "user create --email a@b.example", "broadsheet init"),
    Case("a file for a directory", "serve --dir {ledger}/settings.toml", "not a newsroom"),
    Case("a newsroom there already", "init {ledger}", "not empty"),
    Case("a file there already", "init {ledger}/settings.toml", "is a file"),
    Case("a path through a file", "init {ledger}/settings.toml/x", "a file, not a directory"),
    Case("a disk that takes nothing", "init /proc/ledger", "/proc/ledger"),
    Case("a demo where nothing can be", "demo --dir /proc/demo --port {free}", "/proc/demo"),
    Case("a demo over a newsroom", "demo --dir {ledger} --port {free}", "broadsheet serve"),
    Case("a demo over a file", "demo --dir {ledger}/settings.toml --port {free}", "is a file"),
    Case("a backup nowhere", "backup {tmp}/no/x.tar.gz --dir {ledger}", "is no directory"),
    Case("a backup over a directory", "backup {tmp} --dir {ledger}", "is a directory"),
    Case("a backup on a closed disk", "backup /proc/x.tar.gz --dir {ledger}", "/proc/x.tar.gz"),
    Case("a restore from nothing", "restore {tmp}/x.tar.gz --dir new", "x.tar.gz is no file"),
    Case("a restore from a directory", "restore {tmp} --dir new", "is no file"),
    Case("a restore from a letter", "restore {ledger}/settings.toml --dir new", "no backup"),
    Case("a restore over a newsroom", "restore {ledger}/settings.toml --dir {ledger}", "not empty"),
    # Ports and hosts.
    Case("a port taken", "serve --dir {ledger} --port {taken}", "{taken} cannot be used"),
    Case("a demo's port taken", "demo --dir new --port {taken}", "{taken} cannot be used"),
    Case("the sandbox's port taken", "serve --dir {ledger} --port {before}", "sandbox_port"),
    Case("a host of somebody else", "serve --dir {ledger} --host 192.0.2.1", "--host"),
    Case("a host that is none", "serve --dir {ledger} --host nowhere.invalid", "--host"),
    # What was chosen.
    Case("a time zone that is none", "init new --timezone Europe/Lisbonn", "Europe/Lisbon?"),
    Case("a language that is none", "init new --language qq", "“qq”"),
    Case("a language twice", "init new --language en --language en", "each once"),
    Case("a currency that is none", "init new --currency dollars", "USD"),
    Case("a domain with a scheme", "init new --domain https://a.example", "https://example.org"),
    Case("a domain in other letters", "init new --domain zeitüng.example", "xn--"),
    Case("production without domain", "init new --production", "--domain"),
    Case("a database of another kind", "init new --database-url mysql://h/d", "postgres://"),
    Case("a database without a name", "init new --database-url postgres://h", "names no database"),
    Case("a server that is away", f"init new --database-url {NO_SERVER}", "server running"),
    # Accounts.
    Case("no terminal", "user create --dir {ledger}", "--email"),
    Case("no password", "user create --email a@b.example --dir {ledger}", "BROADSHEET_PASSWORD"),
    Case(
        "an address that is none", "user create --email ann --dir {ledger}", "email", environ=SECRET
    ),
    Case(
        "a weak password",
        "user create --email a@b.example --dir {ledger}",
        "too common",
        environ={"BROADSHEET_PASSWORD": "password1234"},
    ),
    # Settings and secrets.
    Case(
        "broken settings", "serve --dir {ledger}", "line 2", write(SETTINGS, 'name = "x"\nurl = ')
    ),
    Case("an open list", "upgrade --dir {ledger}", "line 3", write(SETTINGS, "\n\nhosts = [1,\n")),
    Case("an unknown setting", "press run --dir {ledger}", "“port”", write(SETTINGS, "port = 1")),
    Case(
        "a wrong type", "backup x --dir {ledger}", "whole number", write(SETTINGS, "email_port='x'")
    ),
    Case(
        "letters of 1990", "serve --dir {ledger}", "cannot be read", write(SETTINGS, b'name="\xe9"')
    ),
    Case(
        "a wrong variable",
        "serve --dir {ledger}",
        "BROADSHEET_URL",
        environ={"BROADSHEET_URL": "x"},
    ),
    Case("no key", "press run --dir {ledger}", "secret_key", remove("secrets/secret_key")),
    Case(
        "no key to serve with", "serve --dir {ledger}", "secret_key", remove("secrets/secret_key")
    ),
    Case(
        "a broken key", "serve --dir {ledger}", "secret_key", write("secrets/secret_key", b"\xff")
    ),
    # The database.
    *(
        Case(f"{what}: {command.split()[0]}", f"{command} --dir {{ledger}}", said, spoil)
        for what, said, spoil in (
            ("a damaged database", "broadsheet restore", damage),
            (
                "a database that is a letter",
                "broadsheet restore",
                write(DATABASE, "Dear editor" * 99),
            ),
            ("a lost database", "newsroom.sqlite3 missing", remove(DATABASE)),
            ("an emptied database", "broadsheet restore", write(DATABASE, "")),
        )
        for command in ("backup x.tar.gz", "upgrade")
    ),
    Case("a newer database", "upgrade --dir {ledger}", "newer version", age_backwards),
    Case("a newer database served", "serve --dir {ledger}", "newer version", age_backwards),
    # Room.
    Case("a full disk for init", "init new", "Make room", largest_file=SMALL),
    Case(
        "a full disk for the demo",
        "demo --dir new --port {free}",
        "Make room",
        largest_file=SMALL,
    ),
    Case(
        "a full disk for a backup",
        "backup x.tar.gz --dir {ledger}",
        "Make room",
        largest_file=SMALL,
    ),
]


@pytest.fixture(scope="module")
def good(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("good") / "ledger"
    shutil.copytree(founded, directory)
    (directory / "data" / "media" / "noise.bin").write_bytes(bytes(SMALL * 2))
    return directory


@pytest.fixture
def places(good: Path, tmp_path: Path) -> Iterator[dict[str, object]]:
    ledger = tmp_path / "ledger"
    shutil.copytree(good, ledger)
    port = free_port()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        known = {"taken": port, "before": port - 1, "free": free_port()}
        yield {"ledger": ledger, "tmp": tmp_path, **known}


def contents(directory: Path) -> dict[str, bytes]:
    """All files but databases, whose own journals move, and the notes of running processes."""
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file() and not re.search(r"/run/|\.sqlite3|\.lock$", str(path))
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.what)
def test_what_is_wrong_is_said_in_one_sentence_and_changes_nothing(
    case: Case, places: dict[str, object]
) -> None:
    ledger = Path(str(places["ledger"]))
    case.spoil(ledger)
    before = contents(ledger)
    assert case.said.format_map(places) in said_by(case.command, places, case)
    assert contents(ledger) == before
    made = {path.name for path in Path(str(places["tmp"])).iterdir()} - {"ledger"}
    assert made == set()


@pytest.mark.parametrize(
    ("spoil", "subject", "said"),
    [
        (write(SETTINGS, "port = 1"), "settings", "“port”"),
        (remove("secrets/secret_key"), "settings", "secret_key"),
        (damage, "database", "broadsheet restore"),
        (remove(DATABASE), "database", "missing"),
        (write(DATABASE, ""), "migrations", "broadsheet restore"),
        (age_backwards, "migrations", "newer"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_check_finds_what_is_wrong_and_how_to_mend_it(
    good: Path, tmp_path: Path, spoil: Callable[[Path], object], subject: str, said: str
) -> None:
    directory = tmp_path / "ledger"
    shutil.copytree(good, directory)
    spoil(directory)
    ended = run("check", "--dir", directory, ok=False)
    assert ended.stderr == ""
    found = re.findall(rf"^problem +{subject}: (.*\n(?: .*\n)*)", ended.stdout, re.MULTILINE)
    assert any(said in problem for problem in found), ended.stdout


def test_check_finds_all_that_is_wrong_at_once(good: Path, tmp_path: Path) -> None:
    directory = tmp_path / "ledger"
    shutil.copytree(good, directory)
    (directory / "secrets").chmod(0o755)
    shutil.rmtree(directory / "data" / "media")
    write("data/edition/edition.sqlite3", "Dear editor")(directory)
    said = run("check", "--dir", directory, ok=False).stdout
    found = dict(re.findall(r"^problem +([a-z]+): (.*\n(?: .*\n)*)", said, re.MULTILINE))
    wanted = {"secrets": "chmod", "folders": "media", "edition": "press run"}
    assert all(words in found[subject] for subject, words in wanted.items()), said


def test_help_names_every_command_in_full_and_needs_no_newsroom(tmp_path: Path) -> None:
    listed = run("--help", BROADSHEET_DIR=str(tmp_path / "nowhere")).stdout.partition("Commands:")[
        2
    ]
    assert "..." not in listed
    commands = re.findall(r"^  ([a-z]+) ", listed, re.MULTILINE)
    assert set(commands) >= set(
        "init serve demo backup restore upgrade user check press import".split()
    )
    assert run("check", "--help").stdout.startswith("Usage: broadsheet check")
    for command in commands:
        said = CliRunner().invoke(broadsheet, [command, "--help"], prog_name="broadsheet").output
        assert said.startswith(f"Usage: broadsheet {command}")
