"""A supporter's own room through its doors: coming in, what is there, what it changes, and what it tells nobody."""

from __future__ import annotations

import json
import re

import pytest
from django.apps import apps
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from broadsheet.funding import handlers, tasks
from broadsheet.funding.actions import merge_supporters, state_year
from broadsheet.funding.actions.entering import code_of, signature_of
from broadsheet.funding.errors import TooMany
from broadsheet.funding.models import (
    Attempt,
    Consent,
    Donation,
    EntryLetter,
    GiftLink,
    PaymentMethod,
    Pledge,
    RoomSession,
    Supporter,
)
from broadsheet.funding.queries import room as asked
from broadsheet.funding.queries.export import rows_of
from broadsheet.funding.views import pledges
from broadsheet.kit import clock
from broadsheet.readers.models import User
from promises import Promises, actions, raising

ROOM, CODE = "/account/", "/account/code/"
ORIGIN = {"Origin": "http://testserver"}


def post(client: Client, path: str, data: dict[str, str]) -> tuple[int, str, str]:
    answer = client.post(path, data, headers=ORIGIN)
    return answer.status_code, answer.headers.get("Location", ""), answer.content.decode()


def ask(email: str, prefix: str = "") -> str:
    """Ask for a code; the key of the letter."""
    status, where, page = post(Client(), prefix + ROOM, {"email": email})
    assert status == 303, page
    return where.rpartition("=")[2]


def come_in(email: str = "sam@example.org", prefix: str = "") -> Client:
    """A browser that is in the room of who has this address, by the code in the letter."""
    key = ask(email, prefix)
    handlers.on_entry_asked(EntryLetter.objects.get(key=key).pk)
    found = re.search(r"\d{4} \d{4}", str(mail.outbox.pop().body))
    assert found
    client = Client()
    status, where, page = post(client, prefix + CODE, {"letter": key, "code": found[0]})
    assert (status, where) == (303, prefix + ROOM), page
    return client


def look(client: Client, path: str = ROOM) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def do(client: Client, wish: str, path: str = ROOM, **more: str) -> str:
    """Press a button of the room; the page that follows."""
    found = re.search(r'name="mark" value="(\w+)"', look(client, path))
    assert found
    status, where, page = post(client, path, {"do": wish, "mark": found[1], **more})
    if status != 303:
        return page
    return look(client, where) if where.startswith("/") else where


