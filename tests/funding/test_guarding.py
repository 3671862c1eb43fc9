"""Abuse, A1–A6: who begins much proves to be no machine, cards that are tried are counted, honest people give."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import altcha
import pytest
import time_machine
from django.apps import apps
from django.core import mail
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from pytest_django import Settings

from broadsheet.funding import checks, handlers, tasks
from broadsheet.funding.actions import raise_breaker, release_breaker, watch_breaker
from broadsheet.funding.choices import Alarm
from broadsheet.funding.models import (
    Attempt,
    Breaker,
    Donation,
    Footprint,
    GiftLink,
    Pace,
    SpentProof,
    TriedCard,
)
from broadsheet.funding.queries.guarding import raised_breaker
from broadsheet.funding.views import challenges
from broadsheet.kit import clock
from broadsheet.kit.models import AuditEntry
from funding.test_staff import MONEY, press, seen, staff
from stage import Stage, at_once

CONFIRM = "/give/confirm/"
ORIGIN = {"Origin": "http://testserver"}
LINE = "198.51.100.7"
DUE = "no machine is at work"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Challenges that are solved at once; how long real ones take is seen in the browser."""
    monkeypatch.setattr(challenges, "COST", 1)
    monkeypatch.setattr(challenges, "TRIES", (1, 3))


def get(line: str = LINE, **said: str) -> HttpResponse:
    answer = Client(REMOTE_ADDR=line).get(CONFIRM, {"amount": "25", **said})
    assert isinstance(answer, HttpResponse)
    return answer


def value(page: HttpResponse, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', page.content.decode())
    assert found, page.content.decode()
    return found[1]


def send(page: HttpResponse, line: str = LINE, **typed: str) -> HttpResponse:
    """Send the form of a page, with what is typed into it."""
    data = {"nonce": value(page, "nonce"), "amount": "25", "email": "sam@example.org", **typed}
    answer = Client(REMOTE_ADDR=line).post(CONFIRM, data, headers=ORIGIN)
    assert isinstance(answer, HttpResponse)
    return answer


def solved(page: HttpResponse, **changed: object) -> str:
    """The answer to the challenge of a page, as a browser finds it."""
    found = re.search(r'data-challenge="([^"]+)"', page.content.decode())
    assert found, "there is no challenge"
    made = json.loads(found[1].replace("&#34;", '"').replace("&quot;", '"'))
    made["parameters"] |= changed
    challenge = altcha.Challenge.from_dict(made)
    solution = altcha.solve_challenge(challenge)
    assert solution
    return altcha.Payload(challenge, solution).to_base64()


def decline(stage: Stage, answer: HttpResponse, *cards: str) -> int:
    """Try cards at the checkout that an answer leads to until it is closed; return how many could be tried.

    The newsroom hears of each, and the worker works.
    """
    attempt = Attempt.objects.get(checkout_url=answer["Location"])
    for count, card in enumerate(cards):
        session = stage.sandbox.processor.session(attempt.checkout_id)
        if session["status"] != "open":
            return count
        stage.switch(f"checkouts/{attempt.checkout_id}", outcome="decline", card=card)
        hear(stage)
    return len(cards)


def hear(stage: Stage) -> None:
    """Have the newsroom told of the newest event, and let the worker do what is due."""
    assert stage.deliver(stage.events()[-1]).status_code == 200
    stage.work()
    tasks.look_at_attempts()
    tasks.guard()


def audited(action: str) -> int:
    return AuditEntry.objects.filter(action=action).count()


# A1: nothing is begun unproven ------------------------------------------------------------------


def routes(at: URLResolver, prefix: str = "") -> Iterator[str]:
    for entry in at.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, route)
        elif isinstance(entry, URLPattern):
            yield "/" + re.sub(r"<(?:\w+:)?\w+>", "x", route)


