"""Roles: what runs once only, what runs beside each other, and what each process has to load."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from broadsheet.project import doctor
from broadsheet.project.address import NOTED, as_served, forget_port, note_port
from broadsheet.project.env import load
from broadsheet.project.processes import Busy, running
from broadsheet.project.roles import newsstand_at, supervise, take_up
from commanding import clean_environment, run
from running import free_port

WHOLE = ["app", "worker", newsstand_at(8000)]

LOADED = """
import asyncio, sys
from broadsheet.project.cli import broadsheet
from broadsheet.project import asgi, web
application = getattr(asgi, sys.argv[1])()
async def ask(path):
    sent = []
    async def send(message):
        sent.append(message)
    await application({"type": "http", "method": "GET", "path": path, "raw_path": path.encode(),
                       "query_string": b"", "headers": []}, None, send)
    return sent[0]["status"]
async def main():
    return [await ask(path) for path in ("/", "/feed.xml", "/nothing/", "/desk/")]
print(*asyncio.run(main()), *sorted({"django", "wagtail", "PIL", "lxml"} & set(sys.modules)))
"""


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., None]]:
    """Supervises some of a newsroom until the test ends."""
    with ExitStack() as held:
        yield lambda names, by, what="": held.enter_context(supervise(tmp_path, names, by, what))


def test_newsstand_loads_no_django_whatever_it_is_asked(newsroom: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", LOADED, "newsstand"],
        env={**clean_environment(), "BROADSHEET_DIR": str(newsroom)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout.split() == ["200", "200", "404", "503"]


def test_roles_run_beside_each_other(serve: Callable[..., None], tmp_path: Path) -> None:
    serve(["app"], "a")
    serve(["worker"], "b")
    serve([newsstand_at(8010)], "c")
    serve([newsstand_at(8011)], "d")
    with take_up(tmp_path, ["app"]), take_up(tmp_path, ["worker"]):
        assert running(tmp_path) == [
            *("app", "serve-app", "serve-newsstand-8010", "serve-newsstand-8011"),
            *("serve-worker", "worker"),
        ]
    assert "app" not in running(tmp_path)


@pytest.mark.parametrize("name", ["app", "worker", newsstand_at(8000)])
def test_role_beside_the_whole_is_refused_and_so_is_the_whole(
    serve: Callable[..., None], tmp_path: Path, name: str
) -> None:
    whole = supervise(tmp_path, WHOLE, "broadsheet serve", "This newsroom")
    with whole, pytest.raises(Busy, match=r"runs already \(process \d+, broadsheet serve\)\."):
        serve([name], "broadsheet serve --role it")
    serve([name], "broadsheet serve --role it")
    with pytest.raises(Busy, match=r"^This newsroom runs already \(process \d+, .* --role it\)\."):
        serve(WHOLE, "broadsheet serve", "This newsroom")
    if name != "app":  # what it took before it was refused it let go of
        serve(["app"], "broadsheet serve --role app")


def test_command_is_refused_with_a_sentence(newsroom: Path) -> None:
    folder, at = newsroom / "data" / "run", ("--dir", newsroom)
    with supervise(folder, ["app"], "broadsheet serve --role app"):
        said = run("serve", *at, "--role", "app", ok=False).stderr
        assert said.startswith("Error: The app of this newsroom runs already (process ")
        assert "This newsroom runs already" in run("serve", *at, ok=False).stderr
        assert "being served" in run("upgrade", *at, ok=False).stderr
    with take_up(folder, [newsstand_at(8044)]):
        said = run("newsstand", *at, "--port", 8044, ok=False).stderr
        assert said.startswith("Error: The newsstand at port 8044 runs already (process ")
    said = run("serve", *at, "--role", "worker", "--port", free_port(), ok=False).stderr
    assert said == "Error: The worker listens on no port. Leave --port out.\n"


def test_forgotten_port_leaves_the_address_of_the_settings(newsroom: Path) -> None:
    values = load(newsroom, {})
    note_port(newsroom, 8123)
    assert as_served(newsroom, values).url == "http://127.0.0.1:8123"
    forget_port(newsroom)
    assert as_served(newsroom, values) == values
    forget_port(newsroom)
    assert not (newsroom / NOTED).exists()


@pytest.mark.parametrize(
    ("names", "level", "words"),
    [
        (["app", "newsstand-8010", "newsstand-8011"], "ok", "at ports 8010 and 8011"),
        (["app", "newsstand-8000", "worker"], "ok", "at port 8000"),
        (["newsstand-8010"], "problem", "no app runs"),
        (["app", "worker"], "problem", "no newsstand runs"),
    ],
)
def test_check_says_what_of_a_newsroom_runs(
    tmp_path: Path, names: list[str], level: str, words: str
) -> None:
    with take_up(tmp_path / "data" / "run", names):
        (finding,) = doctor.serving(tmp_path)
    assert finding.level == level
    assert words in finding.message
    assert list(doctor.serving(tmp_path)) == []
