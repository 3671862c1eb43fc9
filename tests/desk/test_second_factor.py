"""The second factor at the desk: asked for, set up at the first sign-in, and no way past it."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from broadsheet.desk.queries.proofs import HOLDS
from broadsheet.readers.actions import create_account, forget_factors
from broadsheet.readers.models import User
from desk.newsroom import PASSWORD
from paper import Paper
from proving import SECRET, code_of, sign_in

ASK, DEVICES = "/desk/second-factor/", "/desk/second-factor/devices/"
MONEY = "/desk/money/supporters/"


@pytest.fixture
def fay(paper: Paper) -> User:
    return create_account(
        email="fay@ledger.example", password=PASSWORD, role="fundraiser", by="test"
    )


def with_password(user: User) -> Client:
    """A browser in which somebody signed in at the desk's own form."""
    client = Client()
    typed = {"username": user.email, "password": PASSWORD, "next": MONEY}
    assert client.post("/desk/login/", typed).status_code == 302
    return client


def text(answer: HttpResponse) -> str:
    return answer.content.decode()


def test_first_sign_in_sets_up_codes_and_shows_recovery_codes(fay: User) -> None:
    client = with_password(fay)
    shown = client.get(MONEY, follow=True)
    assert shown.redirect_chain[-1][0] == DEVICES
    assert "Set up a second factor" in text(shown)
    page = text(client.get(f"{DEVICES}codes/"))
    assert page.count("<svg") == 1
    assert "http:" not in page.replace("http://www.w3.org/", "")  # nothing is asked of anybody else
    secret = re.findall(r"<code>([A-Z2-7]{32})</code>", page)[0]
    wrong = client.post(f"{DEVICES}codes/", {"code": "1"})
    assert "not the code" in text(wrong)
    assert secret in text(wrong)  # the app keeps what it has photographed
    done = text(client.post(f"{DEVICES}codes/", {"code": code_of(secret)}))
    codes = re.findall(r"<code>(\d{8})</code>", done)
    assert len(codes) == 10
    assert client.get(MONEY).status_code == 200
    other = with_password(fay)
    assert other.get(MONEY).headers["Location"] == f"{ASK}?next=%2Fdesk%2Fmoney%2Fsupporters%2F"
    assert other.post(ASK, {"code": codes[0], "next": MONEY}).headers["Location"] == MONEY
    assert other.get(MONEY).status_code == 200
    third = with_password(fay)
    assert "used before" in text(third.post(ASK, {"code": codes[0]}))


def test_password_alone_adds_no_second_device(fay: User) -> None:
    sign_in(Client(), fay)
    client = with_password(fay)
    for path in ("", "codes/", "passkey/"):
        assert client.get(f"{DEVICES}{path}").headers["Location"] == ASK
    own = Authenticator.objects.get()
    for path in ("codes/", "passkey/", "recovery/", f"{own.pk}/remove/"):
        assert client.post(f"{DEVICES}{path}", {"code": "1"}).headers["Location"] == ASK
    assert list(Authenticator.objects.all()) == [own]


def test_wrong_codes_end_with_a_refusal_for_right_ones_too(fay: User) -> None:
    sign_in(Client(), fay)
    client = with_password(fay)
    answers = [client.post(ASK, {"code": "x"}).status_code for _ in range(6)]
    assert answers == [200] * 5 + [429]
    assert client.post(ASK, {"code": code_of()}).status_code == 429
    assert client.get(MONEY).status_code == 302


def test_garbage_for_a_passkey_is_a_wrong_answer(fay: User) -> None:
    client = with_password(fay)
    for credential in ("", "{", "[]", "{}", '{"id":"x","response":{}}'):
        answer = client.post(f"{DEVICES}passkey/", {"credential": credential})
        assert "could not be set up" in text(answer), credential
    sign_in(Client(), fay)
    for credential in ("", "[]", '{"id":"x"}'):
        assert "not right" in text(client.post(ASK, {"credential": credential})), credential


def test_proof_ends_with_the_day_with_the_device_and_with_the_person(fay: User) -> None:
    client = sign_in(Client(), fay)
    assert client.get(MONEY).status_code == 200
    with time_machine.travel(dt.datetime.now(dt.UTC) + HOLDS + dt.timedelta(minutes=1)):
        assert client.get(MONEY).status_code == 302
    forget_factors(email=fay.email, by="test")
    assert client.get(MONEY, follow=True).redirect_chain[-1][0] == DEVICES
    sign_in(client, fay)
    chief = create_account(
        email="c@ledger.example", password=PASSWORD, role="administrator", by="test"
    )
    client.force_login(chief)
    assert client.get("/desk/").status_code == 302


def test_new_recovery_codes_keep_who_came_in_by_an_old_one(fay: User) -> None:
    client = sign_in(Client(), fay)
    old = re.findall(r"<code>(\d{8})</code>", text(client.post(f"{DEVICES}recovery/")))
    other = with_password(fay)
    other.post(ASK, {"code": old[0]})
    assert "Recovery codes" in text(other.post(f"{DEVICES}recovery/"))
    assert other.get(MONEY).status_code == 200


def test_devices_are_looked_after_by_their_owner(fay: User) -> None:
    client = sign_in(Client(), fay)
    page = text(client.get(DEVICES))
    assert "Codes of an app, since" in re.sub(r"\s+", " ", page)
    assert "already" in text(client.post(f"{DEVICES}codes/", {"code": code_of(SECRET)}))
    own = Authenticator.objects.get()
    assert "Set up another one first" in text(
        client.post(f"{DEVICES}{own.pk}/remove/", follow=True)
    )
    assert client.get(ASK).headers["Location"] == "/desk/"
    assert client.get(ASK, {"next": "https://evil.example/"}).headers["Location"] == "/desk/"
    assert "Second factor" in text(client.get("/desk/account/"))


def test_who_writes_stories_needs_none_and_may_have_one(paper: Paper) -> None:
    ed = create_account(email="ed@ledger.example", password=PASSWORD, role="editor", by="test")
    client = with_password(ed)
    assert client.get("/desk/").status_code == 200
    page = text(client.get(f"{DEVICES}codes/"))
    secret = re.findall(r"<code>([A-Z2-7]{32})</code>", page)[0]
    client.post(f"{DEVICES}codes/", {"code": code_of(secret)})
    assert client.get("/desk/").status_code == 200
    assert with_password(ed).get("/desk/").status_code == 302
    client.post(f"{DEVICES}{Authenticator.objects.get(type='totp').pk}/remove/")
    assert with_password(ed).get("/desk/").status_code == 200


@pytest.mark.parametrize(
    ("host", "offered"), [("localhost", True), ("127.0.0.1", False), ("testserver", False)]
)
def test_passkeys_are_offered_where_browsers_have_them(
    fay: User, settings: Settings, host: str, offered: bool
) -> None:
    settings.ALLOWED_HOSTS = [host]
    client = Client(headers={"host": f"{host}:8000"})
    client.force_login(fay)
    assert ("A passkey of this device" in text(client.get(DEVICES))) is offered
