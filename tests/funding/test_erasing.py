"""Erasing a supporter: nothing says any more who they were, the books stay to the last byte, later money settles."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.apps import apps
from django.core import mail
from django.test import Client

from broadsheet.funding import tasks
from broadsheet.funding.actions import (
    Gift,
    add_note,
    bring_supporters,
    erase_supporter,
    expect_gift,
    import_statement,
    match_line,
    merge_supporters,
    propose_refund,
    publish_update,
    reconcile,
    reconcile_bank,
    send_receipt_again,
    state_year,
    take_apart,
)
from broadsheet.funding.actions.banking import Layout
from broadsheet.funding.actions.entering import code_of
from broadsheet.funding.actions.stating import statement_path
from broadsheet.funding.actions.telling import pledge_path
from broadsheet.funding.choices import Asked, Cadence, Dedication, Method
from broadsheet.funding.errors import CareRefused, PledgeRefused
from broadsheet.funding.models import (
    Attempt,
    BankLine,
    Campaign,
    Donation,
    InboxEvent,
    KeptWords,
    LedgerEntry,
    LedgerHead,
    PaymentMethod,
    Pledge,
    ProcessorAccount,
    Receipt,
    Supporter,
    YearlyStatement,
)
from broadsheet.funding.queries import chain_breaks, kept_giver, progress
from broadsheet.funding.queries.going import recurring_months, shares_by
from broadsheet.funding.rules.bringing import read_supporters
from broadsheet.kit.models import AuditEntry
from broadsheet.kit.money import Money
from broadsheet.project.cli import broadsheet
from broadsheet.readers.models import User
from funding.test_room import ORIGIN, ROOM, come_in, look, post
from funding.test_staff import press, seen, staff
from promises import Promises
from stage import Stage, at_once

EMAIL, NAME = "samira@quill.example", "Samira Quill"
ERASE = f"{ROOM}erase/"


def ann() -> User:
    found = User.objects.filter(email="ann@ledger.example").first()
    return found or User.objects.create_superuser("ann@ledger.example")


def traces(word: str = "quill") -> set[str]:
    """The tables of the whole database, and their columns, in which a word stands."""
    found = set()
    for model in apps.get_models():
        for row in model._default_manager.all():
            for field in model._meta.concrete_fields:
                value = field.value_from_object(row)
                text = bytes(value).decode() if isinstance(value, bytes | memoryview) else value
                if word in str(text).lower():
                    found.add(f"{model.__name__}.{field.name}")
    return found


def books(promises: Promises) -> list[Any]:
    """All that has to stay as it is, whoever is erased."""
    assert list(chain_breaks()) == []
    statements = YearlyStatement.objects.order_by("pk")
    return [
        list(LedgerEntry.objects.order_by("pk").values()),
        LedgerHead.objects.get().hash,
        [reconcile(account=each) for each in ProcessorAccount.objects.order_by("pk")],
        reconcile_bank(),
        [(progress(each), each.total.gifts_minor) for each in Campaign.objects.all()],
        recurring_months(),
        [shares_by("campaign__slug"), shares_by("origin")],
        [str(each) for each in Receipt.objects.select_related("series")],
        list(statements.values("number", "version", "gifts", "state", "supporter")),
    ]


def bank_file(words: str, reference: str) -> BankLine:
    """A transfer of 50 dollars as the bank tells of it."""
    import_statement(
        text=f"Date,Amount,Description,ID\n2026-01-31,50.00,{words},{reference}\n",
        bank="main",
        name="january.csv",
        layout=Layout(currency="USD", columns={}),
        by=ann(),
    )
    return BankLine.objects.get(ref=reference)


def transfer(words: str, reference: str, **gift: Any) -> Donation:
    """A gift by bank transfer that arrived."""
    wish = Gift(**{"amount": Money(5000, "USD"), "email": EMAIL, "name": NAME} | gift)
    donation = expect_gift(gift=wish, method=Method.TRANSFER, by=ann())
    attempt = donation.attempts.select_related("account", "donation__supporter").get()
    match_line(line=bank_file(words, reference), targets=[attempt], by=ann())
    return donation


def lives(promises: Promises) -> Pledge:
    """Everything that can be known of somebody, and somebody else beside her."""
    stage = promises.stage
    floods = stage.campaign()
    pledge = promises.make(
        email=EMAIL, name=NAME, organisation="Quillworks", is_anonymous=False, campaign=floods,
        message="Quill says hello", dedication=Dedication.MEMORY, dedicated_to="Old Quill",
        origin="/2026/01/river/",
    )  # fmt: skip
    stage.give(900, email="s@quill.example", name=NAME)
    transfer("TRANSFER SAMIRA QUILL", "b1")
    promises.make(700, email="ann@example.org", name="Ann Ink")
    stage.settle()
    twin = Supporter.objects.get(email="s@quill.example")
    add_note(supporter=twin, text="Ms Quill moved house", by=ann())
    merge_supporters(kept=pledge.supporter, duplicate=twin, by=ann())
    gift = Donation.objects.get(gift_minor=900)
    propose_refund(donation=gift, amount=Money(100, "USD"), reason="Ms Quill asked", by=ann())
    tasks.look_at_refunds()
    stage.settle()
    told = InboxEvent.objects.filter(object_id__in=objects_of(pledge.supporter))
    assert told.update(body=b'{"payer": "samira@quill.example"}') > 4
    promises.to("2027-01-05")
    state_year(year=2026, by="test")
    return pledge


def test_d3_nothing_says_who_they_were_and_the_books_stay(promises: Promises) -> None:
    pledge = lives(promises)
    stage, supporter = promises.stage, pledge.supporter
    Receipt.objects.filter(donation__supporter=supporter).update(
        state="failed", error="refused: samira@quill.example"
    )
    publish_update(
        campaign=Campaign.objects.get(), language="en", title="News", body="Thanks",
        is_mailed=True, by=ann(),
    )  # fmt: skip
    stage.begin(1200, email=EMAIL, name=NAME, cadence=Cadence.YEARLY)
    open_one = stage.begin(1300, email=EMAIL, name=NAME)
    stage.open(open_one)
    old_links = [pledge_path(pledge), statement_path(YearlyStatement.objects.earliest("pk"))]
    assert [Client().get(link).status_code for link in old_links] == [200, 200]
    mail.outbox.clear()
    before = books(promises)
    assert len(traces()) > 10
    erase_supporter(supporter=supporter, asked=Asked.LETTER, by=ann())
    # The state of letters is no part of the books: nobody is sent one.
    for kept in (before, after := books(promises)):
        for each in kept[-1]:
            del each["state"]
    assert after == before
    assert traces() == {"KeptWords.words"}
    assert {each.words for each in KeptWords.objects.all()} == {
        "Quillworks", NAME, "TRANSFER SAMIRA QUILL",
    }  # fmt: skip
    assert {str(each.until) for each in KeptWords.objects.all()} == {"2036-12-31", "2037-12-31"}
    assert [Client().get(link).status_code for link in old_links] == [404, 404]
    assert {each.state for each in supporter.pledges.all()} == {"canceled"}
    # Somebody else is as she was.
    other = Supporter.objects.get(email="ann@example.org")
    assert (other.name, other.pledges.get().state) == ("Ann Ink", "active")
    assert YearlyStatement.objects.get(supporter=other).giver == "Ann Ink"
    # The worker ends what was open, has the card forgotten, and writes to nobody but her.
    tasks.tick()
    stage.settle()
    tasks.tick()
    assert open_one.attempts.get().state == "canceled"
    assert {message.to[0] for message in mail.outbox} <= {"ann@example.org"}
    method = PaymentMethod.objects.exclude(pledges__supporter=other).get()
    assert (method.customer, method.label, method.forget_at) == ("", "", None)
    rows = stage.sandbox.store.rows("SELECT id FROM object WHERE type = 'method'")
    assert [row["id"] for row in rows] == [other.pledges.get().method.method]  # type: ignore[union-attr]
    assert traces() == {"KeptWords.words"}
    with pytest.raises(CareRefused, match="erased already"):
        erase_supporter(supporter=supporter, asked=Asked.LETTER, by=ann())
    said = AuditEntry.objects.get(action="supporter.erased")
    assert (said.detail, said.by) == ({"asked": "letter"}, ann())
    # What the law wants goes on its day.
    promises.to("2037-12-31")
    tasks.forget()
    assert {str(each.until) for each in KeptWords.objects.all()} == {"2037-12-31"}
    promises.to("2038-01-01", hour=12)
    tasks.forget()
    assert traces() == set()


def objects_of(supporter: Supporter) -> set[str]:
    """The processor's numbers of what somebody paid and got back."""
    rows = Attempt.objects.filter(donation__supporter=supporter)
    found = rows.values_list("processor_objects__ident", "refunds__ident")
    return {ident for pair in found for ident in pair if ident}


