"""Yearly statements: written once from the ledger, corrected when it says otherwise, sent each from its own row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import format_datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from broadsheet.funding import ledger
from broadsheet.funding.actions.mailing import Message, claim, deliver, message_id
from broadsheet.funding.actions.receipts import first_state, next_number
from broadsheet.funding.choices import ReceiptState, StatementForm
from broadsheet.funding.errors import StatementRefused
from broadsheet.funding.models import Donation, Supporter, YearlyStatement
from broadsheet.funding.models.statements import STATEMENTS
from broadsheet.funding.queries import gifts_of_year, last_statement, to_state
from broadsheet.funding.rules.yearly import Given
from broadsheet.kit import audit, clock, tokens
from broadsheet.theme.documents import html_text
from broadsheet.theme.filters import absolute

NAMED = ("legal_name", "legal_address", "tax_number")
NEEDED = {
    StatementForm.GENERAL.value: (),
    StatementForm.US.value: NAMED,
    StatementForm.DE.value: (*NAMED, "tax_notice", "tax_purpose"),
    StatementForm.FR.value: (*NAMED, "tax_purpose"),
    StatementForm.GB.value: NAMED,
}
"""The settings without which the words of a law would have gaps."""


@dataclass(frozen=True, slots=True)
class Stated:
    """How many statements of a year were written anew, how many corrected, and how many said the same already."""

    new: int
    corrected: int
    same: int


def state_year(*, year: int, by: audit.Actor, is_dry: bool = False) -> Stated:
    """Write a statement for everybody who gave in a year, and correct those that the ledger contradicts by now.

    One transaction each, so that it can be stopped and run again at any time; the worker sends what is written. Who
    was given everything back gets none. With `is_dry` nothing is written. Raises StatementRefused before the
    year is over, and where settings are missing that the law's words need.
    """
    if year >= clock.day_of(clock.now()).year:
        raise StatementRefused(f"The year {year} is not over. Its statements can be written then.")
    form = settings.BROADSHEET.statement_form
    missing = [name for name in NEEDED[form] if not getattr(settings.BROADSHEET, name).strip()]
    if missing:
        raise StatementRefused(
            f"Statements of the form “{form}” need these settings, too: {', '.join(missing)}. "
            'Without them choose statement_form = "general", which is no tax receipt.'
        )
    counts = {"new": 0, "corrected": 0, "same": 0}
    for supporter in to_state(year):
        counts[_state(supporter, year, by, is_dry=is_dry)] += 1
    return Stated(**counts)


def _state(supporter: Supporter, year: int, by: audit.Actor, *, is_dry: bool) -> str:
    """Write one supporter's statement, if that is due; which of the counts it belongs to."""
    with transaction.atomic():
        # Its row first: nobody is erased while their name is written.
        supporter = Supporter.objects.select_for_update(no_key=True).get(pk=supporter.pk)
        ledger.hold()
        last, lines = last_statement(supporter, year), gifts_of_year(supporter, year)
        is_due = supporter.erased_at is None and any(line.left.minor for line in lines)
        if last is None and not is_due:
            return "same"
        if last is not None and last.lines == lines:
            return "same"
        if not is_dry:
            _write(supporter, year, lines, last, by)
        return "new" if last is None else "corrected"


def restate_year(donation: Donation, by: audit.Actor) -> None:
    """Correct the statement that a gift's year has, if any, in the transaction that books what changed it."""
    year = clock.day_of(donation.settled_at or clock.now()).year
    if year >= clock.day_of(clock.now()).year:
        return  # before it is over a year has none
    last = last_statement(donation.supporter, year)
    if last is not None:
        lines = gifts_of_year(donation.supporter, year)
        _write(donation.supporter, year, lines, last, by)


def _write(
    supporter: Supporter,
    year: int,
    lines: Sequence[Given],
    last: YearlyStatement | None,
    by: audit.Actor,
) -> None:
    """Write a year's first statement, or the next version of the last one, while nobody else can book."""
    if last is None:
        series, number = next_number(f"{STATEMENTS}{year}")
    else:
        series, number = last.series, last.number
    now = clock.now()
    made = YearlyStatement.objects.create(
        key=tokens.reference(),
        series=series,
        number=number,
        version=last.version + 1 if last else 1,
        supporter=supporter,
        year=year,
        form=last.form if last else settings.BROADSHEET.statement_form,
        language=supporter.language,
        giver=_giver(supporter, lines) or (last.giver if last else ""),
        issuer=last.issuer if last else _issuer(),
        gifts=[line.kept() for line in lines],
        issued_at=now,
        due_at=now,
        state=first_state(_recipient(supporter)),
    )
    audit.record("statement.written", made, by=by, version=made.version)


def _recipient(supporter: Supporter) -> Supporter:
    """Who reads what is written to a supporter: the one they were merged into, if any."""
    return supporter.merged_into or supporter


def _giver(supporter: Supporter, lines: Sequence[Given]) -> str:
    """Whom the year's last gift was made out to, else the supporter's name."""
    last = Donation.objects.filter(reference__in=[line.reference for line in lines[-1:]]).first()
    return (last.organisation or last.name if last else "") or supporter.name


def _issuer() -> dict[str, str]:
    chosen = settings.BROADSHEET
    return {
        "name": chosen.legal_name or chosen.name,
        "address": chosen.legal_address,
        "number": chosen.tax_number,
        "notice": chosen.tax_notice,
        "purpose": chosen.tax_purpose,
    }


# Sending ----------------------------------------------------------------------------------------


def send_statement(*, statement: YearlyStatement) -> bool:
    """Send the link to a statement that waits; false where somebody else does, it is sent, or it fails for now.

    Sent twice only where a crash hides that it was sent; then both are the same message to the last byte.
    """
    if not claim(statement):
        return False
    rows = YearlyStatement.objects.select_related("series", "supporter__merged_into")
    statement = rows.get(pk=statement.pk)
    if not deliver(statement, lambda: message_of(statement)):
        return False
    YearlyStatement.objects.filter(pk=statement.pk).update(
        state=ReceiptState.SENT, sent_at=clock.now(), error=""
    )
    return True


def statement_path(statement: YearlyStatement) -> str:
    """Where a statement is read without signing in, by a link that nobody else can make."""
    said = {"key": statement.key, "signature": signature_of(statement.key)}
    return reverse("funding:statement", kwargs=said)


def signature_of(key: str) -> str:
    """What proves that a link to a statement was given to its supporter."""
    return tokens.sign(f"statement {key}".encode(), settings.SECRET_KEY)[:40]


def message_of(statement: YearlyStatement) -> Message:
    """The message that leads to a statement, text and HTML, in the supporter's language; it names no amount."""
    code = statement.language
    with translation.override(code):
        link = absolute(statement_path(statement))
        facts = {"newsroom": settings.BROADSHEET.name, "year": statement.year}
        subject = _("Your gifts to %(newsroom)s in %(year)s") % facts
    context = {"statement": statement, "link": link, "subject": subject}
    message = Message(
        subject=" ".join(subject.split()),
        body=html_text("funding/statement_mail.txt", code=code, **context),
        to=[_recipient(statement.supporter).email],
        headers={
            "Message-ID": message_id(f"statement.{statement.key}"),
            "Date": format_datetime(statement.issued_at),
            "Content-Language": code,
            "Auto-Submitted": "auto-generated",
        },
    )
    html = html_text("funding/statement_mail.html", code=code, **context)
    message.attach_alternative(html, "text/html")
    return message
