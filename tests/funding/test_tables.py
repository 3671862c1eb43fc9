"""Files of supporters, pledges and gifts (D6): for who may, some rows at a time, no formulas, read by the import."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from click.testing import CliRunner
from django.db import connection
from django.test import AsyncClient, Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.funding import tasks
from broadsheet.funding.actions import cancel_pledge, erase_supporter, propose_refund
from broadsheet.funding.choices import Asked
from broadsheet.funding.models import Pledge, Supporter
from broadsheet.funding.queries import tables
from broadsheet.funding.rules.going import FORMULAS, plain_text, spreadsheet_cell
from broadsheet.kit.models import AuditEntry
from broadsheet.kit.money import Money
from broadsheet.project.cli import broadsheet
from broadsheet.readers.models import User
from funding.test_staff import seen, settled, staff
from promises import Promises

FORMULA = "=HYPERLINK(1)"


def chunks(client: Client, name: str) -> list[str]:
    """What the server sends of a file, piece by piece, as it is served."""
    browser = AsyncClient()
    browser.cookies = client.cookies

    async def fetch() -> list[str]:
        answer: Any = await browser.get(f"/desk/money/tables/{name}.csv")
        assert answer.status_code == 200
        assert answer["Content-Disposition"] == f'attachment; filename="{name}.csv"'
        return [part.decode() async for part in answer.streaming_content]

    return async_to_sync(fetch)()


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_d6_files_are_for_those_who_may_and_each_is_written_down(promises: Promises) -> None:
    promises.make(name="Sam")
    care, fundraiser = staff("care"), staff("fundraiser")
    for name in tables.TABLES:
        path = f"/desk/money/tables/{name}.csv"
        assert care.get(path).status_code == 302
        assert Client().get(path).status_code == 302
        assert f'href="{path}"' in seen(fundraiser, f"{name}/")
        assert path not in seen(care, f"{name}/")
        assert "Sam" in "".join(chunks(fundraiser, name))
    assert fundraiser.get("/desk/money/tables/everything.csv").status_code == 404
    noted = AuditEntry.objects.filter(action__endswith=".exported").order_by("pk")
    assert [(each.action, each.detail) for each in noted] == [
        (f"{name}.exported", {"rows": 1}) for name in tables.TABLES
    ]
    assert {each.by.email for each in noted if each.by} == {"fundraiser@ledger.example"}


def test_d6_files_come_some_rows_at_a_time(
    promises: Promises, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "PAGE", 2)
    for at in range(5):
        promises.make(email=f"s{at}@example.org")
    client = staff("fundraiser")
    for name, table in tables.TABLES.items():
        sent = chunks(client, name)
        assert [part.count("\r\n") for part in sent] == [1, 2, 2, 1]
        assert len(rows_of("".join(sent))) == 5
        questions = []
        for after in (0, table.page(0)[1]):
            with CaptureQueriesContext(connection) as asked:
                table.page(after)
            questions.append(len(asked))
            assert "LIMIT 2" in asked[0]["sql"]
        assert questions[0] == questions[1] <= 2


def test_d6_files_say_what_is_known_and_hold_no_formula(promises: Promises) -> None:
    pledge = promises.make(
        1000, name=FORMULA, organisation="+Ink", message="@evil", origin="-1", email="+sam@x.org"
    )
    gift = settled(promises.stage, 2500, name=FORMULA, email="+sam@x.org")
    boss = User.objects.create_superuser("ann@ledger.example")
    propose_refund(donation=gift, amount=Money(500, "USD"), reason="", by=boss)
    tasks.look_at_refunds()
    promises.stage.settle()
    promises.make(700, email="gone@example.org", currency="EUR", name="Gone")
    gone = promises.make(900, email="ann@example.org", currency="EUR")
    settled(promises.stage, 100, email="ann@example.org")
    cancel_pledge(pledge=gone, reason="", by="test")
    erased = Supporter.objects.get(email="gone@example.org")
    erase_supporter(supporter=erased, asked=Asked.LETTER, by="test")
    client = staff("fundraiser")
    files = {name: rows_of("".join(chunks(client, name))) for name in tables.TABLES}
    for name, found in files.items():
        for row in found:
            for cell in row.values():
                assert not cell.startswith(FORMULAS), (name, row)
        assert "Gone" not in str(found)
    people = {row["email"]: row for row in files["supporters"]}
    assert set(people) == {"'+sam@x.org", "ann@example.org"}
    assert people["'+sam@x.org"]["name"] == f"'{FORMULA}"
    assert people["ann@example.org"]["given"] == "9.00 EUR; 1.00 USD"
    assert people["ann@example.org"]["last_gift_on"] == "2026-01-31"
    promised = {row["pledge"]: row for row in files["pledges"]}
    assert set(promised) == {pledge.key, gone.key}
    assert promised[pledge.key]["amount"] == "10.00"
    assert promised[pledge.key]["consent"].startswith("I agree")
    ended = promised[gone.key]
    assert (ended["state"], ended["gift"], ended["amount"]) == ("canceled", "9.00", "")
    gifts = {row["reference"]: row for row in files["gifts"]}
    row = gifts[gift.reference]
    assert (row["gift"], row["given_back"], row["arrived_on"]) == ("25.00", "5.00", "2026-01-31")
    assert (row["receipt"], row["anonymous"], row["pledge"]) == ("2026-00002", "yes", "")
    of_pledge = [each for each in gifts.values() if each["pledge"] == pledge.key]
    assert [(each["page"], each["organisation"]) for each in of_pledge] == [("'-1", "'+Ink")]
    assert next(each for each in gifts.values() if not each["email"])["name"] == ""


@given(st.text(alphabet="'=+-@ \t\rx1é", max_size=6))
def test_d6_cell_is_read_again_as_it_was(text: str) -> None:
    cell = spreadsheet_cell(text)
    assert plain_text(cell) == text
    assert not cell.startswith(FORMULAS)


def test_d6_files_are_read_again_by_the_import(
    promises: Promises, newsroom_dir: Path, tmp_path: Path
) -> None:
    pledge = promises.make(1000, name=FORMULA, email="+sam@x.org")
    gone = promises.make(900, email="ann@example.org")
    cancel_pledge(pledge=gone, reason="", by="test")
    client = staff("fundraiser")

    def read(name: str) -> str:
        file = tmp_path / f"{name}.csv"
        if not file.exists():
            file.write_text("".join(chunks(client, name)), "utf-8")
        words = ["funding", "import", "supporters", str(file), "--account", "sandbox"]
        return CliRunner().invoke(broadsheet, [*words, "--dir", str(newsroom_dir)]).output

    for name in ("supporters", "pledges"):
        assert "2 rows: 0 created, 0 merged, 2 skipped, 0 failed." in read(name)
    assert Pledge.objects.count() == 2
    # In another newsroom, what goes on goes on, and what ended does not.
    Supporter.objects.filter(pk=pledge.supporter_id).update(email="old@x.org")
    Pledge.objects.filter(pk=pledge.pk).update(key="elsewhere")
    assert "2 rows: 1 created, 0 merged, 1 skipped, 0 failed." in read("pledges")
    made = Pledge.objects.get(supporter__email="+sam@x.org")
    assert (made.gift_minor, made.name, made.method) == (1000, FORMULA, pledge.method)
    assert made.next_on == pledge.next_on