def test_d3_money_that_moves_later_settles_and_brings_nothing_back(promises: Promises) -> None:
    pledge = lives(promises)
    stage, supporter = promises.stage, pledge.supporter
    charged = Donation.objects.get(occurrence__pledge=pledge)
    wish = Gift(amount=Money(5000, "USD"), email=EMAIL, name=NAME)
    late, later = (expect_gift(gift=wish, method=Method.CHEQUE, by=ann()) for _ in range(2))
    first = stage.begin(1100, email=EMAIL, name=NAME, cadence=Cadence.MONTHLY)
    attempt = stage.open(first)
    erase_supporter(supporter=supporter, asked=Asked.ROOM, by="supporter")
    kept = KeptWords.objects.count()
    mail.outbox.clear()
    # A refund, a dispute, a first gift that is paid at a checkout that was open, a cheque.
    propose_refund(donation=charged, amount=Money(500, "USD"), reason="", by=ann())
    tasks.look_at_refunds()
    transferred = Donation.objects.get(gift_minor=900).attempts.get()
    stage.switch(f"payments/{transferred.payment_id}", outcome="dispute")
    stage.press(attempt, "pay")
    for event in stage.events(stage.settled):
        assert stage.deliver({**event, "payer": EMAIL}).status_code == 200
    stage.work()
    for gift, words, number in ((late, "CHEQUE S QUILL", "b2"), (later, "", "b3")):
        by_hand = gift.attempts.select_related("account", "donation__supporter").get()
        match_line(line=bank_file(words, number), targets=[by_hand], by=ann())
    first.refresh_from_db()
    late.refresh_from_db()
    assert (first.state, late.state, transferred.disputes.count()) == ("settled", "settled", 1)
    assert first.incident.refund.state == "proposed"
    corrected = charged.receipts.latest("version")
    assert (corrected.version, corrected.state, corrected.returned_minor) == (2, "by_hand", 500)
    restated = YearlyStatement.objects.filter(supporter=supporter).latest("version")
    assert (restated.version > 1, restated.giver, restated.state) == (True, "", "by_hand")
    assert kept_giver(restated) in (NAME, "Quillworks")
    assert reconcile(account=stage.account).is_explained
    assert list(chain_breaks()) == []
    tasks.tick()
    assert {message.to[0] for message in mail.outbox} <= {"ann@example.org"}
    assert traces() == {"KeptWords.words"}
    assert KeptWords.objects.count() == kept + 1
    # The bank's file once more brings no words back.
    for reference, words in (("b1", "TRANSFER SAMIRA QUILL"), ("b2", "CHEQUE S QUILL")):
        bank_file(words, reference)
    assert traces() == {"KeptWords.words"}
    state_year(year=2026, by="test")
    assert traces() == {"KeptWords.words"}


