"""Two supporters who are one: what moves, that the books do not, and that nothing is lost on the way."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import transaction

from broadsheet.funding.actions import (
    Gift,
    add_note,
    expect_gift,
    merge_supporters,
    reconcile,
    take_apart,
)
from broadsheet.funding.choices import Method
from broadsheet.funding.errors import CareRefused
from broadsheet.funding.models import (
    Donation,
    LedgerEntry,
    LedgerHead,
    Receipt,
    Supporter,
    SupporterMerge,
)
from broadsheet.kit.models import AuditEntry
from broadsheet.kit.money import Money
from broadsheet.readers.models import User
from funding.test_staff import MONEY, press, seen, settled, staff
from stage import Stage, at_once


@pytest.fixture
def ann(stage: Stage) -> User:
    return User.objects.create_user("ann@ledger.example")


def two(stage: Stage) -> tuple[Supporter, Supporter]:
    """Sam, who gave once, and Sam at an older address, who gave twice and of whom there is a note."""
    sam = settled(stage, name="Sam Field").supporter
    for minor in (700, 900):
        old = settled(stage, minor, email="sam@old.example", name="S. Field").supporter
    return sam, old


def books(stage: Stage) -> list[Any]:
    """All that must stay as it is, whoever is merged into whom."""
    found = reconcile(account=stage.account)
    assert found.is_explained
    return [
        list(LedgerEntry.objects.order_by("pk").values()),
        LedgerHead.objects.get().hash,
        found,
        list(Receipt.objects.order_by("pk").values()),
        list(Donation.objects.order_by("pk").values("reference", "state", "gift_minor", "name")),
    ]


def test_merge_moves_gifts_and_notes_and_leaves_the_books_as_they_are(
    stage: Stage, ann: User
) -> None:
    sam, old = two(stage)
    add_note(supporter=old, text="Moved house", by=ann)
    before = books(stage)
    merge = merge_supporters(kept=sam, duplicate=old, by=ann)
    assert books(stage) == before
    assert (sam.donations.count(), sam.notes.count()) == (3, 1)
    assert (old.donations.count(), old.notes.count()) == (0, 0)
    assert len(merge.moved["donations"]) == 2
    assert AuditEntry.objects.filter(action="supporter.merged").count() == 2
    stage.facts(sam.donations.first())  # type: ignore[arg-type]
    take_apart(merge=merge, by=ann)
    assert books(stage) == before
    assert (sam.donations.count(), old.donations.count(), old.notes.count()) == (1, 2, 1)
    with pytest.raises(CareRefused, match="already"):
        take_apart(merge=merge, by=ann)


def test_merged_address_gives_for_the_one_who_was_kept(stage: Stage, ann: User) -> None:
    sam, old = two(stage)
    merge = merge_supporters(kept=sam, duplicate=old, by=ann)
    gift = stage.begin(1100, email="Sam@Old.example", nonce="n" * 30)
    assert gift.supporter == sam
    assert stage.begin(1100, email="sam@old.example", nonce="n" * 30) == gift, "sent twice"
    take_apart(merge=merge, by=ann)
    gift.refresh_from_db()
    assert gift.supporter == sam, "what came meanwhile stays"
    assert stage.begin(1200, email="sam@old.example").supporter == old


def test_merges_follow_one_another_and_are_undone_backwards(stage: Stage, ann: User) -> None:
    sam, old = two(stage)
    third = stage.begin(email="sf@third.example").supporter
    first = merge_supporters(kept=old, duplicate=third, by=ann)
    second = merge_supporters(kept=sam, duplicate=old, by=ann)
    assert stage.begin(email="sf@third.example").supporter == sam
    assert sam.donations.count() == 5
    with pytest.raises(CareRefused, match="later merge first"):
        take_apart(merge=first, by=ann)
    take_apart(merge=second, by=ann)
    take_apart(merge=first, by=ann)
    assert [each.donations.count() for each in (sam, old, third)] == [2, 2, 1]
    assert str(first) == f"{third.pk} into {old.pk}"


def test_merge_that_cannot_be_is_refused_in_words(stage: Stage, ann: User) -> None:
    sam, old = two(stage)
    by_hand = expect_gift(
        gift=Gift(amount=Money(500, "USD"), email="", name=""), method=Method.CASH, by="test"
    ).supporter
    with pytest.raises(CareRefused, match="the same already"):
        merge_supporters(kept=sam, duplicate=sam, by=ann)
    with pytest.raises(CareRefused, match="has an e-mail address"):
        merge_supporters(kept=by_hand, duplicate=sam, by=ann)
    merge_supporters(kept=sam, duplicate=by_hand, by=ann)
    for kept, duplicate in ((old, by_hand), (by_hand, old)):
        with pytest.raises(CareRefused, match="merged into somebody already"):
            merge_supporters(kept=kept, duplicate=duplicate, by=ann)


def test_kept_one_without_a_name_is_lent_the_other_ones(stage: Stage, ann: User) -> None:
    kept = stage.begin(email="nameless@example.org", name="").supporter
    other = stage.begin(email="pat@example.org", name="Pat Field").supporter
    merge = merge_supporters(kept=kept, duplicate=other, by=ann)
    kept.refresh_from_db()
    assert kept.name == "Pat Field"
    take_apart(merge=merge, by=ann)
    kept.refresh_from_db()
    assert kept.name == ""


def test_merge_goes_its_way_at_the_desk(stage: Stage) -> None:
    sam, old = two(stage)
    client = staff("care")
    path = f"supporters/{sam.key}/"
    assert f"{path}merge/" in seen(client, path)
    page = seen(client, f"{path}merge/", q="sam@old")
    assert "sam@old.example" in page
    assert not re.search(r"\$ ?\d|16\.00", page), "care sees no amount"
    assert AuditEntry.objects.filter(action="supporters.compared").count() == 1
    assert press(client, f"{path}merge/", other="nobody") == "Choose the other one."
    said = press(client, f"{path}merge/", other=old.key, keep="this")
    assert said == "They are one now. It can be undone below."
    page = seen(client, path)
    assert "sam@old.example" in page
    assert "2 gifts and 0 notes moved here" in page
    moved = client.get(f"{MONEY}/supporters/{old.key}/")
    assert moved.headers["Location"] == f"{MONEY}/{path}"
    for where in ("supporters/", "gifts/"):
        assert f"/supporters/{sam.key}/" in seen(client, where, q="sam@old")
    listed = seen(client, "supporters/")
    assert old.key not in listed
    assert client.post(f"{MONEY}/supporters/{old.key}/note/", {"text": "x"}).status_code == 404
    merge = SupporterMerge.objects.get()
    assert "two again" in press(client, f"merges/{merge.pk}/undo/")
    assert "2 gifts" not in seen(client, path)
    press(client, f"{path}merge/", other=old.key, keep="other")
    old.refresh_from_db()
    assert old.donations.count() == 3


def test_gifts_that_begin_while_somebody_is_merged_are_never_left_behind(open_stage: Stage) -> None:
    ann = User.objects.create_user("ann@ledger.example")
    for turn in range(3):
        kept = open_stage.begin(email=f"kept{turn}@example.org").supporter
        other = open_stage.begin(email=f"other{turn}@example.org").supporter
        works = [
            lambda at=at, turn=turn: open_stage.begin(100 + at, email=f"other{turn}@example.org")
            for at in range(7)
        ]
        works.insert(
            3, lambda kept=kept, other=other: merge_supporters(kept=kept, duplicate=other, by=ann)
        )
        answers = at_once(*works)
        assert not [each for each in answers if isinstance(each, Exception)]
        assert Donation.objects.filter(supporter=other).count() == 0
        assert kept.donations.count() == 9


def test_opposite_merges_at_once_are_one_merge(open_stage: Stage) -> None:
    ann = User.objects.create_user("ann@ledger.example")
    one, other = (open_stage.begin(email=f"{at}@example.org").supporter for at in "ab")

    def merge(kept: Supporter, duplicate: Supporter) -> SupporterMerge:
        with transaction.atomic():
            return merge_supporters(kept=kept, duplicate=duplicate, by=ann)

    at_once(lambda: merge(one, other), lambda: merge(other, one))
    assert SupporterMerge.objects.count() == 1
    assert Supporter.objects.filter(merged_into=None).get().donations.count() == 2