def test_a1_no_address_of_ours_begins_a_gift_that_is_not_proven(stage: Stage) -> None:
    raise_breaker(why=Alarm.STAFF, by="test")
    page = get()
    typed = {"nonce": value(page, "nonce"), "amount": "25", "email": "sam@example.org"}
    open_to_all = {route for route in routes(get_resolver()) if not route.startswith("/desk/")}
    assert CONFIRM in open_to_all
    for address in sorted({*open_to_all, "/ar/give/confirm/", "/give/confirm/?sent"}):
        Client(REMOTE_ADDR=LINE).post(address, typed, headers=ORIGIN)
    assert Attempt.objects.count() == Donation.objects.count() == 0
    assert stage.sandbox.calls == []
    answer = send(page)
    assert (answer.status_code, DUE in answer.content.decode()) == (422, True)
    assert send(answer, answer=solved(answer)).status_code == 303
    assert Attempt.objects.count() == 1


def test_a1_an_ended_attempt_is_not_begun_anew_without_another_proof(stage: Stage) -> None:
    """One proof, one nonce, and checkout after checkout: that would be a machine's way in."""
    raise_breaker(why=Alarm.STAFF, by="test")
    page = get()
    proof = {"answer": solved(page)}
    first = send(page, **proof)
    assert send(page, **proof)["Location"] == first["Location"], "a double click goes on"
    assert decline(stage, first, *"abcdefgh") == 5
    again = send(page, **proof)
    assert (again.status_code, Attempt.objects.count()) == (422, 1)
    assert send(again, answer=solved(again)).status_code == 303
    assert Attempt.objects.count() == 2
    assert Donation.objects.count() == 1


def test_checkout_that_cannot_be_closed_at_once_is_closed_later_and_stopped_once(
    stage: Stage,
) -> None:
    send(get())
    attempt = Attempt.objects.get()
    for number in range(7):
        stage.switch(f"checkouts/{attempt.checkout_id}", outcome="decline", card=f"card {number}")
        stage.deliver(stage.events()[-1])
        stage.work()
    assert audited("attempt.stopped") == 1
    stage.sandbox.is_away = True
    tasks.look_at_attempts()
    stage.sandbox.is_away = False
    attempt.refresh_from_db()
    assert (attempt.state, attempt.stopped_at is None) == ("submitted", False)
    handlers.on_attempt_stopped(attempt.pk)  # what was announced with the fifth
    attempt.refresh_from_db()
    assert attempt.state == "failed"
    assert attempt.cards.count() == 7


# A2: what a proof is good for -------------------------------------------------------------------


def test_a2_a_challenge_is_good_once_for_its_page_and_for_its_time(
    stage: Stage, settings: Settings
) -> None:
    raise_breaker(why=Alarm.STAFF, by="test")
    page, other = get(), get()
    good = solved(page)
    later = clock.now() + challenges.LIFE + dt.timedelta(seconds=1)
    with time_machine.travel(later, tick=False):
        assert send(page, answer=good).status_code == 422
    assert send(other, answer=good).status_code == 422, "of another page"
    for bad in ("", "x", "é", "a" * 5000, good[:-8], solved(page, expiresAt=2**40)):
        assert send(page, answer=bad).status_code == 422
    ours, settings.BROADSHEET = (
        settings.BROADSHEET,
        dataclasses.replace(settings.BROADSHEET, url="http://elsewhere"),
    )
    assert send(page, answer=good).status_code == 422, "of another site"
    settings.BROADSHEET = ours
    assert Donation.objects.count() == 0
    assert send(page, answer=good).status_code == 303
    assert SpentProof.objects.count() == 1


@pytest.mark.parametrize("purpose", [{"action": "sign in"}, None])
def test_a2_a_challenge_for_something_else_proves_nothing(
    stage: Stage, purpose: dict[str, str] | None
) -> None:
    raise_breaker(why=Alarm.STAFF, by="test")
    page = get()
    said = challenges._purpose(value(page, "nonce"))
    made = altcha.create_challenge(
        "PBKDF2/SHA-256",
        1,
        counter=1,
        data={**said, **(purpose or {})},
        expires_at=clock.now() + challenges.LIFE if purpose else None,
        hmac_secret=challenges._secret("challenge"),
        hmac_key_secret=challenges._secret("answer"),
    )
    solution = altcha.solve_challenge(made)
    assert solution
    assert send(page, answer=altcha.Payload(made, solution).to_base64()).status_code == 422


