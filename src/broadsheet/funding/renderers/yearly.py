"""What a yearly statement says, once for the page and for the printer."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from broadsheet.funding.models import YearlyStatement
from broadsheet.funding.renderers.laws import Law, law_of
from broadsheet.theme.filters import date, day


@dataclass(frozen=True, slots=True)
class Sheet:
    """A statement in words of the active language; `law` says what the law wants in the law's own language."""

    title: str
    facts: list[tuple[str, str]]
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]
    totals: list[tuple[str, str]]
    notes: list[str]
    law: Law | None


def sheet_of(statement: YearlyStatement, code: str) -> Sheet:
    """A statement in the language of a code, which is active."""
    lines, totals = statement.lines, statement.totals
    issuer = statement.issuer
    facts = [
        (_("Statement:"), statement.label),
        (_("Date:"), date(statement.issued_at)),
        (_("From:"), statement.giver),
        (_("To:"), ", ".join(part for part in (issuer["name"], issuer["address"]) if part)),
    ]
    notes = []
    if statement.version > 1:
        notes.append(_("This statement takes the place of the one that you had before."))
    if any(line.returned.minor for line in lines):
        notes.append(_("What went back later counts in the year of its gift."))
    law = law_of(statement)
    if law is None:
        notes.append(
            _("This is no tax receipt. It says for your own records what you gave to %(newsroom)s.")
            % {"newsroom": issuer["name"]}
        )
    return Sheet(
        title=_("Your gifts in %(year)s") % {"year": statement.year},
        facts=[(label, said) for label, said in facts if said],
        columns=(_("Day"), _("Reference"), _("Paid"), _("Given back"), _("Remains")),
        rows=[
            (
                day(line.on),
                line.reference,
                line.paid.format(code),
                line.returned.format(code) if line.returned.minor else "",
                line.left.format(code),
            )
            for line in lines
        ],
        totals=[
            (_("All of %(currency)s") % {"currency": total.currency}, total.format(code))
            for total in totals
        ],
        notes=notes,
        law=law,
    )
