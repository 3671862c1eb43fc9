"""How giving is going: what comes every month, what campaigns and stories bring; as a drawing, a table and a file."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from io import StringIO
from typing import Any

from babel.numbers import format_compact_currency
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from broadsheet.funding.queries.going import Share, recurring_months, shares_by
from broadsheet.funding.rules.drawing import HEIGHT, drawing_of
from broadsheet.funding.rules.going import Month, spreadsheet_cell
from broadsheet.funding.views.staff.screens import need, person, screen
from broadsheet.kit import audit
from broadsheet.kit.money import Money

MOVES = ("new", "recovered", "grown", "shrunk", "lost")
WENT = ("shrunk", "lost")
BROAD, NAMES_BELOW = 78, 20
"""How much of its column a bar takes, in percent; the height of the names below the drawing."""
WHOLE = 100_00
"""The width of a drawing in hundredths of a percent."""

NAMES = {"campaign": "campaign__slug", "page": "origin"}
COLOURS = (
    ("kept", "There the month before", "#64748b"),
    ("grown", "Grown", "#0e7490"),
    ("recovered", "Recovered", "#7c3aed"),
    ("new", "New", "#15803d"),
    ("shrunk", "Shrunk", "#c2410c"),
    ("lost", "Lost", "#be123c"),
)
"""Each is read on white and on black alike (3 : 1, WCAG 1.4.11); the table says the same without them."""


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
        colours=COLOURS,
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
    """A currency's months for the template. What stands beside each other is in percent, so that the drawing is as
    wide as its place and its words keep their size; what stands above each other in whole units."""
    fills = {what: fill for what, _label, fill in COLOURS}
    drawing, width = drawing_of(months), WHOLE // len(months)
    broad = width * BROAD // 100
    return {
        "code": code,
        "height": HEIGHT + NAMES_BELOW,
        "line": drawing.line,
        "bar_width": _percent(broad),
        "bars": [(bar, _percent(bar.column * width), fills[bar.what]) for bar in drawing.bars],
        "ticks": [(y, _tick(minor, code)) for y, minor in drawing.ticks],
        "labels": [
            (_percent(column * width + broad // 2), _name(month.month), (len(months) - column) % 2)
            for column, month in enumerate(months)
        ],
        "rows": list(_rows(code, months)),
    }


def _percent(hundredths: int) -> str:
    return f"{hundredths // 100}.{hundredths % 100:02d}%"


def _rows(code: str, months: list[Month]) -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    """The newest month first: its name, all of it, and each move with its name; what went has a minus."""
    for month in reversed(months):
        moves = [
            (move.capitalize(), getattr(month, move) * (-1 if move in WENT else 1))
            for move in MOVES
        ]
        yield (
            _name(month.month, "%B %Y"),
            Money(month.total, code).format(with_zeros=True),
            [(move, Money(minor, code).format(with_zeros=True)) for move, minor in moves],
        )


def _tick(minor: int, code: str) -> str:
    """A round sum, as short as it can be."""
    amount = Money(minor, code).decimal
    return format_compact_currency(amount, code, locale="en", fraction_digits=1)


def _name(month: dt.date, pattern: str = "%b") -> str:
    return month.strftime(pattern)
