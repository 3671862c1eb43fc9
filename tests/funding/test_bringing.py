"""Supporters and pledges of another system: every row accounted for, twice is once, nothing charged without consent."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.core import mail

from broadsheet.funding.actions import bring_supporters, merge_supporters, pause_pledge
from broadsheet.funding.errors import BadMap, FundingError, NotTaken
from broadsheet.funding.models import Consent, Pledge, ProcessorAccount, Supporter
from broadsheet.funding.rules.bringing import headings_of, read_supporters
from broadsheet.kit import clock
from broadsheet.project.cli import broadsheet
from broadsheet.project.cli.failures import Failure
from broadsheet.readers.models import User
from commanding import run
from promises import Promises, said
from running import wait_until
from stage import Stage, in_a_process

HEADINGS = (
    "email name language reference cadence amount currency next_on consent consent_on customer method label "
    "expires_on"
).split()
GOOD = {
    "email": "Sam@Example.org",
    "name": "Sam",
    "reference": "sub_1",
    "cadence": "monthly",
    "amount": "12.50",
    "next_on": "2026-02-28",
    "consent": "Yes, each month.",
    "consent_on": "2024-05-01",
}


def table(*rows: dict[str, str]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, HEADINGS, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def problem(**other: str) -> str:
    rows = read_supporters(
        table(GOOD | other),
        headings={},
        currency="USD",
        languages=("en", "fr"),
        today=dt.date(2026, 1, 31),
    )
    return rows[0].problem


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"email": "nobody"}, "no address"),
        ({"language": "xx"}, "none of en, fr"),
        ({"reference": ""}, "needs its reference"),
        ({"cadence": "weekly"}, "monthly or yearly"),
        ({"consent": ""}, "nobody agreed"),
        ({"amount": "1e3"}, "amount: "),
        ({"amount": "0.01"}, "cannot be taken"),
        ({"customer": "cus_1"}, "come together"),
        ({"next_on": "2026-01-31"}, "not to come"),
        ({"next_on": "soon"}, "next_on is no day"),
        ({"consent_on": "2026-02-01"}, "still to come"),
        ({"expires_on": "12/27"}, "expires_on is no day"),
    ],
    ids=str,
)
def test_row_that_cannot_be_used_says_why(other: dict[str, str], why: str) -> None:
    assert why in problem(**other)
    assert problem() == ""


def test_file_that_cannot_be_read_says_why() -> None:
    for text in ('"a\n', "", "name\nSam\n", "email,email\n"):
        with pytest.raises(BadMap):
            read_supporters(
                text, headings={}, currency="USD", languages=("en",), today=dt.date(2026, 1, 1)
            )
    for pairs in (["colour=Red"], ["email="], ["email=A", "email=B"]):
        with pytest.raises(BadMap, match="write COLUMN=HEADING"):
            headings_of(pairs)


def test_import_accounts_for_every_row_and_twice_is_once(
    promises: Promises, newsroom_dir: Path, tmp_path: Path
) -> None:
    kept = promises.stage.sandbox.processor.keep_method("sandbox")
    token = {"customer": kept["customer"], "method": kept["method"], "label": "visa 1"}
    promises.make(email="known@example.org")
    rows = [
        GOOD | token | {"expires_on": "2029-12-31"},
        GOOD | {"email": "lee@example.org", "reference": "sub_2"},
        GOOD | {"email": "known@example.org", "reference": "sub_3"} | token,
        {"email": "only@example.org"},
        {"email": "known@example.org"},
        GOOD | {"reference": "sub_4", "consent": ""},
        GOOD | {"email": "x@example.org"},
        {},
    ]
    file, report = tmp_path / "old.csv", tmp_path / "report.json"
    file.write_text(table(*rows).replace("email", "E-mail", 1), "utf-8")

    def command(*more: str) -> str:
        words = ["funding", "import", "supporters", str(file), "--map", "email=E-mail"]
        ended = CliRunner().invoke(broadsheet, [*words, *more, "--dir", str(newsroom_dir)])
        assert isinstance(ended.exception, SystemExit | None | Failure | FundingError), (
            ended.exception
        )
        return f"{ended.output}{ended.exception}"

    without = command()
    assert "7 rows: 2 created, 0 merged, 1 skipped, 4 failed." in without
    assert "no processor was named that knows it" in without
    done = command("--account", "sandbox", "--report", str(report))
    assert "7 rows: 1 created, 1 merged, 3 skipped, 2 failed." in done
    told = json.loads(report.read_text("utf-8"))
    assert sum(told["counts"].values()) == len(told["rows"]) == 7
    assert "row 8: its reference is that of row 2" in done
    again = command("--account", "sandbox")
    assert "7 rows: 0 created, 0 merged, 5 skipped, 2 failed." in again
    assert (Supporter.objects.count(), Pledge.objects.count()) == (4, 4)
    brought = Pledge.objects.get(supporter__email="sam@example.org")
    consent = brought.consents.get()
    assert (consent.text, consent.version) == ("Yes, each month.", "imported")
    assert (consent.given_at.year, str(brought.method)) == (2024, "visa 1")
    file.write_bytes(b"\xff")
    assert "not written in UTF-8" in command()
    assert promises.stage.sandbox.calls == [], "nothing was charged"
    promises.live(28)
    assert promises.facts(brought)["periods"] == ["2026-02 paid"]
    assert said("Your next gift of $12.50"), "they were told before"
    lee = Pledge.objects.get(supporter__email="lee@example.org")
    assert promises.facts(lee)["state"] == "past_due", "a link was sent"
    assert any(message.to == ["lee@example.org"] for message in mail.outbox)


def test_pledge_of_somebody_merged_is_whom_they_became_and_can_be_paused(
    promises: Promises,
) -> None:
    kept = promises.make(email="kept@example.org").supporter
    other = promises.make(email="sam@example.org").supporter
    person = User.objects.get_or_create(email="ann@ledger.example")[0]
    merge_supporters(kept=kept, duplicate=other, by=person)
    rows = read_supporters(
        table(GOOD), headings={}, currency="USD", languages=("en",), today=dt.date(2026, 1, 31)
    )
    assert [each.outcome for each in bring_supporters(rows=rows, account=None, by="t")] == [
        "merged"
    ]
    pledge = Pledge.objects.get(method=None)
    assert pledge.supporter == kept
    pause_pledge(pledge=pledge, until=dt.date(2026, 4, 1), by="test")
    assert promises.facts(pledge)["next"] == "2026-04-28"
    closed = ProcessorAccount.objects.create(slug="old", kind="sandbox", state="closed")
    with pytest.raises(NotTaken, match="Nothing can be charged at old"):
        bring_supporters(rows=[], account=closed, by="test")


def test_dry_run_says_what_would_be_and_keeps_nothing(founded: Path, tmp_path: Path) -> None:
    file = tmp_path / "old.csv"
    file.write_text(table(*[{"email": f"s{at}@example.org"} for at in (1, 2, 1)]), "utf-8")
    tried = run("funding", "import", "supporters", file, "--dry-run", "--dir", founded).stdout
    assert "3 rows: 2 created, 0 merged, 1 skipped, 0 failed." in tried
    assert "Nothing was changed" in tried
    with closing(sqlite3.connect(founded / "data" / "newsroom.sqlite3")) as kept:
        assert kept.execute("SELECT count(*) FROM funding_supporter").fetchone() == (0,)


def test_import_killed_half_way_and_run_again_accounts_for_every_row_and_doubles_nothing(
    open_stage: Stage, newsroom_dir: Path, tmp_path: Path
) -> None:
    day = (clock.day_of(clock.now()) + dt.timedelta(days=40)).isoformat()
    rows = [
        GOOD | {"email": f"s{at // 2}@example.org", "reference": f"sub_{at}", "next_on": day}
        for at in range(300)
    ]
    file, report = tmp_path / "old.csv", tmp_path / "report.json"
    file.write_text(table(*rows), "utf-8")

    def command(*more: str) -> None:
        words = ["funding", "import", "supporters", str(file), *more, "--dir", str(newsroom_dir)]
        assert CliRunner().invoke(broadsheet, words).exit_code == 0

    with in_a_process(command):
        wait_until(lambda: Pledge.objects.count() > 20, "some rows are in")
    there = Pledge.objects.count()
    assert 20 < there < 300
    assert Consent.objects.count() == there, "a row is there wholly or not at all"
    command("--report", str(report))
    told = json.loads(report.read_text("utf-8"))
    assert [row["number"] for row in told["rows"]] == list(range(2, 302))
    counts = told["counts"]
    assert counts["skipped"] == there
    assert counts["created"] + counts["merged"] == 300 - there
    assert (Supporter.objects.count(), Pledge.objects.count()) == (150, 300)
    assert Consent.objects.values("pledge").distinct().count() == 300
