"""Yearly statements: the ledger's year by the gift's date (T6, T7), corrected when it changes (R11), read by link."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.test import Client
from pytest_django import Settings

from broadsheet.funding import checks, tasks
from broadsheet.funding.actions import merge_supporters, propose_refund, send_statement, state_year
from broadsheet.funding.choices import ReceiptState
from broadsheet.funding.errors import StatementRefused
from broadsheet.funding.models import Donation, ReceiptSeries, Supporter, YearlyStatement
from broadsheet.funding.queries import statements_of
from broadsheet.funding.renderers import sheet_of
from broadsheet.funding.rules.yearly import german_digits
from broadsheet.kit.money import Money
from broadsheet.readers.actions import create_account
from broadsheet.readers.models import User
from proving import sign_in
from stage import Stage

ZONE = ZoneInfo("America/New_York")


@pytest.fixture
def clock(stage: Stage) -> Any:
    """A clock at noon of 10 March 2026 that stands still until it is moved; the processor has the same."""
    with time_machine.travel(dt.datetime(2026, 3, 10, 12, tzinfo=ZONE), tick=False) as traveller:
        yield traveller


def to(clock: Any, *moment: int) -> None:
    clock.move_to(dt.datetime(*moment, tzinfo=ZONE), tick=False)  # type: ignore[arg-type, misc]


def give(stage: Stage, minor: int = 2500, **more: Any) -> Donation:
    donation = stage.give(minor, **more)
    stage.settle()
    return donation


def sent() -> str:
    """The link in the last message about a year."""
    message = [each for each in mail.outbox if "Your gifts to" in each.subject][-1]
    found = re.search(r"/give/statement/\S+", str(message.body))
    assert found, message.body
    return found[0]


def refund(donation: Donation, amount: Money | None = None) -> None:
    ann = User.objects.filter(email="ann@ledger.example").first()
    ann = ann or User.objects.create_superuser("ann@ledger.example")
    propose_refund(donation=donation, amount=amount, reason="", by=ann)
    tasks.look_at_refunds()


def state(year: int = 2026, **more: Any) -> tuple[int, int, int]:
    made = state_year(year=year, by="test", **more)
    tasks.send_statements()
    return made.new, made.corrected, made.same


def test_t6_t7_year_is_the_gifts_date_in_the_newsrooms_zone_whenever_it_is_heard_of(
    stage: Stage, clock: Any
) -> None:
    # New York's new year is five hours after UTC's: half past eleven at night is January there.
    to(clock, 2026, 1, 1, 0, 10)
    first = give(stage, 1000)
    to(clock, 2025, 12, 31, 23, 50)
    before = stage.give(2000)
    to(clock, 2026, 12, 31, 23, 50)
    lagging = stage.give(4000)
    to(clock, 2027, 1, 1, 0, 10)
    after = stage.give(8000)
    to(clock, 2027, 1, 4, 12)
    assert state() == (1, 0, 0)
    [early] = YearlyStatement.objects.filter(year=2026)
    assert [line.reference for line in early.lines] == [first.reference]
    # What was paid on the last evening is heard of only now, and the statement that was sent is corrected.
    stage.settle()
    tasks.send_statements()
    [old, new] = YearlyStatement.objects.filter(year=2026).order_by("version")
    assert [line.reference for line in new.lines] == [first.reference, lagging.reference]
    assert [line.on for line in new.lines] == [dt.date(2026, 1, 1), dt.date(2026, 12, 31)]
    assert new.totals == [Money(5000, "USD")]
    assert (old.label, new.label) == ("S2026-00001", "S2026-00001/2")
    assert old.totals == [Money(1000, "USD")]
    assert state(2025) == (1, 0, 0)
    [other] = YearlyStatement.objects.filter(year=2025)
    assert [line.reference for line in other.lines] == [before.reference]
    with pytest.raises(StatementRefused, match="2027 is not over"):
        state_year(year=2027, by="test")
    assert after.reference not in str(list(YearlyStatement.objects.values_list("gifts", flat=True)))


def test_r11_statements_net_what_went_back_by_currency_and_are_corrected_once(
    stage: Stage, clock: Any, settings: Settings
) -> None:
    dollars = give(stage, 5000, covers_fees=True)
    give(stage, 3000, currency="EUR")
    disputed = give(stage, 7000)
    gone = give(stage, 900, email="gone@example.org")
    by_hand = Supporter.objects.create(key="byhand", language="en", created_at=gone.created_at)
    Donation.objects.filter(pk=give(stage, 1100, email="hand@example.org").pk).update(
        supporter=by_hand
    )
    refund(gone)
    refund(dollars, Money(1000, "USD"))
    stage.settle()
    mail.outbox.clear()
    to(clock, 2027, 1, 20, 9)
    assert state(is_dry=True) == (2, 0, 1)
    assert not YearlyStatement.objects.exists()
    assert not ReceiptSeries.objects.filter(name="S2026").exists()
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "nowhere.Backend"
    assert state() == (2, 0, 1)
    assert YearlyStatement.objects.filter(state=ReceiptState.FAILED, tries=1).count() == 1
    settings.EMAIL_BACKEND = backend
    to(clock, 2027, 1, 20, 10)
    assert state() == (0, 0, 3)
    sam = Supporter.objects.get(email="sam@example.org")
    [made] = statements_of(sam)
    gross = dollars.gross.minor
    assert made.totals == [Money(3000, "EUR"), Money(gross - 1000 + 7000, "USD")]
    [unsent] = statements_of(by_hand)
    assert unsent.state == ReceiptState.BY_HAND
    [message] = mail.outbox
    assert message.to == ["sam@example.org"]
    assert "$" not in message.body
    # The bank takes one back: the next version says so, the old one still what it said.
    stage.switch(f"payments/{disputed.attempts.get().payment_id}", outcome="dispute")
    stage.settle()
    tasks.send_statements()
    [new, old] = statements_of(sam)
    assert old.totals == made.totals
    assert new.totals == [Money(3000, "EUR"), Money(gross - 1000, "USD")]
    assert (new.number, new.version) == (old.number, 2)
    assert "takes the place" in str(mail.outbox[-1].body)
    sheet = sheet_of(new, "en")
    assert sheet.notes[0].startswith("This statement takes the place")
    assert sheet.notes[1] == "What went back later counts in the year of its gift."
    assert [row[2:] for row in sheet.rows][2] == ("$70", "$70", "$0")
    assert str(new) == "S2026-00001/2"
    assert state() == (0, 0, 3)
    assert not send_statement(statement=new)
    assert [*checks.books(), *checks.gifts()] == []
    ReceiptSeries.objects.filter(name="S2026").update(last=9)
    assert "the statements of S2026 are numbered with gaps" in [said for said, _ in checks.gifts()]


def test_supporters_who_are_one_have_their_gifts_stated_once(stage: Stage, clock: Any) -> None:
    sam, other = (give(stage, 1000, email=f"{name}@example.org").supporter for name in ("a", "b"))
    to(clock, 2027, 1, 20, 9)
    assert state() == (2, 0, 0)
    mail.outbox.clear()
    boss = User.objects.create_superuser("ann@ledger.example")
    merge_supporters(kept=sam, duplicate=other, by=boss)
    assert state() == (0, 2, 0)
    assert [each.label for each in statements_of(sam)] == [
        "S2026-00001/2", "S2026-00001", "S2026-00002/2", "S2026-00002",
    ]  # fmt: skip
    [all_of_it, _, nothing, _] = [each.totals for each in statements_of(sam)]
    assert (all_of_it, nothing) == ([Money(2000, "USD")], [])
    assert [message.to for message in mail.outbox] == [["a@example.org"], ["a@example.org"]]


def test_statement_is_read_by_its_link_as_page_and_as_pdf_in_both_directions(
    stage: Stage, clock: Any
) -> None:
    give(stage, 2500, language="ar", name="سامية Łódź")
    given = give(stage, 1500, email="bo@example.org", name="<b>Bo</b>")
    to(clock, 2027, 1, 20, 9)
    assert state() == (2, 0, 0)
    english = sent()
    page = Client().get(english)
    text = page.content.decode()
    assert not page.cookies
    assert page["Cache-Control"] == "no-store"
    for said in ("S2026-00002", "March 10, 2026", "$15", "&lt;b&gt;Bo", "This is no tax receipt"):
        assert said in text
    assert "newer version" not in text
    arabic = YearlyStatement.objects.get(language="ar")
    links = [
        re.search(r"http\S+", str(each.body)) for each in mail.outbox if "هداياك" in each.subject
    ]
    [found] = [each[0] for each in links if each]
    assert "/ar/give/statement/" in found
    assert 'dir="rtl"' in Client().get(found[found.index("/ar/") :]).content.decode()
    file = Client().get(f"{english}statement.pdf")
    assert file.content.startswith(b"%PDF-")
    assert file["Content-Type"] == "application/pdf"
    assert "S2026-00002.pdf" in file["Content-Disposition"]
    assert file.content == Client().get(f"{english}statement.pdf").content
    account = {"email": "boss@ledger.example", "password": "a long and winding password"}
    boss = create_account(**account, role="administrator", by="test")
    administrator = sign_in(Client(), boss)
    theirs = administrator.get(f"/desk/money/statements/{arabic.key}/").content
    # Arabic letters are joined: HarfBuzz chose other glyphs than those of the letters alone.
    assert b"Markazi" in theirs
    assert b"Newsreader" in theirs
    assert b"Markazi" not in file.content
    shown = administrator.get(f"/desk/money/supporters/{given.supporter.key}/").content.decode()
    assert "S2026-00002" in shown
    # Another's key under this signature is nobody's link.
    forged = english.replace(english.split("/")[3], arabic.key)
    for path in (forged, f"{forged}statement.pdf"):
        assert Client().get(path).status_code == 404
    # The link to an old version leads on to the one that holds.
    refund(given)
    stage.settle()
    assert "newer version" in Client().get(english).content.decode()
    statement = YearlyStatement.objects.get(supporter=given.supporter, version=2)
    assert statement.totals == [Money(0, "USD")]


LEGAL = {
    "legal_name": "Ledger Trust",
    "legal_address": "1 River Street, Springfield",
    "tax_number": "12-3456789",
    "tax_notice": "Freistellungsbescheid des Finanzamts Musterstadt vom 1.2.2025",
    "tax_purpose": "Volksbildung",
}


def test_forms_of_countries_say_what_their_law_wants_and_need_their_settings(
    stage: Stage, clock: Any, settings: Settings
) -> None:
    give(stage, 123_045, currency="EUR")
    to(clock, 2027, 1, 20, 9)
    plain = settings.BROADSHEET
    wanted = {
        "us": ("No goods or services were provided", "170(f)(8)", "501(c)(3)", "EIN 12-3456789"),
        "de": (
            "§ 10b",
            "X - eins - zwei - drei - null - Komma - vier - fünf - X EUR",
            "§ 63 Abs. 5 AO",
        ),
        "fr": ("code général des impôts", "certifie sur l’honneur", "1 230,45 €"),
        "gb": ("Gift Aid declaration", "Income Tax Act 2007", "charity number 12-3456789"),
    }
    for form, said in wanted.items():
        settings.BROADSHEET = dataclasses.replace(plain, statement_form=form)
        with pytest.raises(StatementRefused, match="legal_name, legal_address, tax_number"):
            state_year(year=2026, by="test")
        settings.BROADSHEET = dataclasses.replace(plain, statement_form=form, **LEGAL)
        assert state()[0] == 1
        statement = YearlyStatement.objects.get()
        sheet = sheet_of(statement, "en")
        assert sheet.law
        words = " ".join(sheet.law.paragraphs).replace("\u202f", " ").replace("\xa0", " ")
        for each in (*said, "Ledger Trust"):
            assert each in words, (form, each)
        assert not any("no tax receipt" in note for note in sheet.notes)
        page = Client().get(sent())
        assert f'lang="{sheet.law.language}"' in page.content.decode()
        assert Client().get(f"{sent()}statement.pdf").content.startswith(b"%PDF-")
        YearlyStatement.objects.all().delete()
    assert german_digits(Money(500, "JPY")) == "X - fünf - null - null - X JPY"