def test_a2_eight_clicks_with_one_proof_begin_one_gift(open_stage: Stage) -> None:
    raise_breaker(why=Alarm.STAFF, by="test")
    page = get()
    proof = solved(page)
    answers = at_once(*[lambda: send(page, answer=proof)] * 8)
    assert {answer.status_code for answer in answers} == {303}
    assert Attempt.objects.count() == SpentProof.objects.count() == 1


# A3: who begins much ----------------------------------------------------------------------------


def test_a3_a_hundred_cards_from_one_device_do_not_get_far(stage: Stage) -> None:
    """A new address for each, and every challenge solved: it ends all the same."""
    cards = iter(f"card {number}" for number in range(100))
    tried, proofs = 0, 0
    for number in range(20):
        who = {"email": f"s{number}@example.org"}
        answer = send(get(), **who)
        if answer.status_code == 422:
            proofs += 1
            answer = send(answer, **who, answer=solved(answer))
        if answer.status_code != 303:
            break
        tried += decline(stage, answer, *[next(cards) for _ in range(6)])
    assert (answer.status_code, answer["Retry-After"]) == (429, "3600")
    assert "Nothing was charged" in answer.content.decode()
    assert tried == 25
    assert proofs == Attempt.objects.count() - 1 == 4
    assert audited("attempt.stopped") == 5
    assert not TriedCard.objects.filter(is_declined=False).exists()


def test_a3_one_card_under_many_addresses_raises_the_breaker(stage: Stage) -> None:
    pages = [get(f"203.0.{number}.9") for number in range(6)]
    for number, page in enumerate(pages[:4]):
        line, who = f"203.0.{number}.9", f"s{number}@example.org"
        assert raised_breaker() is None
        assert (
            decline(stage, send(page, line, email=who), "stolen", "stolen") == (2, 2, 2, 1)[number]
        )
    raised = raised_breaker()
    assert raised
    assert raised.why == Alarm.CARD
    assert Attempt.objects.exclude(stopped_at=None).get() == Attempt.objects.latest("pk")
    assert send(pages[4], "203.0.4.9", email="s4@example.org").status_code == 422


def test_a3_who_goes_slowly_is_noticed_by_the_day(stage: Stage) -> None:
    with time_machine.travel(clock.now(), tick=False) as now:
        for number in range(30):
            assert raised_breaker() is None, number
            line = f"203.0.{number}.9"
            decline(stage, send(get(line), line, email=f"s{number}@x.org"), f"card {number}")
            now.shift(dt.timedelta(minutes=40))
        raised = raised_breaker()
    assert raised
    assert (raised.why, raised.cards, raised.declined) == (Alarm.DECLINES, 30, 30)


def test_a3_rotating_through_a_network_helps_for_a_while_only(stage: Stage) -> None:
    statuses = []
    for number in range(23):
        line = f"2001:db8:1:{number:x}::1"
        statuses.append(send(get(line), line, email=f"s{number}@example.org").status_code)
    assert statuses == [303] * 21 + [422] * 2
    line = "2001:db8:2::1"
    assert send(get(line), line, email="else@example.org").status_code == 303


def test_a3_twelve_at_once_from_one_line_are_counted_one_after_the_other(open_stage: Stage) -> None:
    pages = [get() for _ in range(12)]
    works = [
        (lambda page=page, number=number: send(page, email=f"s{number}@example.org").status_code)
        for number, page in enumerate(pages)
    ]
    assert sorted(at_once(*works)) == [303] * 3 + [422] * 9
    assert Attempt.objects.count() == 3


def test_a3_one_mailbox_is_one_whatever_stands_behind_its_plus(stage: Stage) -> None:
    names = ("sam", "Sam+1", "sam+2", "sam+3")
    lines = [f"203.0.{number}.9" for number in range(4)]
    answers = [
        send(get(line), line, email=f"{name}@example.org").status_code
        for name, line in zip(names, lines, strict=True)
    ]
    assert answers == [303, 303, 303, 422]


