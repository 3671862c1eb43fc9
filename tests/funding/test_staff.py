"""The staff's screens: who may see and do what, that every look is written down, and what is told of a supporter."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from broadsheet.funding import tasks
from broadsheet.funding.actions import Gift, add_note, expect_gift, send_receipt_again
from broadsheet.funding.actions.roles import make_roles
from broadsheet.funding.choices import Method
from broadsheet.funding.errors import CareRefused
from broadsheet.funding.models import (
    BankLine,
    Donation,
    InboxEvent,
    LedgerTransaction,
    Receipt,
    Refund,
    Supporter,
    SupporterNote,
)
from broadsheet.funding.queries import staff as questions
from broadsheet.funding.wagtail_hooks import register_rights
from broadsheet.kit.models import AuditEntry
from broadsheet.kit.money import Money
from broadsheet.newsroom.actions.roles import make_roles as newsroom_roles
from broadsheet.readers.actions import create_account
from broadsheet.readers.models import User
from proving import sign_in
from stage import Stage

MONEY = "/desk/money"


def staff(role: str, name: str = "") -> Client:
    if role == "reporter":
        newsroom_roles()
    user = create_account(
        email=f"{name or role}@ledger.example",
        password="a long and winding password",
        role=role,
        by="test",
    )
    return sign_in(Client(), user)


def seen(client: Client, path: str, **asked: str) -> str:
    answer = client.get(f"{MONEY}/{path}", asked)
    assert answer.status_code == 200, path
    return re.sub(r"\s+", " ", answer.content.decode())


def press(client: Client, path: str, **typed: str) -> str:
    """Press a button; what the desk said about it."""
    answer = client.post(f"{MONEY}/{path}", typed, follow=True)
    assert isinstance(answer, HttpResponse)
    assert answer.status_code == 200
    return " ".join(str(message) for message in answer.context["messages"])


def settled(stage: Stage, minor: int = 2500, **more: Any) -> Donation:
    donation = stage.give(minor, **more)
    stage.settle()
    donation.refresh_from_db()
    return donation


def pages(stage: Stage) -> list[str]:
    """Every screen there is, for a gift that arrived."""
    donation = settled(stage, name="Sam Field", message="Go on")
    event = InboxEvent.objects.latest("pk")
    return [
        *("supporters/", f"supporters/{donation.supporter.key}/", "gifts/"),
        *(f"gifts/{donation.reference}/", "events/", f"events/{event.pk}/"),
    ]


# Who may see and do what ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "shown"),
    [
        ("administrator", 6),
        ("fundraiser", 6),
        ("care", 4),
        ("editor", 0),
        ("reporter", 0),
    ],
)
def test_screens_are_for_those_whose_work_they_are(stage: Stage, role: str, shown: int) -> None:
    client, paths = staff(role), pages(stage)
    answers = [client.get(f"{MONEY}/{path}").status_code for path in paths]
    assert answers == [200] * shown + [302] * (6 - shown)
    menu = client.get("/desk/").content.decode()
    assert (f"{MONEY}/gifts/" in menu) is (shown > 0)
    assert (f"{MONEY}/events/" in menu) is (shown > 4)


def test_care_sees_people_and_no_amount_anywhere(stage: Stage) -> None:
    client, paths = staff("care"), pages(stage)
    for path in paths[:4]:
        page = seen(client, path)
        assert "Sam Field" in page
        assert not re.search(r"\$ ?\d|25\.00|2500", page), path
    amount = seen(staff("fundraiser"), paths[3])
    assert "$25" in amount
    assert ">-$25</td>" in amount


@pytest.mark.parametrize("role", ["care", "editor"])
def test_nothing_is_given_back_or_replayed_without_the_right(stage: Stage, role: str) -> None:
    donation = settled(stage)
    client, event = staff(role), InboxEvent.objects.latest("pk")
    for path in (
        f"gifts/{donation.reference}/refund/",
        f"events/{event.pk}/replay/",
        f"gifts/{donation.reference}/give-up/",
    ):
        assert client.post(f"{MONEY}/{path}").status_code == 302
    assert Refund.objects.count() == 0
    assert not AuditEntry.objects.filter(action="processor-event.replayed").exists()


def test_screen_of_what_there_is_not_is_not_found(stage: Stage) -> None:
    client = staff("fundraiser")
    for path in ("supporters/x/", "gifts/x/", "events/99/"):
        assert client.get(f"{MONEY}/{path}").status_code == 404
    assert client.get(f"{MONEY}/gifts/x/refund/").status_code == 405


def test_groups_keep_what_an_administrator_made_of_them(db: None) -> None:
    group = Group.objects.get(name="Supporter care")
    group.permissions.clear()
    make_roles()
    assert group.permissions.count() == 0
    group.delete()
    make_roles()
    assert Group.objects.get(name="Supporter care").permissions.count() == 9


def test_rights_can_be_given_to_any_group(stage: Stage) -> None:
    names = set(register_rights().values_list("codename", flat=True))
    assert {"see_amounts", "view_supporter", "change_refund"} <= names


# Every look is written down ---------------------------------------------------------------------


def test_every_look_at_a_person_is_written_down_without_saying_what_was_looked_for(
    stage: Stage,
) -> None:
    client, paths = staff("fundraiser"), pages(stage)
    AuditEntry.objects.all().delete()
    for path in paths:
        seen(client, path, q="sam@example.org") if path.endswith("s/") else seen(client, path)
    looks = AuditEntry.objects.order_by("pk").values_list("action", "actor", "detail")
    user = User.objects.get(email="fundraiser@ledger.example")
    assert [action for action, _actor, _detail in looks] == [
        "supporters.listed",
        "supporter.seen",
        "gifts.listed",
        "gift.seen",
        "processor-event.seen",
    ]
    assert {actor for _action, actor, _detail in looks} == {f"user:{user.pk}"}
    assert "sam" not in str(list(looks))


def test_what_lines_could_be_is_asked_once_for_all_of_a_kind(stage: Stage) -> None:
    client = staff("fundraiser")

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            seen(client, HAND)
        return sum('FROM "funding_payout"' in query["sql"] for query in queries.captured_queries)

    upload(client, "2026-11-03,51.00,cash,b1\n")
    assert asked() == 1
    upload(client, "2026-11-04,52.00,cash,b2\n2026-11-05,53.00,cash,b3\n")
    assert asked() == 1


def test_look_at_the_bank_is_written_down_with_what_was_shown(stage: Stage) -> None:
    client = staff("fundraiser")
    press(client, f"{HAND}expect/", **EXPECTED)
    gift = Donation.objects.get()
    AuditEntry.objects.all().delete()
    seen(client, HAND)
    look = AuditEntry.objects.get()
    assert (look.action, look.detail) == ("bank.seen", {"lines": [], "gifts": [gift.pk]})


# Looking for somebody or something --------------------------------------------------------------


@pytest.mark.parametrize(
    ("where", "asked", "found"),
    [
        ("supporters/", "sam", True),
        ("supporters/", "FIELD", True),
        ("supporters/", "kim", False),
        ("gifts/", "SAM@example", True),
        ("gifts/", "field", True),
        ("gifts/", "Field & Sons", True),
        ("gifts/", "kim", False),
    ],
)
def test_search_finds_people_by_name_and_address(
    stage: Stage, where: str, asked: str, found: bool
) -> None:
    donation = settled(stage, name="Sam Field", organisation="Field & Sons")
    page = seen(staff("fundraiser"), where, q=asked)
    named = donation.supporter.key if where == "supporters/" else donation.reference
    assert (f"/{named}/" in page) is found


def test_search_finds_gifts_and_events_by_their_numbers_and_state(stage: Stage) -> None:
    donation = settled(stage)
    client, payment = staff("fundraiser"), donation.attempts.get().payment_id
    for asked in (donation.reference.upper(), payment):
        assert f"/{donation.reference}/" in seen(client, "gifts/", q=asked)
    assert f"/{donation.reference}/" in seen(client, "gifts/", state="settled")
    assert f"/{donation.reference}/" not in seen(client, "gifts/", state="lapsed")
    event = InboxEvent.objects.get(type="payment.succeeded")
    for said in ({"q": payment}, {"q": event.event_id}, {"state": "done"}):
        assert event.event_id in seen(client, "events/", **said)
    assert event.event_id not in seen(client, "events/", state="dead")


def test_lists_go_on_below_the_last_row_and_ask_as_much_for_many_as_for_few(stage: Stage) -> None:
    client = staff("fundraiser")
    for at in range(3):
        stage.begin(email=f"s{at}@example.org")
    seen(client, "gifts/")
    with CaptureQueriesContext(connection) as few:
        seen(client, "gifts/")
    for at in range(3, 60):
        stage.begin(email=f"s{at}@example.org")
    with CaptureQueriesContext(connection) as many:
        page = seen(client, "gifts/")
    assert len(few) == len(many)
    older = re.search(r'href="(\?[^"]*before=\d+)"', page)
    assert older
    rest = client.get(f"{MONEY}/gifts/{older[1].replace('&amp;', '&')}").content.decode()
    first, second = references(page), references(rest)
    assert (len(first), len(second), first & second) == (50, 10, set())
    assert "Older ones" not in rest
    assert references(seen(client, "gifts/", before="x")) == first


def references(page: str) -> set[str]:
    return set(re.findall(rf'href="{MONEY}/gifts/(\w+)/"', page))


# A supporter ------------------------------------------------------------------------------------


def test_supporters_page_tells_what_happened_in_its_order(stage: Stage) -> None:
    donation = settled(stage, message="For the boats", name="Sam")
    stage.give(700, "decline", email="sam@example.org")
    lapsed = Donation.objects.exclude(pk=donation.pk).get()
    stage.sandbox.processor.expire(
        stage.sandbox.processor.session(lapsed.attempts.get().checkout_id)
    )
    stage.switch(f"payments/{donation.attempts.get().payment_id}", outcome="dispute")
    client = staff("fundraiser")
    press(client, f"gifts/{donation.reference}/refund/", reason="Asked for it", amount="1")
    stage.settle()
    page = seen(client, f"supporters/{donation.supporter.key}/")
    for said in (
        "Began a gift",
        "For the boats",
        "The gift arrived",
        "An attempt to pay: Failed",
        "A receipt was sent",
        "The bank disputes the payment: Open",
    ):
        assert said in page, said
    assert page.index("The gift arrived") < page.index("For the boats"), "the latest first"


def test_supporters_page_shows_the_latest_at_first_and_all_that_happened_when_asked(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("broadsheet.funding.views.staff.supporters.LATEST", 2)
    donation = settled(stage, message="For the boats")
    client, path = staff("fundraiser"), f"supporters/{donation.supporter.key}/"
    page = seen(client, path)
    assert '<a href="?all=1">1 earlier</a>' in page
    assert "For the boats" not in page
    page = seen(client, f"{path}?all=1")
    assert "For the boats" in page
    assert "earlier" not in page


def test_note_is_kept_with_who_wrote_it_and_an_empty_one_is_not(stage: Stage) -> None:
    supporter = stage.begin().supporter
    client, path = staff("care"), f"supporters/{supporter.key}/note/"
    assert press(client, path, text="Prefers <b>letters</b>") == "The note is kept."
    assert "from 1 to 2000" in press(client, path, text="  ")
    page = seen(client, f"supporters/{supporter.key}/")
    assert "Prefers &lt;b&gt;letters" in page
    assert "care@ledger.example" in page
    note = SupporterNote.objects.get()
    assert str(note).startswith(f"{supporter.pk} 20")
    writer = User.objects.get(email="care@ledger.example")
    with pytest.raises(CareRefused):
        add_note(supporter=supporter, text="x" * 2001, by=writer)
    writer.delete()
    assert "Somebody who left" in seen(staff("fundraiser"), f"supporters/{supporter.key}/")


def test_supporter_without_a_name_or_address_has_a_page(stage: Stage) -> None:
    gift = Gift(amount=Money(500, "USD"), email="")
    donation = expect_gift(gift=gift, method=Method.CASH, by="test")
    page = seen(staff("care"), f"supporters/{donation.supporter.key}/")
    assert "A supporter without a name" in page
    assert "No e-mail address" in page
    fresh = Supporter.objects.create(key="k", language="en", created_at=donation.created_at)
    assert "Nothing yet." in seen(staff("fundraiser"), f"supporters/{fresh.key}/")


# What can be done with a gift -------------------------------------------------------------------


def test_refund_above_the_limit_needs_a_second_person_at_the_desk_too(stage: Stage) -> None:
    donation = settled(stage, 20_000)
    ann, bo = staff("fundraiser", "ann"), staff("fundraiser", "bo")
    path = f"gifts/{donation.reference}/refund/"
    assert "Please write" in press(ann, path, amount="1e3")
    assert "At most $200" in press(ann, path, amount="201")
    assert press(ann, path) == "The refund is asked for."
    refund = Refund.objects.get()
    assert "Agree to it" in seen(bo, f"gifts/{donation.reference}/")
    assert "second person" in press(ann, f"refunds/{refund.pk}/", decision="approve")
    assert press(bo, f"refunds/{refund.pk}/", decision="approve") == "The refund is agreed to."
    tasks.look_at_refunds()
    stage.settle()
    page = seen(ann, f"gifts/{donation.reference}/")
    assert "Given back" in page
    assert "Ask for the refund" not in page


def test_refund_is_let_be_at_the_desk(stage: Stage) -> None:
    donation = settled(stage)
    client = staff("fundraiser")
    press(client, f"gifts/{donation.reference}/refund/", amount="5")
    number = Refund.objects.get().pk
    assert press(client, f"refunds/{number}/", decision="x") == "Nothing is given back."
    assert Refund.objects.get().state == "declined"


def test_receipt_is_sent_again_as_the_very_same_message(
    stage: Stage, mailoutbox: list[Any]
) -> None:
    donation = settled(stage)
    client, path = staff("care"), f"gifts/{donation.reference}/receipt/"
    assert press(client, path) == "The receipt is on its way again."
    assert "To be sent" in press(client, path)
    stage.work()
    one, two = mailoutbox
    assert one.message().as_bytes() == two.message().as_bytes()
    assert Receipt.objects.count() == 1
    with pytest.raises(CareRefused, match="no receipt yet"):
        send_receipt_again(donation=stage.begin(), by="test")


def test_gift_by_hand_is_expected_no_more_at_the_desk(stage: Stage) -> None:
    gift = Gift(amount=Money(500, "USD"), email="pat@example.org", name="Pat")
    donation = expect_gift(gift=gift, method=Method.CHEQUE, by="test")
    client = staff("fundraiser")
    page = seen(client, f"gifts/{donation.reference}/")
    assert "Cheque" in page
    assert "Expect it no more" in page
    assert "not expected any more" in press(client, f"gifts/{donation.reference}/give-up/")


# By hand and bank -------------------------------------------------------------------------------

HAND = "by-hand/"
EXPECTED = {"amount": "50", "currency": "USD", "method": "transfer", "name": "Pat Field"}


def upload(client: Client, rows: str, **more: Any) -> HttpResponse:
    file = SimpleUploadedFile("b.csv", f"Date,Amount,Description,ID\n{rows}".encode())
    values = {"account": "main", "dates": "%Y-%m-%d", "encoding": "utf-8-sig", "file": file}
    answer = client.post(f"{MONEY}/{HAND}statement/", {**values, **more}, follow=True)
    assert isinstance(answer, HttpResponse)
    return answer


def test_gift_by_hand_goes_its_way_at_the_desk(stage: Stage) -> None:
    client = staff("fundraiser")
    assert "counts once its line" in press(client, f"{HAND}expect/", **EXPECTED)
    donation = Donation.objects.get()
    assert donation.reference in seen(client, HAND)
    row = f"2026-11-03,50.00,{donation.reference},b1\n"
    dry = upload(client, row, dry_run="on").content.decode()
    assert "this was a dry run" in dry
    assert BankLine.objects.count() == 0
    done = upload(client, row + "x,1,2,b2\n").content.decode()
    assert "Matched by itself" in done
    assert "Row 3: not understood" in done
    donation.refresh_from_db()
    assert donation.state == "settled"
    assert "None." in seen(client, HAND)


def test_line_is_matched_or_set_aside_at_the_desk(stage: Stage) -> None:
    client = staff("fundraiser")
    press(client, f"{HAND}expect/", **EXPECTED)
    settled(stage)
    stage.switch("payouts/sandbox", currency="USD")
    stage.settle()
    upload(client, "2026-11-03,50.00,cash,b1\n2026-11-04,-9.00,fee,b2\n")
    first, fee = BankLine.objects.get(ref="b1"), BankLine.objects.get(ref="b2")
    page = seen(client, HAND)
    attempt = Donation.objects.get(name="Pat Field").attempts.get()
    assert f'value="gift:{attempt.pk}"' in page
    assert "payout po_" in page
    for wrong in ("gift:999", "thing:1", "gift"):
        assert "once more" in press(client, f"{HAND}lines/{first.pk}/match/", **{"is": wrong})
    said = press(client, f"{HAND}lines/{first.pk}/match/", **{"is": f"gift:{attempt.pk}"})
    assert said == "The line is explained."
    assert "with a reason" in press(client, f"{HAND}lines/{fee.pk}/aside/", reason="")
    assert "set aside" in press(client, f"{HAND}lines/{fee.pk}/aside/", reason="Bank fee")
    press(client, f"gifts/{attempt.donation.reference}/refund/", amount="5")
    tasks.look_at_refunds()
    upload(client, "2026-11-05,-6.00,back,b3\n")
    page = seen(client, HAND)
    assert "Refunds that somebody has to transfer" in page
    assert f"refund of gift {attempt.donation.reference}" in page


@pytest.mark.parametrize(
    ("where", "typed", "said"),
    [
        ("expect/", {**EXPECTED, "amount": "ten"}, "in digits"),
        ("expect/", {**EXPECTED, "currency": "XTS"}, "Select a valid choice"),
        ("expect/", {**EXPECTED, "amount": "0"}, "cannot be taken"),
        ("statement/", {}, "This field is required"),
        ("statement/", {"headings": "colour=red"}, "parts are date"),
        ("statement/", {"encoding": "nonsense"}, "not written so"),
        ("statement/", {"headings": "date=Valuta"}, "heads the columns"),
    ],
    ids=str,
)
def test_desk_says_what_is_wrong_with_what_was_typed(
    stage: Stage, where: str, typed: dict[str, str], said: str
) -> None:
    client = staff("fundraiser")
    if where == "statement/" and typed:
        page = upload(client, "2026-11-03,5.00,x,b1\n", **typed).content.decode()
    else:
        page = client.post(f"{MONEY}/{HAND}{where}", typed, follow=True).content.decode()
    assert said in page
    assert (Donation.objects.count(), BankLine.objects.count()) == (0, 0)


def test_bank_is_for_those_whose_work_it_is(stage: Stage) -> None:
    client = staff("care")
    assert client.get(f"{MONEY}/{HAND}").status_code == 302
    assert client.post(f"{MONEY}/{HAND}expect/", EXPECTED).status_code == 302
    assert Donation.objects.count() == 0


# The inbox console ------------------------------------------------------------------------------


def test_event_is_shown_whole_and_a_replay_changes_nothing(stage: Stage) -> None:
    donation = settled(stage)
    event = InboxEvent.objects.get(verdict="booked")
    client = staff("fundraiser")
    page = seen(client, f"events/{event.pk}/")
    for said in (donation.reference, "donation.settled", "&quot;amount&quot;: 2500", "Booked"):
        assert said in page, said
    before = LedgerTransaction.objects.count()
    assert "once more" in press(client, f"events/{event.pk}/replay/")
    stage.work()
    page = seen(client, f"events/{event.pk}/")
    assert "<dt>Verdict</dt><dd>Nothing new</dd>" in page
    assert LedgerTransaction.objects.count() == before


def test_event_about_a_refund_or_about_nothing_of_ours_says_so(stage: Stage) -> None:
    donation = settled(stage)
    client = staff("fundraiser")
    press(client, f"gifts/{donation.reference}/refund/", amount="5")
    tasks.look_at_refunds()
    stage.settle()
    refunded = InboxEvent.objects.get(type="refund.succeeded")
    assert donation.reference in seen(client, f"events/{refunded.pk}/")
    InboxEvent.objects.filter(pk=refunded.pk).update(object_id="re_other", body=b"\xff no JSON")
    page = seen(client, f"events/{refunded.pk}/")
    assert "nothing that we know" in page
    assert "no JSON" in page


@pytest.mark.parametrize("few", [0, 400])
def test_search_finds_the_same_gifts_whether_few_or_many_are_of_that_name(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(questions, "FEW", few)
    paid = settled(stage, name="Sam Field")
    bell = stage.begin(email="office@bell.example", organisation="Bell Works")
    other = stage.begin(email="pat@example.org", name="Pat Bellamy")

    def found(asked: str) -> list[Donation]:
        return questions.found_gifts(asked, "", None, 9)

    assert found("field") == found("sam@") == [paid]
    assert found("bell") == [other, bell]
    assert found(bell.reference.upper()) == [bell]
    assert found(paid.attempts.get().payment_id) == [paid]
    assert found("nobody") == []