def test_erased_supporter_gives_again_as_somebody_new(promises: Promises) -> None:
    pledge = lives(promises)
    BankLine.objects.update(contested="SAMIRA QUILL, 51.00")
    erase_supporter(supporter=pledge.supporter, asked=Asked.ROOM, by="supporter")
    assert BankLine.objects.get().contested == "other words"
    assert "SAMIRA QUILL, 51.00" in KeptWords.objects.get(line__isnull=False).words
    gift = promises.stage.begin(400, email=EMAIL, name=NAME)
    assert gift.supporter_id != pledge.supporter_id
    assert (gift.supporter.email, gift.supporter.name) == (EMAIL, NAME)
    Receipt.objects.exclude(donation__supporter=gift.supporter).update(state="sent")
    with pytest.raises(CareRefused, match="no address"):
        send_receipt_again(donation=Donation.objects.earliest("pk"), by=ann())
    with pytest.raises(CareRefused, match="nobody to write about"):
        add_note(supporter=Supporter.objects.get(pk=pledge.supporter_id), text="x", by=ann())
    erased = Supporter.objects.get(pk=pledge.supporter_id)
    for kept, duplicate in ((erased, gift.supporter), (gift.supporter, erased)):
        with pytest.raises(CareRefused, match="was erased"):
            merge_supporters(kept=kept, duplicate=duplicate, by=ann())
    with pytest.raises(CareRefused, match="nothing is left"):
        take_apart(merge=erased.merges.get(), by=ann())


def test_who_was_never_stated_is_not_begun_to_be(promises: Promises) -> None:
    pledge = promises.make(email=EMAIL, name=NAME)
    erase_supporter(supporter=pledge.supporter, asked=Asked.ROOM, by="supporter")
    promises.to("2027-01-05")
    assert state_year(year=2026, by="test").new == 0
    # Who decides when it is charged has to end it first.
    other = promises.make(email="b@quill.example")
    Pledge.objects.filter(pk=other.pk).update(owner="processor", owner_ref="sub_1", next_on=None)
    with pytest.raises(PledgeRefused):
        erase_supporter(supporter=other.supporter, asked=Asked.ROOM, by="supporter")
    assert Supporter.objects.filter(email="b@quill.example").exists()


