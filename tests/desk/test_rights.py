"""Who may what at the desk: every address that there is, asked by somebody of each role.

`rights.txt` says for each address who may at least read it and send to it. Whoever may less is refused, or
sent to sign in, and an address that is not in it fails the test.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from asgiref.sync import async_to_sync
from django.contrib.messages import get_messages
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse
from wagtail.models import ReferenceIndex

from broadsheet.newsroom.actions.stories import write_story
from broadsheet.readers.actions import create_account
from desk.addresses import Address, desk_addresses
from desk.newsroom import FORM, PASSWORD, ROLES, SECRETS, Newsroom
from paper import Paper
from proving import sign_in

TABLE = Path(__file__).parent / "rights.txt"
NO_ONE = "-"
METHODS = ("GET", "POST")
GIVERS = ("giver", "address")
FAILING = (
    "desk/failwhale/",  # on purpose, to see how an error is shown
    "desk/pages/<int:page_id>/copy/",
    "desk/choose-external-link/",
    "desk/redirects/import/process/",
    *(f"desk/snippets/choose/newsroom/{name}/create/" for name in ("author", "topic", "series")),
)
"""Where Wagtail fails for who may, when a form lacks what each browser sends with it."""


@pytest.fixture
def newsroom(paper: Paper, tmp_path: Path) -> Newsroom:
    return Newsroom(paper, tmp_path)


def rights() -> dict[tuple[str, str], str]:
    """The table: by route and method the lowest role that may."""
    lines = [line.split(maxsplit=2) for line in TABLE.read_text("utf-8").splitlines()]
    return {
        (route, method): role
        for get, post, route in (line for line in lines if line and line[0] != "#")
        for method, role in zip(METHODS, (get, post), strict=True)
    }


@contextlib.contextmanager
def undone() -> Iterator[None]:
    """Whatever is done in the block is done for nobody else."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)


def ask(newsroom: Newsroom, address: Address, method: str, role: str) -> HttpResponseBase:
    client, path = newsroom.client(role), address.filled(newsroom.things)
    return client.get(path) if method == "GET" else client.post(path, FORM)


def may(answer: HttpResponseBase) -> bool:
    """Whether an answer lets in: it is no refusal, not the way to the sign-in, nothing that is nowhere."""
    if answer.status_code in (403, 404, 405):
        return False
    where = answer.headers.get("Location", "")
    said = [str(message).strip() for message in get_messages(answer.wsgi_request)]  # type: ignore[attr-defined]
    is_refused = any("permission" in text or text.startswith("0 ") for text in said)
    return not where.startswith("/desk/login/") and not (where == "/desk/" and is_refused)


def text_of(answer: HttpResponseBase) -> str:
    if getattr(answer, "is_async", False):
        return b"".join(async_to_sync(_parts_of)(answer)).decode()
    content = b"".join(answer) if answer.streaming else answer.content  # type: ignore[attr-defined]
    return content.decode("utf-8", "replace")


async def _parts_of(answer: HttpResponseBase) -> list[bytes]:
    return [part async for part in answer]  # type: ignore[attr-defined]


def told(answer: HttpResponseBase, role: str) -> set[str]:
    """The secrets in an answer that somebody of this role has no right to."""
    text = text_of(answer)
    path: str = answer.wsgi_request.path  # type: ignore[attr-defined]
    if role == "administrator" and path.startswith("/desk/money/"):
        return set()
    kept = SECRETS if role in ROLES[:3] else {name: SECRETS[name] for name in GIVERS}
    return {name for name, words in kept.items() if words in text}


def findings(newsroom: Newsroom, method: str, roles: Callable[[str], list[str]]) -> Iterator[str]:
    """What is otherwise than the table says, for the roles that are asked about each lowest one."""
    table = rights()
    for address in desk_addresses():
        lowest = table[address.route, method]
        for role in roles(lowest):
            with undone():
                answer = ask(newsroom, address, method, role)
                asked = f"{role}: {method} {address.route}"
                should = lowest != NO_ONE and ROLES.index(role) >= ROLES.index(lowest)
                if may(answer) != should:
                    yield f"{asked} answers {answer.status_code}, and should {'' if should else 'not '}let in"
                if answer.status_code >= 500 and address.route not in FAILING:
                    yield f"{asked} fails"
                if role == "nobody" and not may(answer) and answer.status_code not in (302, 405):
                    yield f"{asked} does not lead to the sign-in"
                yield from (f"{asked} tells of: {name}" for name in sorted(told(answer, role)))


