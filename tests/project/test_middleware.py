"""The desk's surroundings: policy, one transaction for each change, the wait for the press."""

from __future__ import annotations

import logging
import sys
import threading
from pathlib import Path

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.test import Client, RequestFactory
from django.urls import reverse

from broadsheet.kit import changes
from broadsheet.kit.models import Change
from broadsheet.project import heartbeat, middleware
from broadsheet.project.logs import Formatter
from broadsheet.readers.models import User
from paper import Paper
from proving import sign_in
from running import wait_until


def respond(view: object, method: str = "post", path: str = "/desk/pages/") -> HttpResponse:
    request = getattr(RequestFactory(), method)(path)
    return middleware.DeskTransaction(view)(request)  # type: ignore[arg-type, return-value]


def saving(status: int) -> object:
    def view(request: HttpRequest) -> HttpResponse:
        User.objects.create_user("somebody@ledger.example")
        assert connection.in_atomic_block
        return HttpResponse(status=status)

    return view


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize(("status", "kept"), [(200, 1), (302, 1), (422, 1), (500, 0), (503, 0)])
def test_desk_post_is_kept_unless_it_ends_in_an_error(status: int, kept: int) -> None:
    respond(saving(status))
    assert User.objects.filter(email="somebody@ledger.example").count() == kept


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_reading_and_giving_open_no_transaction() -> None:
    def view(request: HttpRequest) -> HttpResponse:
        assert not connection.in_atomic_block
        return HttpResponse()

    respond(view, "get")
    respond(view, "post", "/give/confirm/")


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_desk_post_waits_until_its_changes_are_pressed() -> None:
    heartbeat.beat(settings.RUN_DIR, "worker")
    Change.objects.all().delete()  # the pages that every newsroom begins with wait for the press too
    pressed = threading.Event()

    def press() -> None:
        wait_until(Change.objects.exists, "a change")
        pressed.set()
        Change.objects.all().delete()
        connection.close()

    worker = threading.Thread(target=press)

    def view(request: HttpRequest) -> HttpResponse:
        changes.mark("page:1")
        worker.start()
        return HttpResponse()

    respond(view)
    assert pressed.is_set()
    assert not Change.objects.exists()
    worker.join()
    heartbeat.stop(settings.RUN_DIR, "worker")


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_desk_post_without_a_worker_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(middleware.time, "sleep", slept.append)

    def view(request: HttpRequest) -> HttpResponse:
        changes.mark("page:1")
        return HttpResponse()

    respond(view)
    assert slept == []
    assert Change.objects.filter(key="page:1").exists()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_desk_says_when_readers_do_not_see_a_change_yet(paper: Paper) -> None:
    chief = Client()
    sign_in(chief, User.objects.create_superuser("chief@ledger.example", "secret"))
    story = paper.story()
    Change.objects.all().delete()
    withdraw = reverse("wagtailadmin_pages:unpublish", args=[story.pk])
    answer = chief.post(withdraw, follow=True)
    assert "Readers do not see this yet" in answer.content.decode()


def test_desk_error_inside_a_view_becomes_a_rollback(db: None) -> None:
    respond(lambda _request: HttpResponseServerError())
    assert connection.needs_rollback is False


def test_desk_answers_carry_the_policy_and_are_not_kept(db: None) -> None:
    headers = Client().get("/desk/login/").headers
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "no-store" in headers["Cache-Control"]
    assert headers["X-Frame-Options"] == "SAMEORIGIN"


def test_desk_styles_may_be_kept_for_ever_and_media_needs_signing_in(db: None) -> None:
    style = Client().get(f"{settings.STATIC_URL}wagtailadmin/css/core.css")
    assert (style.status_code, style.headers["Content-Type"]) == (200, "text/css")
    assert "immutable" in style.headers["Cache-Control"]
    assert Client().get(f"{settings.STATIC_URL}../../settings.py").status_code in (400, 404)
    folder = Path(settings.MEDIA_ROOT)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "river.jpg").write_bytes(b"\xff\xd8")
    assert Client().get("/desk/media/river.jpg").status_code == 302


def test_desk_cookies_stay_at_the_desk(db: None) -> None:
    cookies = Client().get("/desk/login/").cookies
    assert cookies
    assert {cookie["path"] for cookie in cookies.values()} == {"/desk/"}
    assert all(cookie["httponly"] for cookie in cookies.values())


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [(OperationalError("server is gone"), 503, "database"), (RuntimeError("river"), 500, "log")],
)
def test_error_is_answered_in_a_sentence_and_tells_nothing(
    db: None, error: Exception, status: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        raise error

    monkeypatch.setattr(User, "has_perm", fail)
    client = Client(raise_request_exception=False)
    sign_in(client, User.objects.create_superuser("ann@ledger.example", "a long password"))
    response = client.get("/desk/")
    assert response.status_code == status
    assert said in response.text
    assert "gone" not in response.text
    assert "river" not in response.text
    assert response.headers["Cache-Control"] == "no-store"


def test_log_of_a_missing_database_is_one_line() -> None:
    formatter = Formatter("{message}", style="{")

    def lines(error: Exception) -> int:
        try:
            raise error
        except type(error):
            record = logging.makeLogRecord({"msg": "failed", "exc_info": sys.exc_info()})
        return formatter.format(record).count("\n")

    assert lines(OperationalError("connection refused\nIs the server running?")) == 1
    assert lines(RuntimeError("unforeseen")) > 1