def test_method_is_forgotten_once_the_processor_answers_and_shared_ones_are_kept(
    promises: Promises,
) -> None:
    pledge = promises.make(email=EMAIL)
    other = promises.make(email="ann@example.org")
    shared, own = pledge.method, other.method
    assert shared
    assert own
    Pledge.objects.filter(pk=other.pk).update(method=shared)
    erase_supporter(supporter=pledge.supporter, asked=Asked.ROOM, by="supporter")
    shared.refresh_from_db()
    assert shared.forget_at is None
    erase_supporter(supporter=other.supporter, asked=Asked.ROOM, by="supporter")
    promises.stage.sandbox.is_away = True
    tasks.forget()
    shared.refresh_from_db()
    assert (shared.label, bool(shared.forget_at)) == ("card 4242", True)
    promises.stage.sandbox.is_away = False
    tasks.forget()
    assert "forget" not in "".join(promises.stage.sandbox.calls), "not before its time"
    promises.wait(hours=1)
    tasks.forget()
    shared.refresh_from_db()
    assert (shared.label, shared.forget_at) == ("", None)


def code_for(client: Client) -> tuple[str, str]:
    """Have a code sent for erasing; the mark of the form and the letter's key."""
    mark = look(client, ERASE).partition('name="mark" value="')[2].partition('"')[0]
    status, where, _ = post(client, ERASE, {"do": "code", "mark": mark})
    assert status == 303
    assert "Erase me for good" in look(client, where)
    return mark, where.rpartition("=")[2]


def test_supporter_erases_themselves_in_their_room_with_a_fresh_code(promises: Promises) -> None:
    promises.make(email=EMAIL, name=NAME)
    promises.make(email="ann@example.org")
    assert Client().get(ERASE)["Location"] == ROOM
    client = come_in(EMAIL)
    assert ERASE in look(client)
    page = look(client, ERASE)
    assert "Erase me for good" not in page
    assert "2036" in page
    mark, letter = code_for(client)
    assert post(client, ERASE, {"do": "erase", "letter": letter, "code": "1"})[0] == 403
    asked = {"do": "erase", "mark": mark, "letter": letter}
    status, _, page = post(client, ERASE, {**asked, "code": "1"})
    assert (status, "wrong or no longer good" in page) == (422, True)
    # The code of a letter to somebody else proves nothing.
    theirs = come_in("ann@example.org")
    _, other = code_for(theirs)
    assert post(client, ERASE, {**asked, "letter": other, "code": code_of(other)})[0] == 422
    assert Supporter.objects.filter(email=EMAIL).exists()
    status, _, page = post(client, ERASE, {**asked, "code": code_of(letter)})
    assert (status, "We know no longer who you are" in page) == (200, True)
    assert EMAIL not in page
    assert not client.cookies["room"].value
    assert not Supporter.objects.filter(email=EMAIL).exists()
    assert client.post(ERASE, asked, headers=ORIGIN)["Location"] == ROOM
    said = AuditEntry.objects.get(action="supporter.erased")
    assert (said.actor, said.detail) == ("supporter", {"asked": "room"})
    # Letters are counted; what cannot be done is said.
    mark, letter = code_for(theirs)
    assert post(theirs, ERASE, {"do": "code", "mark": mark})[0] == 429
    Pledge.objects.filter(supporter__email="ann@example.org").update(
        owner="processor", owner_ref="sub_1", next_on=None
    )
    asked = {"do": "erase", "mark": mark, "letter": letter, "code": code_of(letter)}
    status, _, page = post(theirs, ERASE, asked)
    assert (status, "Please write to us" in page) == (422, True)


