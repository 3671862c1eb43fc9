"""How giving is going: what comes every month, what campaigns and stories bring; as a chart, a table and a file."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from io import StringIO
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from broadsheet.funding.queries.going import Share, recurring_months, shares_by
from broadsheet.funding.renderers.chart import SERIES, charts_of
from broadsheet.funding.rules.going import Month, spreadsheet_cell
from broadsheet.funding.views.staff.screens import need, person, screen
from broadsheet.kit import audit
from broadsheet.kit.money import Money

MOVES = ("new", "recovered", "grown", "shrunk", "lost")
WENT = ("shrunk", "lost")
NAMES = {"campaign": "campaign__slug", "page": "origin"}


@need("view_donation", "see_amounts")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    audit.record("going.seen", "funding.donation", by=person(request))
    sees_people = _sees_people(request)
    return screen(
        request,
        "going",
        "How giving is going",
        sees_people=sees_people,
        currencies=[_drawn(code, months) for code, months in recurring_months().items()],
        campaigns=_told("campaign", sees_people=sees_people),
        pages=_told("page", sees_people=sees_people),
        series=[label for _what, label, _sign in SERIES],
        moves=[move.capitalize() for move in MOVES],
    )


@need("view_donation", "see_amounts")
@require_safe
def table(request: HttpRequest, name: str) -> HttpResponse:
    """One of the tables as a file for spreadsheets; amounts are plain numbers, words never formulas."""
    if name not in {"months", *NAMES} or (name == "months" and not _sees_people(request)):
        raise Http404
    audit.record("going.exported", "funding.donation", by=person(request), table=name)
    rows = _months() if name == "months" else _shares(name, sees_people=_sees_people(request))
    text = StringIO()
    csv.writer(text).writerows(rows)
    head = {"Content-Disposition": f'attachment; filename="giving-{name}.csv"'}
    return HttpResponse(
        "\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8", headers=head
    )


def _months() -> list[list[object]]:
    rows: list[list[object]] = [["month", "currency", "total", *MOVES]]
    for code, months in recurring_months().items():
        for month in months:
            minors = (month.total, *(getattr(month, move) for move in MOVES))
            amounts = [Money(minor, code).decimal for minor in minors]
            rows.append([f"{month.month:%Y-%m}", code, *amounts])
    return rows


def _sees_people(request: HttpRequest) -> bool:
    """Whether somebody may see who gave: to others a month with one pledge more would say what that one is."""
    return bool(request.user.has_perm("funding.view_supporter"))


def _told(name: str, *, sees_people: bool) -> list[tuple[Share, str]]:
    shares = shares_by(NAMES[name], sees_people=sees_people)
    return [(each, each.amount.format(with_zeros=True)) for each in shares]


def _shares(name: str, *, sees_people: bool) -> list[list[object]]:
    rows: list[list[object]] = [[name, "currency", "gifts", "amount"]]
    rows += [_share(each) for each in shares_by(NAMES[name], sees_people=sees_people)]
    return rows


def _share(each: Share) -> list[object]:
    amount = each.amount
    return [spreadsheet_cell(each.name), amount.currency, each.gifts, amount.decimal]


def _drawn(code: str, months: list[Month]) -> dict[str, Any]:
    """A currency's months for the template."""
    return {
        "code": code,
        "first": _name(months[0].month),
        "last": _name(months[-1].month),
        "charts": charts_of(code, months),
        "rows": list(_rows(code, months)),
    }


def _rows(code: str, months: list[Month]) -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    """The newest month first: its name, all of it, and each move with its name; what went has a minus."""
    for month in reversed(months):
        moves = [
            (move.capitalize(), getattr(month, move) * (-1 if move in WENT else 1))
            for move in MOVES
        ]
        yield (
            _name(month.month),
            Money(month.total, code).format(with_zeros=True),
            [(move, Money(minor, code).format(with_zeros=True)) for move, minor in moves],
        )


def _name(month: dt.date) -> str:
    return f"{month:%B %Y}"
