"""Money that comes by hand, and the bank: nothing counts before its line is there; every line is explained or named."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.core import mail

from broadsheet.funding import checks, tasks
from broadsheet.funding.actions import (
    Gift,
    expect_gift,
    give_up_gift,
    import_statement,
    match_line,
    match_obvious,
    open_checkout,
    propose_refund,
    reconcile,
    reconcile_bank,
    set_line_aside,
)
from broadsheet.funding.actions.banking import Layout, Outcome, line_left
from broadsheet.funding.choices import LedgerAccount, Method, RowVerdict
from broadsheet.funding.errors import BadAmount, BadStatement, MatchRefused
from broadsheet.funding.models import (
    Attempt,
    BankLine,
    BankMatch,
    Donation,
    Payout,
    ProcessorAccount,
    Receipt,
)
from broadsheet.funding.queries import ledger_sum
from broadsheet.kit import clock
from broadsheet.kit.money import Money
from broadsheet.project.cli import broadsheet
from broadsheet.project.cli.failures import sentence_for
from broadsheet.readers.models import User
from stage import SLUG, Stage, at_once

HEAD = "Date,Amount,Description,ID\n"


def ann() -> User:
    found = User.objects.filter(email="ann@ledger.example").first()
    return found or User.objects.create_superuser("ann@ledger.example")


def expected(minor: int = 5000, method: Method = Method.TRANSFER, **more: Any) -> Donation:
    values = {"amount": Money(minor, "USD"), "email": "pat@example.org", "name": "Pat"}
    donation = expect_gift(gift=Gift(**{**values, **more}), method=method, by=ann())
    donation.refresh_from_db()
    return donation


def statement(*rows: str, head: str = HEAD, dry_run: bool = False, **layout: Any) -> list[str]:
    """Import these rows; the verdicts, with what was said of those that need somebody."""
    values: dict[str, Any] = {"currency": "USD", "columns": {}, **layout}
    outcomes = import_statement(
        text=head + "".join(f"{row}\n" for row in rows),
        bank="main",
        name="november.csv",
        layout=Layout(**values),
        by=ann(),
        dry_run=dry_run,
    )
    return [f"{each.number} {each.verdict.value}" for each in outcomes]


def line(minor: int = 5000, words: str = "", ref: str = "b1", day: str = "") -> BankLine:
    sign, units = ("-" if minor < 0 else ""), abs(minor)
    day = day or str(clock.day_of(clock.now()))
    statement(f"{day},{sign}{units // 100}.{units % 100:02d},{words},{ref}")
    return BankLine.objects.get(ref=ref)


def attempt(donation: Donation) -> Attempt:
    return donation.attempts.select_related("account", "donation").get()


def sums() -> dict[str, int]:
    found = {account.value: ledger_sum(account).get("USD", 0) for account in LedgerAccount}
    return {name: minor for name, minor in found.items() if minor}


def named() -> list[str]:
    found = reconcile_bank()
    return [f"{each.kind} {each.ref}" for each in found.differences] if found else []


def sound() -> bool:
    """Whether the books are, and the account of what comes by hand agrees with its lines."""
    by_hand = ProcessorAccount.objects.get(kind="offline")
    return not [*checks.books(), *checks.gifts()] and reconcile(account=by_hand).is_explained


# Gifts that come by hand ------------------------------------------------------------------------


def test_gift_by_transfer_counts_only_once_its_line_is_there(stage: Stage) -> None:
    campaign = stage.campaign()
    donation = expected(campaign=campaign)
    tasks.look_at_attempts()
    assert (donation.state, attempt(donation).state, sums()) == ("pending", "submitted", {})
    assert stage.thanks(donation) == "Your gift is expected"
    bank = line(words=f"PAT FIELD {donation.reference.upper()}", day="2026-11-03")
    assert match_obvious(by=ann()) == [bank]
    assert sums() == {"bank": 5000, "gifts": -5000}
    donation.refresh_from_db()
    campaign.total.refresh_from_db()
    assert (donation.state, campaign.total.gifts_minor) == ("settled", 5000)
    assert donation.settled_at == dt.datetime(2026, 11, 3, 12, tzinfo=clock.newsroom_zone())
    tasks.send_receipts()
    assert [message.to for message in mail.outbox] == [["pat@example.org"]]
    assert stage.thanks(donation) == "Thank you"
    assert stage.sandbox.calls == [], "no processor was asked"
    assert sound()
    assert named() == []


def test_cash_of_several_people_is_one_line_and_their_receipts_are_given_by_hand(
    stage: Stage,
) -> None:
    gifts = [expected(minor, Method.CASH, email="", name=f"P{minor}") for minor in (50, 1200)]
    bank = line(1250, "CASH DEPOSIT")
    assert match_obvious(by=ann()) == []
    match_line(line=bank, targets=[attempt(each) for each in gifts], by=ann())
    assert len({gift.supporter_id for gift in gifts}) == 2
    assert set(Receipt.objects.values_list("state", flat=True)) == {"by_hand"}
    tasks.send_receipts()
    assert mail.outbox == []
    assert (sums(), line_left(bank).minor) == ({"bank": 1250, "gifts": -1250}, 0)
    assert sound()


def test_gift_by_hand_knows_no_limits_of_processors_nor_the_end_of_a_campaign(
    stage: Stage,
) -> None:
    now = clock.now()
    over = stage.campaign(starts_at=now - dt.timedelta(2), ends_at=now - dt.timedelta(1))
    assert expected(1, campaign=over).campaign == over
    assert expected(10**12).gift_minor == 10**12
    for wrong in (Money(0, "USD"), Money(100, "XTS")):
        with pytest.raises(BadAmount):
            expected(amount=wrong)
    with pytest.raises(BadAmount, match="counted in USD"):
        expected(amount=Money(100, "EUR"), campaign=over)
    with pytest.raises(BadAmount, match="costs no fee"):
        expected(covers_fees=True)


def test_gift_that_is_given_up_is_expected_no_more_and_counts_if_it_comes_after_all(
    stage: Stage,
) -> None:
    donation = expected()
    give_up_gift(donation=donation, by=ann())
    donation.refresh_from_db()
    assert (donation.state, attempt(donation).state) == ("lapsed", "canceled")
    with pytest.raises(MatchRefused, match="still expected"):
        give_up_gift(donation=donation, by=ann())
    with pytest.raises(MatchRefused):
        give_up_gift(donation=stage.begin(), by=ann())
    match_line(line=line(), targets=[attempt(donation)], by=ann())
    donation.refresh_from_db()
    assert (donation.state, sums()) == ("settled", {"bank": 5000, "gifts": -5000})


def test_expected_gift_opens_no_second_expectation(stage: Stage) -> None:
    donation = expected()
    assert open_checkout(donation=donation, by="test") == attempt(donation)


# What a line may be -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minor", "said"), [(4999, "is left"), (-5000, "other way"), (10_000, "named twice")]
)
def test_line_that_does_not_fit_is_refused_and_nothing_is_booked(
    stage: Stage, minor: int, said: str
) -> None:
    donation = expected()
    bank, targets = line(minor), [attempt(donation)] * (1 if minor < 10_000 else 2)
    with pytest.raises(MatchRefused, match=said):
        match_line(line=bank, targets=targets, by=ann())
    assert (BankMatch.objects.count(), sums()) == (0, {})


def test_line_of_another_currency_or_set_aside_or_gift_that_came_is_refused(stage: Stage) -> None:
    donation, other = expected(), expected(email="b@example.org")
    statement("2026-11-03,50.00,x,e1,EUR", head=HEAD.strip() + ",Currency\n")
    rent = line(-90_000, "RENT", "r1")
    with pytest.raises(MatchRefused, match="with a reason"):
        set_line_aside(line=rent, reason=" ", by=ann())
    set_line_aside(line=rent, reason="Rent", by=ann())
    first, second = line(ref="c1"), line(ref="c2")
    match_line(line=first, targets=[attempt(donation)], by=ann())
    with pytest.raises(MatchRefused, match="only where it is not matched"):
        set_line_aside(line=first, reason="x", by=ann())
    refusals: list[tuple[BankLine, list[Any], str]] = [
        (BankLine.objects.get(ref="e1"), [attempt(other)], "other money"),
        (rent, [attempt(other)], "set aside"),
        (second, [attempt(donation)], "came already"),
        (second, [attempt(stage.begin(5000))], "not expected by hand"),
        (second, [], "would be"),
    ]
    for bank, targets, said in refusals:
        with pytest.raises(MatchRefused, match=said):
            match_line(line=bank, targets=targets, by=ann())


def test_gift_whose_expectation_was_never_begun_is_refused(stage: Stage) -> None:
    donation = expected()
    Attempt.objects.filter(donation=donation).update(submitted_at=None)
    with pytest.raises(MatchRefused, match="begun otherwise"):
        match_line(line=line(), targets=[attempt(donation)], by=ann())


@pytest.mark.parametrize("twice", [True, False])
def test_line_is_matched_by_itself_only_where_it_can_be_one_thing(
    stage: Stage, twice: bool
) -> None:
    donation = expected()
    line(words="no reference", ref="b1")
    line(5001, words=donation.reference, ref="b2")
    if twice:
        other = expected(email="x@example.org")
        line(words=f"{donation.reference} {other.reference}", ref="b3")
    assert match_obvious(by=ann()) == []


def test_one_gift_matched_by_eight_people_at_once_is_booked_once(open_stage: Stage) -> None:
    donation, by = expected(), ann()
    lines = [line(ref=f"b{at}") for at in range(8)]
    works = [
        lambda bank=bank: match_line(line=bank, targets=[attempt(donation)], by=by)
        for bank in lines
    ]
    answers = at_once(*works)
    assert [answer for answer in answers if not isinstance(answer, MatchRefused)] == [None]
    assert (BankMatch.objects.count(), sums()) == (1, {"bank": 5000, "gifts": -5000})


# Refunds ----------------------------------------------------------------------------------------


def test_refund_of_a_gift_by_hand_is_owed_at_once_and_banked_with_its_line(stage: Stage) -> None:
    campaign = stage.campaign()
    donation = expected(campaign=campaign)
    match_line(line=line(), targets=[attempt(donation)], by=ann())
    refund = propose_refund(donation=donation, amount=Money(2000, "USD"), reason="", by=ann())
    tasks.look_at_refunds()
    refund.refresh_from_db()
    campaign.total.refresh_from_db()
    assert (refund.state, campaign.total.gifts_minor) == ("succeeded", 3000)
    assert sums() == {"bank": 5000, "gifts": -5000, "refunds": 2000, "processor": -2000}
    assert sound()
    back = line(-2000, f"refund {donation.reference}", "b2")
    assert match_obvious(by=ann()) == [back]
    assert sums() == {"bank": 3000, "gifts": -5000, "refunds": 2000}
    assert sound()
    with pytest.raises(MatchRefused, match="went already"):
        match_line(line=line(-2000, "again", "b3"), targets=[refund], by=ann())


# Payouts ----------------------------------------------------------------------------------------


def paid_out(stage: Stage) -> Payout:
    stage.give(2500)
    stage.settle()
    stage.switch(f"payouts/{SLUG}", currency="USD")
    stage.settle()
    return Payout.objects.get()


def test_payout_is_on_its_way_until_its_line_is_there(stage: Stage) -> None:
    payout = paid_out(stage)
    assert sums()["payouts"] == payout.minor
    bank = line(payout.minor, "SANDBOX PAYOUT")
    assert match_obvious(by=ann()) == [bank]
    assert sums()["bank"] == payout.minor
    assert "payouts" not in sums()
    assert reconcile(account=stage.account).is_explained
    assert sound()
    with pytest.raises(MatchRefused, match="at the bank already"):
        match_line(line=line(payout.minor, "x", "b2"), targets=[payout], by=ann())


def test_payout_that_the_bank_sent_back_is_explained_by_both_its_lines(stage: Stage) -> None:
    payout = paid_out(stage)
    match_line(line=line(payout.minor), targets=[payout], by=ann())
    stage.switch(f"payouts/{SLUG}/{payout.ident}", outcome="failed")
    stage.settle()
    payout.refresh_from_db()
    assert payout.failed
    match_line(line=line(-payout.minor, "RETURNED", "b2"), targets=[payout], by=ann())
    assert set(sums()) == {"processor", "fees", "gifts"}
    assert sound()


# Statements -------------------------------------------------------------------------------------


def test_row_is_quiet_or_bad_or_neither() -> None:
    outcomes = [Outcome(2, verdict) for verdict in RowVerdict]
    assert {str(each.verdict.value) for each in outcomes if each.is_quiet} == {"known", "empty"}
    bad = {str(each.verdict.value) for each in outcomes if each.is_bad}
    assert bad == {"bad", "altered", "duplicate"}


def test_statement_accounts_for_every_row_and_names_the_bad_ones(stage: Stage) -> None:
    rows = (
        "2026-11-03,50.00,one,a",
        "03.11.2026,50.00,two,b",
        "2026-11-03,ten,three,c",
        "2026-11-03,0.00,four,d",
        ",,,",
        "2026-11-03,50.00,five,a",
        "2026-11-04,-12.30,six,f",
    )
    verdicts = ["2 new", "3 bad", "4 bad", "5 bad", "6 empty", "7 duplicate", "8 new"]
    assert statement(*rows, dry_run=True) == verdicts
    assert BankLine.objects.count() == 0
    assert statement(*rows) == verdicts
    assert statement(*rows[:1]) == ["2 known"]
    assert sorted(BankLine.objects.values_list("ref", "minor")) == [("a", 5000), ("f", -1230)]
    kept = BankLine.objects.get(ref="a")
    assert (str(kept), str(kept.statement)) == ("main a", "main november.csv")
    assert str(BankMatch(ref="hand_x")) == "hand_x"


def test_statement_of_a_later_day_that_says_otherwise_is_named_and_changes_nothing(
    stage: Stage,
) -> None:
    statement("2026-11-03,50.00,one,a")
    assert statement("2026-11-03,60.00,one,a") == ["2 altered"]
    kept = BankLine.objects.get()
    assert (kept.minor, "$60" in kept.contested) == (5000, True)
    assert named() == ["altered a", "missing a"]
    match_line(line=kept, targets=[attempt(expected())], by=ann())
    assert named() == ["altered a"]


def test_statement_without_numbers_knows_rows_again_and_counts_those_that_are_alike(
    stage: Stage,
) -> None:
    head = "Bank of Larkenford\n\nBooking date;Amount;Payer;Text\n"
    rows = ("03.11.2026;1.234,50 ;Pat;gift",) * 2 + ("04.11.2026;(20,00);Kim;fee",)
    layout = {"date_format": "%d.%m.%Y", "columns": {"words": ["Payer", "Text"]}}
    assert statement(*rows, head=head, **layout) == ["4 new", "5 new", "6 new"]
    assert statement(*rows, head=head, **layout) == ["4 known", "5 known", "6 known"]
    assert sorted(BankLine.objects.values_list("minor", "words")) == [
        (-2000, "Kim fee"),
        (123450, "Pat gift"),
        (123450, "Pat gift"),
    ]


@pytest.mark.parametrize(
    ("text", "columns"),
    [("", {}), ("a,b\n1,2\n", {}), (HEAD, {"date": ["Valuta"]}), (HEAD, {"words": ["Nothing"]})],
    ids=str,
)
def test_statement_without_its_columns_is_refused_in_words(
    stage: Stage, text: str, columns: dict[str, list[str]]
) -> None:
    with pytest.raises(BadStatement, match="heads the columns"):
        statement(head=text, columns=columns)


def test_statement_in_a_currency_that_is_none_is_bad(stage: Stage) -> None:
    head = HEAD.strip() + ",Currency\n"
    rows = ("2026-11-03,5.00,x,a,usd", "2026-11-03,5.00,x,b,", "2026-11-03,5.00-,x,c,EUR")
    assert statement(*rows, head=head) == ["2 bad", "3 new", "4 new"]
    assert BankLine.objects.get(ref="c").amount == Money(-500, "EUR")


# Reconciliation ---------------------------------------------------------------------------------


def test_bank_is_no_matter_before_the_first_statement(stage: Stage) -> None:
    paid_out(stage)
    assert reconcile_bank() is None


def test_b2_bank_lines_missing_twice_altered_and_what_never_arrived_are_named(
    stage: Stage,
) -> None:
    payout = paid_out(stage)
    refunded = expected(email="r@example.org")
    match_line(line=line(ref="r1"), targets=[attempt(refunded)], by=ann())
    refund = propose_refund(donation=refunded, amount=Money(100, "USD"), reason="", by=ann())
    tasks.look_at_refunds()
    long_ago = clock.now() - dt.timedelta(days=20)
    Payout.objects.update(made_at=long_ago)
    type(refund).objects.update(created_at=long_ago)
    line(700, "first", "a1", str((clock.now() - dt.timedelta(days=30)).date()))
    for ref in ("d1", "d2"):
        line(900, "the same", ref)
    half = line(6000, "half of it", "h1")
    match_line(line=half, targets=[attempt(expected())], by=ann())
    set_line_aside(line=line(-5, "fee", "f1"), reason="Bank fee", by=ann())
    assert named() == [
        "duplicate d1",
        "duplicate d2",
        *sorted([f"extra {payout.ident}", f"extra {refunded.reference}"]),
        "missing a1",
        "missing h1",
    ]
    today = clock.now().astimezone(clock.newsroom_zone()).date()
    found = reconcile_bank(since=today - dt.timedelta(days=1), until=today)
    assert found
    assert [each.kind for each in found.differences] == ["duplicate", "duplicate", "missing"]
    assert (found.agreed, found.is_explained) == (2, False)
    assert found.balances == {"USD": (10_000, 13_500)}
    before = reconcile_bank(until=today - dt.timedelta(days=25))
    assert before
    assert [each.ref for each in before.differences] == ["a1"]


# By command -------------------------------------------------------------------------------------


@pytest.fixture
def run(newsroom_dir: Path, stage: Stage) -> Any:
    ann()

    def run(*words: str, by: bool = True) -> str:
        more = ["--by", "ann@ledger.example"] if by else []
        ended = CliRunner().invoke(broadsheet, [*words, *more, "--dir", str(newsroom_dir)])
        if ended.exception and not isinstance(ended.exception, SystemExit):
            return f"Error: {sentence_for(ended.exception)}"  # type: ignore[arg-type]
        return f"{ended.exit_code} {ended.output}"

    return run


def test_gift_by_hand_goes_its_way_by_command(run: Any, stage: Stage, tmp_path: Path) -> None:
    campaign = stage.campaign()
    made = run(
        *("bank", "expect", "50", "--method", "transfer"),
        *("--name", "Pat", "--email", "pat@example.org", "--campaign", campaign.slug),
    )
    reference = made.split()[-1]
    assert made.startswith("0 $50 expected by transfer.")
    assert "1 gifts that are expected" in run("bank", "lines", by=False)
    file = tmp_path / "bank.csv"
    file.write_text(f"Day,Amount,Details\n2026-11-03,50.00,{reference}\n2026-11-04,-9.00,fee\n")
    dry = run("bank", "import", str(file), "--column", "date=Day", "--dry-run")
    assert "2 rows: 2 new." in dry
    assert "Nothing was kept" in dry
    assert "matched by itself: line" in run("bank", "import", str(file), "--column", "date=Day")
    fee = BankLine.objects.get(minor=-900)
    assert "1 lines that nothing explains" in run("bank", "lines", by=False)
    assert "NOT the same" in run("funding", "reconcile", by=False)
    assert "Set aside" in run("bank", "aside", str(fee.pk), "Bank fee")
    told = run("funding", "reconcile", by=False)
    assert told.startswith("0 ")
    assert "the bank: 2 movements agree." in told
    donation = Donation.objects.get(reference=reference)
    assert (donation.state, donation.campaign) == ("settled", campaign)


def test_line_is_matched_by_command_with_gift_payout_and_refund(run: Any, stage: Stage) -> None:
    donation, payout = expected(), paid_out(stage)
    first, second, third = line(ref="b1"), line(payout.minor, ref="b2"), line(-500, ref="b3")
    assert "Matched" in run("bank", "match", str(first.pk), donation.reference)
    assert "Matched" in run("bank", "match", str(second.pk), payout.ident)
    refund = propose_refund(donation=donation, amount=Money(500, "USD"), reason="", by=ann())
    tasks.look_at_refunds()
    assert "Matched" in run("bank", "match", str(third.pk), f"refund:{refund.pk}")
    other = expected(email="o@example.org")
    assert "not expected any more" in run("bank", "give-up", other.reference)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("expect", "ten", "--method", "cash"), "in digits"),
        (("expect", "10", "--method", "cash", "--currency", "usd"), "ISO 4217"),
        (("expect", "10", "--method", "cash", "--campaign", "x"), "no campaign x"),
        (("match", "99", "x"), "no bank line 99"),
        (("import", "FILE", "--column", "colour=red"), "parts are date"),
        (("import", "FILE", "--encoding", "nonsense"), "--encoding cp1252"),
        (("import", "FILE"), "heads the columns"),
    ],
    ids=str,
)
def test_bank_command_says_what_is_wrong_and_does_nothing(
    run: Any, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    file = tmp_path / "x.csv"
    file.write_text("nothing\n")
    output = run("bank", *(str(file) if word == "FILE" else word for word in words))
    assert said in output
    assert (Donation.objects.count(), BankLine.objects.count()) == (0, 0)
