"""The door to the application alone, and the newsstand without one: each says what it does not answer."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from asking import ask, behind
from broadsheet.press.edition import Edition, Pressed
from broadsheet.press.newsstand import Newsstand, StageDoor, elsewhere

DYNAMIC, PAGES = ("/desk/", "/account/"), frozenset({"/search/"})


@pytest.fixture
def door() -> StageDoor:
    return StageDoor(DYNAMIC, lambda: behind, PAGES)


@pytest.mark.parametrize("path", ["/desk/", "/desk/pages/3/", "/account/x", "/search/", "/%64esk/"])
def test_door_lets_through_what_is_dynamic(door: StageDoor, path: str) -> None:
    assert ask(door, path, method="POST").status == 299


@pytest.mark.parametrize("path", ["/", "/2026/11/river/", "/desk", "/search/x", "/media/a.jpg"])
def test_door_says_that_the_edition_is_elsewhere(door: StageDoor, path: str) -> None:
    answer = ask(door, path)
    said = (answer.status, answer.headers["retry-after"], answer.headers["cache-control"])
    assert said == (503, "30", "no-store")
    assert b"cannot be reached" in answer.body
    assert ask(door, path, method="HEAD").body == b""


@pytest.mark.parametrize(
    ("path", "status"),
    [("/desk/../x", 400), ("/desk/%2e%2e/", 400), ("/desk/%2f", 400), ("/desk/" + "x" * 5000, 414)],
)
def test_door_refuses_what_the_newsstand_refuses(door: StageDoor, path: str, status: int) -> None:
    assert ask(door, path).status == status


def test_door_lives_and_ends_with_its_server(door: StageDoor) -> None:
    events = iter(["lifespan.startup", "lifespan.shutdown"])
    sent: list[str] = []

    async def receive() -> Any:
        return {"type": next(events)}

    async def send(message: Any) -> None:
        sent.append(message["type"])

    asyncio.run(door({"type": "lifespan"}, receive, send))
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


def test_door_takes_no_websocket(door: StageDoor) -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(door({"type": "websocket"}, None, send))  # type: ignore[arg-type]
    assert sent == [{"type": "websocket.close", "code": 1000}]


def test_newsstand_alone_answers_readers_and_says_that_the_rest_is_elsewhere(
    tmp_path: Path,
) -> None:
    edition = Edition.create(tmp_path / "edition")
    edition.step([Pressed("page:1", "/", 200, "text/html", (), b"<p>News")], [], {}, "first")
    stand = Newsstand(edition, DYNAMIC, lambda: elsewhere, PAGES)
    front = ask(stand, "/")
    assert (front.status, front.body) == (200, b"<p>News")
    for path in ("/desk/", "/search/"):
        answer = ask(stand, path, method="POST")
        assert (answer.status, answer.headers["retry-after"]) == (503, "30")
    assert ask(stand, "/desk").status == 308