def test_a4_an_invented_address_is_counted_as_where_it_came_from(
    stage: Stage, settings: Settings
) -> None:
    def statuses() -> list[int]:
        found = []
        for number in range(4):
            page, told = get(), {"X-Forwarded-For": f"192.0.2.{number}"}
            data = {"nonce": value(page, "nonce"), "amount": "25", "email": f"s{number}@x.org"}
            sent = Client(REMOTE_ADDR=LINE).post(CONFIRM, data, headers=ORIGIN | told)
            found.append(sent.status_code)
        return found

    assert statuses() == [303, 303, 303, 422]
    Pace.objects.all().delete()
    settings.BROADSHEET = dataclasses.replace(settings.BROADSHEET, behind_proxy=True)
    assert statuses() == [303, 303, 303, 422], "of nobody's proxy"
    Pace.objects.all().delete()
    settings.BROADSHEET = dataclasses.replace(settings.BROADSHEET, proxies=(LINE,))
    assert statuses() == [303] * 4


def test_who_is_known_by_a_proxys_address_only_is_not_counted_by_it(stage: Stage) -> None:
    """A proxy that is not named must not make all supporters one."""
    for number in range(40):
        line = ("127.0.0.1", "10.1.2.3", "::1", "unix")[number % 4]
        answer = send(get(line), line, email=f"s{number}@x.org")
        assert answer.status_code == 303
    assert decline(stage, answer, "one") == 1
    assert set(Pace.objects.values_list("kind", flat=True)) == {"email"}


# A5: the breaker --------------------------------------------------------------------------------


def many(stage: Stage, declined: int, paid: int, first: int = 0) -> None:
    """Gifts of so many people, each from a place of their own."""
    for number in range(first, first + declined + paid):
        outcome = "decline" if number < first + declined else "pay"
        donation = stage.begin(email=f"m{number}@example.org")
        attempt = stage.open(donation)
        stage.switch(f"checkouts/{attempt.checkout_id}", outcome=outcome, card=f"m{number}")
        assert stage.deliver(stage.events()[-1]).status_code == 200
    stage.work()


def test_a5_breaker_is_raised_by_declined_cards_and_released_by_itself(stage: Stage) -> None:
    with time_machine.travel(clock.now(), tick=False) as now:
        many(stage, declined=9, paid=0)
        tasks.guard()
        assert raised_breaker() is None, "nine are too few to say"
        many(stage, declined=2, paid=12, first=9)
        tasks.guard()
        assert raised_breaker() is None, "eleven of twenty-three are less than half"
        many(stage, declined=1, paid=0, first=23)
        tasks.guard()
        raised = raised_breaker()
        assert raised
        assert (raised.cards, raised.declined, raised.raised_by) == (24, 12, "worker")
        assert any("has to be proven" in said for said, _mend in checks.guarded())
        assert DUE in get().content.decode()

        now.shift(dt.timedelta(minutes=25))
        many(stage, declined=6, paid=0, first=24)
        now.shift(dt.timedelta(minutes=6))
        tasks.guard()
        assert raised_breaker() == raised, "it goes on"
        now.shift(dt.timedelta(minutes=29))
        tasks.guard()
        assert raised_breaker() == raised, "not before its time"
        now.shift(dt.timedelta(minutes=2))
        tasks.guard()
        assert raised_breaker() is None
        assert DUE not in get().content.decode()
        tasks.guard()
        assert raised_breaker() is None, "what was declined before is done with"
    raised.refresh_from_db()
    assert raised.released_by == "worker"
    assert audited("breaker.raised") == audited("breaker.released") == 1


def test_a5_breaker_never_looks_where_the_newsroom_says_so(
    stage: Stage, settings: Settings
) -> None:
    settings.BROADSHEET = dataclasses.replace(settings.BROADSHEET, decline_alarm=0)
    many(stage, declined=12, paid=0)
    tasks.guard()
    assert raised_breaker() is None


def test_a5_eight_who_raise_it_at_once_raise_one(open_stage: Stage) -> None:
    many(open_stage, declined=12, paid=0)
    assert at_once(*[lambda: watch_breaker(by="worker")] * 8) == [None] * 8
    raised = Breaker.objects.get()
    assert raise_breaker(why=Alarm.STAFF, by="test") == raised
    assert audited("breaker.raised") == 1
    assert at_once(*[lambda: release_breaker(breaker=raised, by="worker")] * 8) == [None] * 8
    assert audited("breaker.released") == 1


