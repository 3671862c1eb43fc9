"""Anonymous gifts (D4): no public door, no letter and no log says who gave; who sees no people sees no small sums."""

from __future__ import annotations

import csv
import io
import logging
from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import URLPattern
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.funding import tasks
from broadsheet.funding.actions import propose_refund, publish_update
from broadsheet.funding.actions.mailing import Message
from broadsheet.funding.choices import Dedication
from broadsheet.funding.models import Pledge, Receipt
from broadsheet.funding.queries.going import TOGETHER, shares_by
from broadsheet.funding.rules.hiding import FEW, hidden_cells
from broadsheet.funding.urls import urlpatterns
from broadsheet.funding.views.kinds import CampaignKind, GiveKind
from broadsheet.funding.wagtail_hooks import SCREENS
from broadsheet.kit.models import AuditEntry, Change
from broadsheet.readers.actions import create_account
from broadsheet.readers.models import User
from funding.test_room import come_in
from funding.test_staff import seen, settled, staff
from promises import Promises
from proving import sign_in

WHO: dict[str, Any] = {
    "name": "Z Volezelda", "organisation": "Volezelda works", "email": "z@volezelda.example",
    "message": "A volezelda wrote", "dedication": Dedication.HONOUR, "dedicated_to": "Old Volezelda",
}  # fmt: skip
"""Somebody who gives anonymously; whatever says who it is has a word in it that no random key has."""


def says_who(text: object) -> bool:
    return "volezelda" in str(text).lower()


def public_pages(promises: Promises, pledge: Pledge) -> dict[str, str]:
    """What everybody gets at each public address of funding: documents of the edition, and what Django answers."""
    found = {}
    for kind in (GiveKind(), CampaignKind("campaign"), CampaignKind("meter")):
        for ident in kind.idents():
            document = kind.render(ident)
            assert document
            found[f"{kind.name} {ident}"] = bytes(document.body).decode()
    gift = promises.last_gift(pledge)
    known = {
        "reference": gift.reference, "key": pledge.key, "signature": "guessed", "account": "sandbox",
    }  # fmt: skip
    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern)
        wanted = pattern.pattern.converters
        path = "/" + pattern.pattern.describe().split("'")[1]
        for name in wanted:
            path = path.replace(f"<slug:{name}>", known[name])
        answer = Client().get(path)
        assert answer.status_code in (200, 302, 303, 404, 405), path
        found[path] = answer.content.decode() + str(answer.headers)
    return found


def test_d4_no_public_door_and_no_letter_to_others_says_who_gave(promises: Promises) -> None:
    floods = promises.stage.campaign()
    pledge = promises.make(campaign=floods, origin="/2026/01/river/", **WHO)
    settled(promises.stage, 900, campaign=floods, email="ann@example.org", name="Ann")
    boss = User.objects.create_superuser("boss@ledger.example")
    mail.outbox.clear()
    publish_update(
        campaign=floods, language="en", title="News", body="Thanks", is_mailed=True, by=boss
    )
    gift = promises.last_gift(pledge)
    propose_refund(donation=gift, amount=None, reason="Volezelda asked", by=boss)
    tasks.tick()
    promises.stage.settle()
    tasks.tick()
    pages = public_pages(promises, pledge)
    assert len(pages) > len(urlpatterns)
    assert "given back" in pages[f"/give/thanks/{gift.reference}/"]
    for where, page in pages.items():
        assert not says_who(page), where
    # Staff who do not see people, and somebody else in their own room.
    client = staff("editor")
    for screen in SCREENS:
        path = "/desk/money/" + screen.pattern.describe().split("'")[1]
        for name in screen.pattern.converters:
            kind = "int" if "<int:" in path else "slug"
            value = "1" if kind == "int" else {"reference": gift.reference}.get(name, pledge.key)
            path = path.replace(f"<{kind}:{name}>", value)
        assert not says_who(client.get(path).content.decode()), path
    assert not says_who(client.get("/desk/").content.decode())
    room = come_in("ann@example.org")
    for path in ("/account/", "/account/data/"):
        assert not says_who(room.get(path).content.decode())
    # Letters: those that are hers go to her, and nobody of the staff gets one.
    assert {message.to[0] for message in mail.outbox} == {WHO["email"], "ann@example.org"}
    for message in mail.outbox:
        assert message.to == [WHO["email"]] or not says_who(message.message().as_string())
    # What everybody in the house can read, and what the press is told.
    for model in (AuditEntry, Change):
        assert not says_who(list(model._default_manager.values()))


def test_d4_log_names_no_address_that_a_mail_server_refused(
    promises: Promises, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(self: Message) -> int:
        raise SMTPRecipientsRefused({WHO["email"]: (550, b"nobody")})

    monkeypatch.setattr(Message, "send", refuse)
    with caplog.at_level(logging.INFO):
        settled(promises.stage, **WHO)
    assert says_who(Receipt.objects.get().error)
    assert "cannot be sent: SMTPRecipientsRefused" in caplog.text
    assert not says_who(caplog.text)


def test_d4_database_refuses_an_anonymous_pledge_that_shows_a_name(promises: Promises) -> None:
    pledge = promises.make(**WHO)
    with pytest.raises(IntegrityError), transaction.atomic():
        Pledge.objects.filter(pk=pledge.pk).update(shown_name="Z Volezelda")


def looker(*rights: str) -> Client:
    """Somebody who has these rights alone."""
    account = {"email": "looker@ledger.example", "password": "a long and winding password"}
    user = create_account(**account, role="editor", by="test")
    user.user_permissions.add(*Permission.objects.filter(codename__in=rights))
    return sign_in(Client(), user)


def test_d4_who_sees_no_people_sees_no_small_sums_and_no_event(promises: Promises) -> None:
    for at in range(7):
        promises.stage.give(1000, email=f"s{at}@example.org", origin="/big/")
    for at in range(2):
        promises.stage.give(3000, email=f"t{at}@example.org", origin=f"/small{at}/")
    promises.stage.settle()
    client = looker("view_donation", "see_amounts", "view_inboxevent", "view_campaign")
    page = seen(client, "going/")
    assert "/small0/" not in page
    assert "Every month" not in page
    assert client.get("/desk/money/going/months.csv").status_code == 404
    text = client.get("/desk/money/going/page.csv").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[1:] == [[TOGETHER, "USD", "9", "130.00"]], "else the two follow from the total"
    for at in range(3):
        promises.stage.give(200, email=f"u{at}@example.org", origin=f"/small{at}/")
    promises.stage.settle()
    text = client.get("/desk/money/going/page.csv").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[1:] == [["/big/", "USD", "7", "70.00"], [TOGETHER, "USD", "5", "66.00"]]
    assert {each.name for each in shares_by("origin")} == {
        "/big/", "/small0/", "/small1/", "/small2/",
    }  # fmt: skip
    assert client.get("/desk/money/events/1/").status_code == 302


@given(st.lists(st.sets(st.integers(0, 9), min_size=1, max_size=FEW), max_size=8))
def test_d4_nothing_that_is_hidden_follows_from_what_is_shown(people: list[set[int]]) -> None:
    hidden, may_be_summed = hidden_cells(people)
    assert all(len(each) >= FEW for at, each in enumerate(people) if at not in hidden)
    together = set().union(*(people[at] for at in hidden))
    assert may_be_summed is (len(together) >= FEW)
    if hidden and len(hidden) < len(people):
        assert may_be_summed