def test_d1_code_and_link_are_good_once_for_a_while_and_programs_that_look_change_nothing(
    promises: Promises,
) -> None:
    promises.make()
    key = ask(" Sam@example.org ")
    tasks.send_entries()
    [letter] = mail.outbox
    assert letter.to == ["sam@example.org"]
    assert letter.alternatives
    found = re.search(r"http://testserver(/account/enter/\S+/)", str(letter.body))
    assert found
    link = found[1]
    assert EntryLetter.objects.filter(key__contains=code_of(key)).count() == 0
    for _ in range(3):  # a scanner
        answer = Client().get(link)
        assert (answer.status_code, bool(answer.cookies)) == (200, False)
    assert Client().post(link, headers={"Origin": "http://evil.example"}).status_code == 403
    assert Client().post(link[:-4] + "aaa/", headers=ORIGIN).status_code == 404
    client = Client()
    assert client.post(link, headers=ORIGIN).status_code == 303
    cookie = client.cookies["room"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (ROOM, True, "Lax")
    assert not RoomSession.objects.filter(mark=cookie.value.split(":")[0]).exists()
    assert "sam@example.org" in look(client)
    assert Client().post(link, headers=ORIGIN).status_code == 422, "once"
    assert post(Client(), CODE, {"letter": key, "code": code_of(key)})[0] == 422, "either"
    # Too old, and tried too often.
    old = ask("sam@example.org")
    promises.wait(minutes=31)
    assert post(Client(), CODE, {"letter": old, "code": code_of(old)})[0] == 422
    tasks.send_entries()
    assert len(mail.outbox) == 1, "what is over is not sent"
    tried = ask("sam@example.org")
    for _ in range(5):
        assert post(Client(), CODE, {"letter": tried, "code": "1"})[0] == 422
    assert post(Client(), CODE, {"letter": tried, "code": code_of(tried)})[0] == 422
    promises.wait(hours=12)
    assert "sam@example.org" not in look(client), "a session ends"
    tasks.guard()
    assert not EntryLetter.objects.exists()
    assert not RoomSession.objects.exists()


def test_a8_nobody_learns_who_gave_and_no_mailbox_is_filled(promises: Promises) -> None:
    promises.make()
    known, unknown = ask("sam@example.org"), ask("nobody@example.org")
    pages = [look(Client(), f"{CODE}?letter={key}").replace(key, "") for key in (known, unknown)]
    assert pages[0] == pages[1]
    counts = []
    for key in (known, unknown, "x" * 40):
        with CaptureQueriesContext(connection) as found:
            status, _, page = post(Client(), CODE, {"letter": key, "code": "00000000"})
        assert (status, "wrong or no longer good" in page) == (422, True)
        counts.append(len(found))
    assert counts[0] == counts[1]
    assert post(Client(), CODE, {"letter": unknown, "code": code_of(unknown)})[0] == 422
    assert Client().get(f"/account/enter/{unknown}/{signature_of(unknown)}/").status_code == 200
    tasks.send_entries()
    assert [message.to for message in mail.outbox] == [["sam@example.org"]]
    for email in ("sam@example.org", "nobody@example.org"):
        for _ in range(2):
            ask(email)
        assert post(Client(), ROOM, {"email": email})[0] == 429
    assert post(Client(), ROOM, {"email": "sam"})[0] == 422
    for path in (ROOM, CODE):
        assert Client().post(path, {"email": "sam@example.org"}).status_code == 403
    # Letters that cannot be sent are tried again.
    promises.wait(hours=2)
    ask("sam@example.org")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("broadsheet.funding.actions.mailing.Message.send", lambda _: 1 / 0)
        tasks.send_entries()
    promises.wait(minutes=5)
    tasks.send_entries()
    assert len(mail.outbox) == 2


def test_d1_room_shows_what_its_supporter_gave_alone(promises: Promises) -> None:
    mine = promises.make()
    other = promises.make(email="ann@example.org")
    promises.stage.campaign()
    promises.stage.give(700, "abandon")
    client = come_in()
    page = look(client)
    assert "$25" in page
    assert "Arrived" in page
    assert "2026-00001" in page
    assert "2026-00002" not in page
    assert f"{ROOM}pledge/{mine.key}/" in page
    assert client.get(ROOM)["Cache-Control"] == "no-store"
    for path in (f"{ROOM}pledge/{other.key}/", f"{ROOM}pledge/none/"):
        assert client.get(path).status_code == 404
        assert client.post(path, {"do": "cancel"}, headers=ORIGIN).status_code == 404
    assert Client().get(f"{ROOM}pledge/{mine.key}/")["Location"] == ROOM
    # Nobody else's page can press a button.
    for data, headers in (({"do": "cancel"}, ORIGIN), ({"do": "cancel", "mark": "x"}, {})):
        for path in (ROOM, f"{ROOM}pledge/{mine.key}/"):
            assert client.post(path, data, headers=headers).status_code == 403
    assert set(Pledge.objects.values_list("state", flat=True)) == {"active"}
    theirs = Donation.objects.get(supporter__email="ann@example.org")
    assert "cannot be done" in do(client, "receipt", gift=theirs.reference)
    # Who was found to be somebody else is in that one's room.
    merge_supporters(
        kept=other.supporter,
        duplicate=mine.supporter,
        by=User.objects.create_user("care@ledger.example"),
    )
    assert "ann@example.org" in look(client)
    assert "sam@example.org" not in look(come_in())
    page = do(client, "leave")
    assert "Send me a code" in page
    assert not client.cookies["room"].value
    assert "Send me a code" in look(client)
    assert RoomSession.objects.count() == 1


def test_supporter_chooses_what_is_sent_and_shown(promises: Promises) -> None:
    promises.make(name="Sam")
    promises.stage.give(900, name="")
    promises.stage.settle()
    client = come_in()
    assert "get updates of campaigns again" in do(client, "updates"), "as they did"
    assert "no more updates" in do(client, "quiet")
    assert Supporter.objects.get().stopped_updates_at
    assert "get updates of campaigns again" in do(client, "updates")
    assert "shown beside your gifts" in do(client, "named")
    assert set(Donation.objects.values_list("shown_name", "is_anonymous")) == {
        ("Sam", False), ("", True),
    }  # fmt: skip
    assert Pledge.objects.get().shown_name == "Sam"
    assert "beside none of your gifts" in do(client, "unnamed")
    assert set(Donation.objects.values_list("shown_name", "is_anonymous")) == {("", True)}
    tasks.send_receipts()
    mail.outbox.clear()
    gift = Donation.objects.latest("pk")
    assert "on its way to you" in do(client, "receipt", gift=gift.reference)
    tasks.send_receipts()
    assert len(mail.outbox) == 1
    assert "cannot be done" in do(client, "dance")
    # Many gifts are shown some at a time; one that went back says so.
    Attempt.objects.filter(donation=gift).update(returned_minor=200)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("broadsheet.funding.queries.room", "broadsheet.funding.views.room"):
            patch.setattr(f"{name}.SHOWN", 1)
        page = look(client)
        assert "$2 given back" in page
        found = re.search(r'href="(\?before=\w+)"', page)
        assert found
        page = look(client, ROOM + found[1])
        assert "$25" in page
        assert "Earlier gifts" not in page
    assert asked.given_by(gift.supporter)[0].minor == 3400


def test_amount_is_raised_once_it_is_agreed_to(promises: Promises) -> None:
    pledge = promises.make()
    client, path = come_in(), f"{ROOM}pledge/{pledge.key}/"
    assert "please agree to it" in do(client, "amount", path, amount="40")
    assert "write another amount" in do(client, "amount", path, amount="25")
    assert "amount is changed" in do(client, "amount", path, amount="40", agrees="2026-11")
    pledge.refresh_from_db()
    assert pledge.gift_minor == 4000
    assert [each.minor for each in Consent.objects.all()] == [2500, 4000]
    assert "amount is changed" in do(client, "amount", path, amount="30")
    assert "Go on giving now" in do(client, "pause", path, months="2")
    assert "cannot be done" in do(client, "card", path)
    do(client, "resume", path)
    assert "nothing is taken any more" in do(client, "cancel", path)
    assert "Use another card" not in look(client, path)


def test_k6_card_that_works_is_replaced_by_paying_the_next_gift_ahead(promises: Promises) -> None:
    pledge = promises.make()
    client, path = come_in(), f"{ROOM}pledge/{pledge.key}/"
    before = pledge.method_id
    assert "February 28" in look(client, path)
    Pledge.objects.update(held_at=clock.now())
    assert "cannot be done" in do(client, "card", path)
    Pledge.objects.update(held_at=None)
    checkout = do(client, "card", path)
    assert do(client, "card", path) == checkout, "pressed twice it is the same checkout"
    assert "February 28" in look(client, path), "nothing is paid yet"
    promises.press_pay(checkout)
    promises.stage.settle()
    pledge.refresh_from_db()
    assert pledge.method_id != before
    assert str(pledge.next_on) == "2026-03-31"
    promises.to("2026-02-28")
    promises.work()
    assert len(promises.payments()) == 2, "February is paid"
    promises.to("2026-03-31")
    promises.work()
    facts = promises.facts(pledge)
    assert facts["periods"] == ["2026-01 paid", "2026-02 paid", "2026-03 paid"]
    charged = Attempt.objects.latest("pk")
    assert charged.charges_id == pledge.method_id
    assert "pledge.advanced" in actions()


def test_gift_that_was_to_be_paid_ahead_and_was_not_is_taken_on_its_day(promises: Promises) -> None:
    """With the amount that holds then; while a charge is on its way, nothing is paid ahead."""
    pledge = promises.make()
    client, path = come_in(), f"{ROOM}pledge/{pledge.key}/"
    do(client, "card", path)
    do(client, "amount", path, amount="10")
    promises.wait(days=2)
    tasks.look_at_attempts()
    promises.to("2026-02-28")
    promises.card(pledge, "delay")
    promises.work()
    client = come_in()
    assert "cannot be done" in do(client, "card", path)
    gift = promises.last_gift(pledge)
    assert (gift.gift_minor, gift.attempts.get().charges_id) == (1000, pledge.method_id)
    # A processor that is away, somebody who begins too much.
    other = promises.make(email="ann@example.org")
    client, path = come_in("ann@example.org"), f"{ROOM}pledge/{other.key}/"
    promises.stage.sandbox.is_away = True
    assert "cannot be reached" in do(client, "card", path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pledges, "advance_gift", raising(TooMany("wait")))
        assert "try again in an hour" in do(client, "card", path)


def test_d2_export_has_all_that_is_kept_of_a_supporter_and_of_nobody_else(
    promises: Promises,
) -> None:
    pledge = promises.make(name="Sam")
    promises.make(email="ann@example.org")
    promises.to("2027-01-02")
    state_year(year=2026, by="test")
    client = come_in()
    assert Client().get("/account/data/")["Location"] == ROOM
    assert "S2026-00001" in look(client)
    answer = client.get("/account/data/")
    assert answer["Cache-Control"] == "no-store"
    assert b"ann@" not in answer.content
    told = json.loads(answer.content)
    assert [row["email"] for row in told["supporters"]] == ["sam@example.org"]
    assert [row["gift_minor"] for row in told["donations"]] == [2500]
    assert told["consents"][0]["text"].startswith("I agree")
    assert told["methods"][0]["label"] == "card 4242"
    assert sum(row["minor"] for row in told["entries"]) == 0
    # Whatever table leads to a supporter, by whatever way, is in it.
    reached: set[object] = {Supporter}
    for _ in range(6):
        for model in apps.get_app_config("funding").get_models():
            if {field.related_model for field in model._meta.fields} & reached:
                reached.add(model)
    besides = {EntryLetter, GiftLink, PaymentMethod}
    assert {found.model for found in rows_of(pledge.supporter).values()} == reached | besides