def test_every_gift_is_proven_where_the_newsroom_wants_it(stage: Stage, settings: Settings) -> None:
    settings.BROADSHEET = dataclasses.replace(settings.BROADSHEET, challenge_after=0)
    page = get("10.0.0.1")
    assert DUE in page.content.decode()
    assert send(page, "10.0.0.1").status_code == 422
    assert send(page, "10.0.0.1", answer=solved(page)).status_code == 303


def test_staff_see_the_guard_raise_it_and_release_it(stage: Stage) -> None:
    fundraiser, care = staff("fundraiser"), staff("care")
    assert "It was never raised" in seen(fundraiser, "guard/")
    assert "/guard/" in fundraiser.get("/desk/").content.decode()
    for path in ("guard/", "guard/raise/", "guard/release/"):
        assert care.post(f"{MONEY}/{path}").status_code == 302
    assert raised_breaker() is None
    assert "has to be proven" in press(fundraiser, "guard/raise/")
    many(stage, declined=12, paid=1)
    page = seen(fundraiser, "guard/")
    assert "Raised by hand" in page
    assert re.search("<td[^>]*>hour</td><td[^>]*>13</td><td[^>]*>12</td>", page)
    with time_machine.travel(clock.now() + dt.timedelta(hours=1)):
        tasks.guard()
        assert raised_breaker(), "what a person raised lasts a day"
    assert "as usual" in press(fundraiser, "guard/release/")
    assert "as usual" in press(fundraiser, "guard/release/"), "twice is no fault"
    tasks.guard()
    assert raised_breaker() is None, "what was declined before it was released counts no more"
    raised = Breaker.objects.get()
    assert raised.released_by == raised.raised_by == f"user:{AuditEntry.objects.latest('pk').by_id}"
    assert "by hand" in seen(fundraiser, "guard/")
    assert audited("breaker.released") == 1


# A6, A7, A8: honest people ----------------------------------------------------------------------


def test_a6_an_honest_supporter_mistypes_three_times_everywhere_and_gives(stage: Stage) -> None:
    page = get()
    for slip in ({"email": "sam"}, {"amount": "2o"}, {"email": "sam@"}):
        page = send(page, **slip)
        assert page.status_code == 422
        assert "data-challenge" not in page.content.decode()
    answer = send(page)
    assert answer.status_code == 303
    assert decline(stage, answer, "mine", "mine", "mine") == 3
    attempt = Attempt.objects.get()
    stage.switch(f"checkouts/{attempt.checkout_id}", outcome="pay", card="mine")
    hear(stage)
    assert Donation.objects.get().state == "settled"
    assert raised_breaker() is None
    assert [message.to for message in mail.outbox] == [["sam@example.org"]]
    again = send(get())  # and another gift in the same hour, with a click more
    assert send(again, answer=solved(again)).status_code == 303


def test_a6_a_household_that_pays_is_asked_for_nothing(stage: Stage) -> None:
    for number in range(8):
        answer = send(get(), email=f"s{number}@example.org")
        assert answer.status_code == 303, number
        attempt = Attempt.objects.get(checkout_url=answer["Location"])
        stage.switch(f"checkouts/{attempt.checkout_id}", outcome="pay", card=f"card {number}")
        hear(stage)


def test_without_scripts_a_link_comes_by_mail_and_is_good_for_one_gift(stage: Stage) -> None:
    raise_breaker(why=Alarm.STAFF, by="test")
    typed = {"email": "Sam@example.org", "message": "For the boats", "named": "on", "name": "Sam"}
    answer = send(get(), **typed, letter="1")
    assert answer.status_code == 200
    assert "Look at your e-mail" in answer.content.decode()
    assert (Donation.objects.count(), answer.cookies) == (0, {})
    handlers.on_link_asked(GiftLink.objects.get().pk)
    tasks.send_links()
    [message] = mail.outbox
    assert message.to == ["sam@example.org"]
    assert "boats" not in str(message.message())
    found = re.search(r"http://testserver(/give/confirm/\S+)", str(message.body))
    assert found
    key = parse_qs(urlsplit(found[1]).query)["link"][0]
    before = rows()
    for _ in range(3):  # mail programs look at links before people do
        page = get(link=key)
    assert rows() == before
    assert value(page, "message") == "For the boats"
    assert "data-challenge" not in page.content.decode()
    assert send(page, email="other@example.org", link=key).status_code == 422, "of this mailbox"
    assert send(page, **typed, link=key).status_code == 303
    assert send(get(link=key), **typed, link=key).status_code == 422, "used"
    with time_machine.travel(clock.now() + dt.timedelta(hours=3)):
        assert "no longer good" in get(link=key).content.decode()
        tasks.guard()
        assert GiftLink.objects.count() == SpentProof.objects.count() == 0


