"""How giving is going: recurring revenue month by month, restated (R11); no currency added (M7); no formula (D6)."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Sequence

from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.funding import tasks
from broadsheet.funding.actions import propose_refund
from broadsheet.funding.actions.altering import cancel_pledge, change_amount, pause_pledge
from broadsheet.funding.choices import Cadence
from broadsheet.funding.models import Donation
from broadsheet.funding.queries.going import recurring_months, shares_by
from broadsheet.funding.rules.going import (
    Month,
    Taken,
    months_of,
    next_month,
    spreadsheet_cell,
)
from broadsheet.kit.money import Money
from broadsheet.readers.actions import create_account
from broadsheet.readers.models import User
from promises import Promises
from proving import sign_in

JANUARY = dt.date(2026, 1, 1)

GIFTS = st.lists(
    st.builds(
        Taken,
        st.integers(1, 4),
        st.sampled_from(["monthly", "yearly"]),
        st.integers(-14, 14).map(lambda by: next_month(JANUARY, by)),
        st.integers(0, 10_000),
    ),
    max_size=12,
)


@given(GIFTS)
def test_each_month_is_the_one_before_and_what_moved(gifts: Sequence[Taken]) -> None:
    months = months_of(gifts, JANUARY, 12)
    [before] = months_of(gifts, dt.date(2025, 12, 1), 1)
    for month in months:
        gains, losses = month.new + month.recovered + month.grown, month.shrunk + month.lost
        assert month.total == before.total + gains - losses
        assert month.kept >= 0
        before = month


def test_d6_words_of_others_are_no_formulas() -> None:
    for evil in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "|cmd", "＝1"):
        assert spreadsheet_cell(evil) == f"'{evil}"
    assert spreadsheet_cell("/2026/11/river/") == "/2026/11/river/"


def test_r11_recurring_revenue_says_what_came_and_is_restated(promises: Promises) -> None:
    stage = promises.stage
    floods = stage.campaign(slug="floods")
    kept = promises.make(1000, origin="/2026/01/river/", campaign=floods)
    leaves = promises.make(2000, email="b@example.org")
    rests = promises.make(4000, email="c@example.org")
    promises.make(12_000, Cadence.YEARLY, email="d@example.org")
    promises.make(700, email="e@example.org", currency="EUR")
    cancel_pledge(pledge=leaves, reason="", by="test")
    pause_pledge(pledge=rests, until=dt.date(2026, 3, 20), by="test")
    promises.live(29)
    change_amount(
        pledge=kept, amount=Money(3000, "USD"), covers_fees=False, code="en", by="supporter"
    )
    promises.live(33)
    promises.to("2026-05-02")
    months = {
        each.month.month: each for each in recurring_months()["USD"] if each.month.year == 2026
    }
    assert months[1] == Month(JANUARY, 8000, new=8000)
    assert months[2] == Month(dt.date(2026, 2, 1), 2000, lost=6000)
    assert months[3] == Month(dt.date(2026, 3, 1), 8000, recovered=4000, grown=2000)
    assert recurring_months()["EUR"][8].total == 700
    # Giving one back restates the month it was for, and all that follows from it.
    ann = User.objects.create_superuser("ann@ledger.example")
    gift = Donation.objects.get(occurrence__pledge=kept, occurrence__period=JANUARY)
    propose_refund(donation=gift, amount=None, reason="", by=ann)
    tasks.look_at_refunds()
    stage.settle()
    restated = {each.month.month: each for each in recurring_months()["USD"]}
    assert restated[1].total == 7000
    assert restated[2].new == 1000
    assert [(each.name, each.gifts, each.amount.currency) for each in shares_by("campaign__slug")][
        :2
    ] == [("", 3, "EUR"), ("", 6, "USD")]
    _look(gift)


def _look(gift: Donation) -> None:
    """The screen and its files, for who may see amounts alone."""
    account = {"email": "boss@ledger.example", "password": "a long and winding password"}
    client = sign_in(Client(), create_account(**account, role="administrator", by="test"))
    page = client.get("/desk/money/going/").content.decode()
    assert '<svg role="img" aria-labelledby="wide-USD" aria-describedby="wide-about-USD"' in page
    assert "March 2026" in page
    assert "March 2026, Recovered: $40.00" in page
    assert '<td class="money-amount" data-name="Lost">-$60.00</td>' in page
    Donation.objects.filter(pk=gift.pk).update(origin="=cmd|' /C calc'!A0")
    files = {}
    for name in ("months", "campaign", "page"):
        answer = client.get(f"/desk/money/going/{name}.csv")
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        files[name] = list(csv.reader(answer.content.decode("utf-8-sig").splitlines()))
    february = ["2026-02", "USD", "20.00", "10.00", "0.00", "0.00", "0.00", "60.00"]
    assert february in files["months"]
    assert ["'=cmd|' /C calc'!A0", "USD", "1", "0.00"] in files["page"]
    assert files["campaign"][0] == ["campaign", "currency", "gifts", "amount"]
    assert client.get("/desk/money/going/everything.csv").status_code == 404
