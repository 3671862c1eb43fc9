"""Slots, events, tokens, audit lines, changes and the origin check."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.test import RequestFactory
from django_tasks_db.models import DBTaskResult
from markupsafe import Markup

from broadsheet.kit import audit, changes, clock, events, tokens
from broadsheet.kit.events import NotInTransaction, announce, deliver, subscribe
from broadsheet.kit.http import is_same_origin
from broadsheet.kit.models import AuditEntry, Change
from broadsheet.kit.slots import register_slot, slot
from broadsheet.readers.models import User


def bold(word: str) -> Markup:
    return Markup("<b>{}</b>").format(word)


def plain(word: str) -> str | None:
    return f"<{word}>" if word else None


def test_slot_joins_its_fillers_in_order_and_escapes_plain_text() -> None:
    for filler in (bold, plain, bold):
        register_slot("test.doors", filler)
    assert slot("test.doors", word="a&b") == "<b>a&amp;b</b>&lt;a&amp;b&gt;"
    assert slot("test.doors", word="") == "<b></b>"
    assert slot("test.nobody") == ""


def test_tokens_reference_is_long_and_never_the_same() -> None:
    made = {tokens.reference() for _ in range(1000)}
    assert len(made) == 1000
    assert {len(one) for one in made} == {20}
    assert set("".join(made)) <= set(tokens.ALPHABET)


def test_tokens_signature_of_other_bytes_or_secret_does_not_hold() -> None:
    signature = tokens.sign(b"body", "secret")
    assert tokens.is_signed(b"body", signature, "secret")
    assert not tokens.is_signed(b"bodY", signature, "secret")
    assert not tokens.is_signed(b"body", signature, "other")
    assert not tokens.is_signed(b"body", "é", "secret")


@pytest.mark.parametrize(
    ("headers", "same"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Origin": "http://testserver"}, True),
        ({"Origin": "http://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({}, False),
    ],
)
def test_is_same_origin_believes_only_the_browser(headers: dict[str, str], same: bool) -> None:
    assert is_same_origin(RequestFactory().post("/", headers=headers)) is same


@pytest.mark.django_db
def test_audit_names_a_user_or_a_part_of_the_system() -> None:
    user = User.objects.create_user("ann@ledger.example")
    assert audit.record("thing.done", user, by=user, cents=5).actor == f"user:{user.pk}"
    assert audit.record("thing.done", "page:1", by="worker").by_id is None
    assert [entry.subject for entry in AuditEntry.objects.order_by("pk")] == [
        f"readers.user:{user.pk}",
        "page:1",
    ]


@pytest.mark.django_db
def test_mark_keeps_one_row_for_each_key() -> None:
    user = User.objects.create_user("ann@ledger.example")
    changes.mark(user, "list:a", "list:a")
    assert [change.key for change in Change.objects.order_by("pk")] == [
        f"readers.user:{user.pk}",
        "list:a",
    ]


HEARD: list[int] = []


def hear(number: int) -> None:
    HEARD.append(number)


@pytest.mark.django_db
def test_announce_stores_a_task_that_a_rollback_drops() -> None:
    subscribe("thing.happened", hear)
    subscribe("thing.happened", hear)
    with transaction.atomic():
        announce("thing.happened", number=1)
    with transaction.atomic():
        announce("thing.happened", number=2)
        transaction.set_rollback(True)
    (task,) = DBTaskResult.objects.all()
    deliver.call(*task.args_kwargs["args"])
    assert HEARD == [1]


@pytest.mark.django_db
def test_nothing_is_stored_once_nobody_hears(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "_handlers", {})
    subscribe("thing.happened", hear)
    for count in (1, 1):
        with transaction.atomic():
            announce("thing.happened", number=1)
        assert DBTaskResult.objects.count() == count
        events.unsubscribe_all()


def test_announce_outside_a_transaction_is_refused() -> None:
    with pytest.raises(NotInTransaction):
        announce("thing.happened", number=1)


def test_clock_is_aware_and_the_newsrooms_zone_is_its_own() -> None:
    assert clock.now().utcoffset() is not None
    assert clock.newsroom_zone().key == "America/New_York"