def around(lowest: str) -> list[str]:
    """The roles on both sides of the line, and those who must never see what is secret."""
    line = ROLES.index(lowest) if lowest in ROLES else len(ROLES)
    return [role for at, role in enumerate(ROLES) if at in (0, 2, line - 1, line)]


def test_rights_are_said_of_every_address() -> None:
    there = {address.route for address in desk_addresses()}
    said = {route for route, _method in rights()}
    assert there - said == set(), "Say in rights.txt who may."
    assert said - there == set(), "These are gone; take them out of rights.txt."


@pytest.mark.parametrize("method", METHODS)
def test_rights_are_as_the_table_says(newsroom: Newsroom, method: str) -> None:
    assert list(findings(newsroom, method, around)) == []


@pytest.mark.soak(minutes=1)
@pytest.mark.parametrize("method", METHODS)
def test_rights_of_every_role_are_as_the_table_says(newsroom: Newsroom, method: str) -> None:
    assert list(findings(newsroom, method, lambda _lowest: list(ROLES))) == []


@pytest.mark.parametrize("address", ["/city/draft/", "/city/scheduled/", "{draft}", "{picture}"])
def test_rights_of_a_reader_end_at_what_is_published(newsroom: Newsroom, address: str) -> None:
    draft, picture = newsroom.draft.current_address(), f"/media/{newsroom.picture.file.name}"
    answer = Client().get(address.format(draft=draft, picture=picture))
    assert answer.status_code == 404
    assert told(answer, "nobody") == set()


def test_rights_to_a_picture_come_with_a_story_that_shows_it(newsroom: Newsroom) -> None:
    paper, neighbour = newsroom.paper, newsroom.client("neighbour")
    shown = newsroom.picture.get_rendition("width-40").url
    assert not may(neighbour.get(shown))
    story = write_story(section=paper.river, draft=paper.draft(picture=newsroom.picture), by="test")
    ReferenceIndex.create_or_update_for_object(story)
    assert neighbour.get(shown).status_code == 200


def test_rights_over_all_at_once_end_at_what_is_theirs(newsroom: Newsroom) -> None:
    neighbour, paper = newsroom.client("neighbour"), newsroom.paper
    address = reverse("wagtail_bulk_action", args=("wagtailcore", "page", "delete"))
    write_story(section=paper.river, draft=paper.draft(), by="test")
    for asked in ("id=all", f"id=all&childOf={paper.city.pk}", "id=all&childOf=x"):
        assert not may(neighbour.get(f"{address}?{asked}&next=/desk/"))
    assert may(neighbour.get(f"{address}?id=all&childOf={paper.river.pk}&next=/desk/"))


# Without the second factor ----------------------------------------------------------------------

QUESTION, OPEN = (
    "/desk/second-factor/",
    ("second-factor/", "login/", "logout/", "static/", "jsi18n/", "sprite/"),
)
"""Where everybody is led, and what is there before it."""


def unproven(newsroom: Newsroom, role: str, *, with_device: bool) -> Client:
    """A browser in which somebody gave a password and no more."""
    user = create_account(email=f"{role}2@ledger.example", password=PASSWORD, role=role, by="test")
    if with_device:
        sign_in(Client(), user)
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("role", "with_device"),
    [("administrator", True), ("administrator", False), ("fundraiser", True), ("care", False)],
)
def test_rights_begin_with_the_second_factor(
    newsroom: Newsroom, method: str, role: str, with_device: bool
) -> None:
    client, let_in = unproven(newsroom, role, with_device=with_device), []
    behind = [
        a for a in desk_addresses() if not a.route.startswith(tuple(f"desk/{o}" for o in OPEN))
    ]
    for address in behind:
        path = address.filled(newsroom.things)
        answer = client.get(path) if method == "GET" else client.post(path, FORM)
        if answer.status_code != 302 or not answer.headers["Location"].startswith(QUESTION):
            let_in.append(f"{answer.status_code} {path}")
    assert let_in == []
    assert len(behind) > 200
    assert (
        client.get(
            "/desk/api/main/pages/", headers={"X-Requested-With": "XMLHttpRequest"}
        ).status_code
        == 403
    )
    assert client.get("/desk/no/such/place/").headers["Location"].startswith(QUESTION)