def test_staff_erase_who_asks_by_letter_and_look_at_what_is_kept(promises: Promises) -> None:
    pledge = lives(promises)
    supporter = pledge.supporter
    path = f"supporters/{supporter.key}/"
    care, money = staff("care"), staff("fundraiser")
    assert "Erase them" in seen(care, path)
    page = seen(care, f"{path}erase/")
    assert "Erase Samira Quill" in page
    assert "1 pledge ends now;" in page
    assert "3 gifts stay in the books" in page
    assert care.get(f"/desk/money/{path}kept/").status_code == 302
    assert "made sure" in press(care, f"{path}erase/")
    assert press(care, f"{path}erase/", is_theirs="yes") == "They are erased."
    page = seen(care, path)
    assert "Erased on" in page
    assert "Keep it" not in page
    for where in ("erase/", "merge/"):
        assert care.get(f"/desk/money/{path}{where}").status_code == 404
    assert supporter.key not in seen(care, "supporters/")
    assert supporter.key in seen(care, "supporters/", q=supporter.key)
    for where in ("gifts/", "pledges/", f"pledges/{pledge.key}/", path):
        assert "quill" not in seen(money, where).lower()
    page = seen(money, f"{path}kept/")
    assert "TRANSFER SAMIRA QUILL" in page
    assert "Quillworks" in page
    assert "2036" in page
    looked = AuditEntry.objects.get(action="kept-words.seen")
    assert looked.subject.endswith(f":{supporter.pk}")
    kept = KeptWords.objects.latest("pk")
    assert str(kept) == f"{supporter.pk} until {kept.until}"
    made = YearlyStatement.objects.earliest("pk")
    assert money.get(f"/desk/money/statements/{made.key}/").status_code == 200
    event = InboxEvent.objects.filter(body=b"").latest("pk")
    assert "quill" not in seen(money, f"events/{event.pk}/").lower()
    assert kept_giver(YearlyStatement(series_id=0, number=1)) == ""


def test_old_files_bring_nobody_back_whose_pledge_was_erased(promises: Promises) -> None:
    text = (
        "email,reference,cadence,amount,next_on,consent,consent_on\n"
        f"{EMAIL},sub_1,monthly,12.50,2026-02-28,Yes,2024-05-01\n"
    )
    today = dt.date(2026, 1, 31)
    rows = read_supporters(text, headings={}, currency="USD", languages=("en",), today=today)
    [brought] = bring_supporters(rows=rows, account=None, by="test")
    assert brought.outcome == "created"
    supporter = Supporter.objects.get(email=EMAIL)
    erase_supporter(supporter=supporter, asked=Asked.LETTER, by=ann())
    [again] = bring_supporters(rows=rows, account=None, by="test")
    assert (again.outcome, again.said) == ("skipped", "they were erased since")
    assert not Supporter.objects.filter(email=EMAIL).exists()


def test_those_who_come_back_with_an_old_backup_are_erased_again(
    promises: Promises, newsroom_dir: Path, tmp_path: Path
) -> None:
    gone = promises.stage.begin(email=EMAIL).supporter
    alias = promises.stage.begin(email="s@quill.example").supporter
    other = promises.stage.begin(email="ann@example.org").supporter
    keys = tmp_path / "keys"
    keys.write_text(f"{gone.key}\n{alias.key}\nnobody\n", "utf-8")
    merge = merge_supporters(kept=other, duplicate=alias, by=ann())

    def command(*words: str) -> str:
        ended = CliRunner().invoke(broadsheet, ["funding", *words, "--dir", str(newsroom_dir)])
        return f"{ended.exit_code} {ended.output}"

    said = command("erase", "--keys", str(keys))
    assert said.startswith("1 3 keys: 1 erased again, 1 not here.")
    assert f"{alias.key} was merged into {other.key} then" in said
    assert Supporter.objects.filter(email="ann@example.org").exists()
    take_apart(merge=merge, by=ann())
    assert command("erase", "--keys", str(keys)).startswith("0 3 keys: 1 erased again")
    assert command("erased") == f"0 {gone.key}\n{alias.key}\n"
    assert command("erase", "--keys", str(keys)).startswith("0 3 keys: 0 erased again")
    third = promises.stage.begin(email="t@quill.example").supporter
    merge_supporters(kept=other, duplicate=third, by=ann())
    keys.write_text(f"{other.key} {third.key}", "utf-8")
    assert command("erase", "--keys", str(keys)).startswith("0 2 keys: 1 erased again")
    assert traces() == set()


def test_gift_that_begins_while_its_giver_is_erased_is_theirs_or_somebody_news(
    open_stage: Stage,
) -> None:
    for turn in range(3):
        email = f"s{turn}@quill.example"
        supporter = open_stage.begin(email=email, name=NAME).supporter
        works: list[Any] = [
            lambda at=at, email=email: open_stage.begin(100 + at, email=email, name=NAME)
            for at in range(5)
        ]
        works.insert(
            2,
            lambda whom=supporter: erase_supporter(
                supporter=whom, asked=Asked.ROOM, by="supporter"
            ),
        )
        assert not [each for each in at_once(*works) if isinstance(each, Exception)]
        left = Donation.objects.filter(supporter=supporter)
        assert set(left.values_list("name", flat=True)) == {""}
        others = Donation.objects.filter(supporter__email=email)
        assert left.count() + others.count() == 6
