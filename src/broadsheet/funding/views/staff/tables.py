"""Supporters, pledges and gifts as files, for who may take them out of the house; sent a page of rows at a time."""

from __future__ import annotations

import csv
from collections.abc import AsyncIterator, Iterable
from io import StringIO

from asgiref.sync import sync_to_async
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.views.decorators.http import require_safe

from broadsheet.funding.queries.tables import TABLES, Table
from broadsheet.funding.views.staff.screens import need, person
from broadsheet.kit import audit


@need("view_supporter", "view_donation", "see_amounts", "export_people")
@require_safe
def export(request: HttpRequest, name: str) -> StreamingHttpResponse:
    """One of the tables as CSV. It holds no more of it than a page, and no question of the database is left open."""
    table = TABLES.get(name)
    if table is None:
        raise Http404
    audit.record(f"{name}.exported", f"funding.{name}", by=person(request), rows=table.count())
    return StreamingHttpResponse(
        _lines(table),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}.csv"',
            "Cache-Control": "no-store",
        },
    )


async def _lines(table: Table) -> AsyncIterator[str]:
    yield "\ufeff" + _text([table.headings])
    rows, last = await sync_to_async(table.page)(0)
    while rows:
        yield _text(rows)
        rows, last = await sync_to_async(table.page)(last)


def _text(rows: Iterable[Iterable[str]]) -> str:
    written = StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue()