def rows() -> dict[str, int]:
    ours = [*apps.get_app_config("funding").get_models(), AuditEntry]
    return {model.__name__: model._default_manager.count() for model in ours}


def test_link_in_another_language_leads_back_there(stage: Stage) -> None:
    page = Client().get("/ar/give/confirm/", {"amount": "25"})
    data = {
        "nonce": value(page, "nonce"),
        "amount": "25",
        "email": "sam@example.org",
        "letter": "1",
    }
    Client().post("/ar/give/confirm/", data, headers=ORIGIN)
    tasks.send_links()
    [message] = mail.outbox
    assert "/ar/give/confirm/?link=" in str(message.body)
    assert 'dir="rtl"' in str(message.alternatives[0][0])  # type: ignore[attr-defined]


def test_links_fill_nobodys_mailbox_and_one_that_fails_is_sent_later(
    stage: Stage, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = "nowhere.at.All"
    answers = [send(get(), letter="1").status_code for _ in range(5)]
    assert answers == [200, 200, 200, 429, 429]
    tasks.send_links()
    assert {link.state for link in GiftLink.objects.all()} == {"failed"}
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    with time_machine.travel(clock.now() + dt.timedelta(minutes=10)):
        tasks.send_links()
    assert len(mail.outbox) == 3
    with time_machine.travel(clock.now() + dt.timedelta(hours=3)):
        GiftLink.objects.update(state="failed")
        tasks.send_links()
    assert len(mail.outbox) == 3, "nobody is sent a link that is over"


def test_a8_who_gave_before_and_who_did_not_are_told_the_same(stage: Stage) -> None:
    stage.give(email="known@example.org")
    raise_breaker(why=Alarm.STAFF, by="test")
    for typed in ({}, {"letter": "1"}):
        known, unknown = (
            send(get(f"203.0.{number}.1"), f"203.0.{number}.1", email=f"{who}@example.org", **typed)
            for number, who in enumerate(("known", "unknown"))
        )
        assert known.status_code == unknown.status_code
        assert set(known.headers) == set(unknown.headers)


# What is kept -----------------------------------------------------------------------------------


def test_nobody_is_known_by_what_is_counted_and_all_of_it_goes(stage: Stage) -> None:
    answer = send(get())
    decline(stage, answer, "one", "two")
    kept = json.dumps(
        [list(model.objects.values()) for model in (Pace, Footprint, TriedCard)], default=str
    )
    for secret in ("sam", LINE, "198.51", '"one"'):
        assert secret not in kept
    assert Pace.objects.count() == 3
    with time_machine.travel(clock.now() + dt.timedelta(days=4)):
        tasks.guard()
        assert [model.objects.count() for model in (Pace, Footprint, TriedCard)] == [0, 0, 0]
        for event in stage.events():
            stage.deliver(event)
        Attempt.objects.update(look_at=clock.now())
        tasks.look_at_attempts()
        assert TriedCard.objects.count() == 0, "what is told again long after is not counted anew"


def test_pages_with_a_challenge_let_in_our_script_and_nothing_else(stage: Stage) -> None:
    raise_breaker(why=Alarm.STAFF, by="test")
    page = get()
    policy = page["Content-Security-Policy"]
    assert "script-src 'self'; worker-src 'self'" in policy
    assert "unsafe" not in policy
    body = page.content.decode()
    assert re.findall(r"<script[^>]*>", body) == re.findall(
        r'<script type="module" src="/assets/challenge-[0-9a-f]{12}\.js" integrity="[^"]+">', body
    )
    assert page.cookies == {}
