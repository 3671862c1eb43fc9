"""Money by hand and the bank: gifts that are expected, statements, and what their lines are."""

from __future__ import annotations

import functools

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from broadsheet.funding.actions import (
    expect_gift,
    import_statement,
    match_line,
    match_obvious,
    set_line_aside,
)
from broadsheet.funding.actions.banking import Target, line_left
from broadsheet.funding.choices import DonationState, Method
from broadsheet.funding.errors import BadStatement, MatchRefused
from broadsheet.funding.forms import ExpectForm, StatementForm
from broadsheet.funding.models import Attempt, BankLine, MatchingFund, Payout, Refund
from broadsheet.funding.queries import (
    candidates_for,
    expected_attempts,
    refunds_by_hand,
    unexplained_lines,
)
from broadsheet.funding.views.staff.screens import ROWS, act, need, person, screen
from broadsheet.kit import audit

BANK = ("change_bankline", "see_amounts", "view_donation", "view_supporter")
"""The rights of who deals with the bank: its screen shows who gives, and how much."""

KINDS: dict[str, type[Target]] = {
    "gift": Attempt,
    "payout": Payout,
    "refund": Refund,
    "fund": MatchingFund,
}


@need(*BANK)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    return _screen(request, ExpectForm(), StatementForm())


@need("add_donation", *BANK)
@require_POST
def expect(request: HttpRequest) -> HttpResponse:
    form = ExpectForm(request.POST)
    if not form.is_valid():
        return _screen(request, form, StatementForm(), status=422)
    method = Method(form.cleaned_data["method"])  # type: ignore[call-arg]
    return act(
        request,
        "The gift is expected. It counts once its line of the bank is matched to it.",
        lambda: expect_gift(gift=form.gift(), method=method, by=person(request)),
        _here(),
    )


@need(*BANK)
@require_POST
def statement(request: HttpRequest) -> HttpResponse:
    form = StatementForm(request.POST, request.FILES)
    if not form.is_valid():
        return _screen(request, ExpectForm(), form, status=422)
    dry_run = form.cleaned_data["dry_run"]
    try:
        outcomes = import_statement(
            text=form.cleaned_data["file"],
            bank=form.cleaned_data["account"],
            name=form.name,
            layout=form.layout(),
            by=person(request),
            dry_run=dry_run,
        )
    except BadStatement as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(_here())
    matched = [] if dry_run else match_obvious(by=person(request))
    return screen(
        request,
        "statement",
        "What became of each row",
        rows=[
            (each.number, each.verdict.label, each.said) for each in outcomes if not each.is_quiet
        ],
        count=len(outcomes),
        matched=matched,
        dry_run=dry_run,
    )


@need(*BANK)
@require_POST
def match(request: HttpRequest, number: int) -> HttpResponse:
    line = get_object_or_404(BankLine, pk=number)

    def work() -> None:
        match_line(line=line, targets=_targets(request.POST.getlist("is")), by=person(request))

    return act(request, "The line is explained.", work, _here())


@need(*BANK)
@require_POST
def aside(request: HttpRequest, number: int) -> HttpResponse:
    line, reason = get_object_or_404(BankLine, pk=number), request.POST.get("reason", "")
    return act(
        request,
        "The line is set aside.",
        lambda: set_line_aside(line=line, reason=reason, by=person(request)),
        _here(),
    )


def _targets(chosen: list[str]) -> list[Target]:
    """What was chosen of a line's candidates, as `gift:7`. Raises MatchRefused."""
    found: list[Target] = []
    for word in chosen:
        kind, _, number = word.partition(":")
        model = KINDS.get(kind)
        row = (
            model._default_manager.filter(pk=number).first() if model and number.isdigit() else None
        )
        if row is None:
            raise MatchRefused("Choose what the line is once more: it is there no longer.")
        found.append(row)
    return found


def _named(target: Target) -> str:
    """What a candidate is, in a few words."""
    if isinstance(target, Attempt):
        gift = target.donation
        return f"gift {gift.reference} {gift.organisation or gift.name}"
    if isinstance(target, Payout):
        return f"payout {target.ident}"
    if isinstance(target, MatchingFund):
        return f"{target.sponsor}, who matches gifts, owes this; whatever the line is"
    return f"refund of gift {target.attempt.donation.reference}"


def _choices(currency: str, *, came: bool) -> list[tuple[str, str, str]]:
    """What a line of a currency could be: what is sent when it is chosen, its amount, a few words."""
    names = {model: kind for kind, model in KINDS.items()}
    return [
        (f"{names[type(target)]}:{target.pk}", candidate.amount.format(), _named(target))
        for candidate, target in candidates_for(currency, came=came)
    ]


def _here() -> str:
    return reverse("funding_staff:by-hand")


def _screen(
    request: HttpRequest, expecting: ExpectForm, statement: StatementForm, *, status: int = 200
) -> HttpResponse:
    choices = functools.cache(_choices)  # most lines are of one currency and direction
    lines = [
        (line, line_left(line).format(), choices(line.currency, came=line.minor > 0))
        for line in unexplained_lines()[:ROWS]
    ]
    waiting = expected_attempts().filter(donation__state=DonationState.PENDING)[:ROWS]
    audit.record(
        "bank.seen",
        "funding.bankline",
        by=person(request),
        lines=[line.pk for line, _left, _could_be in lines],
        gifts=[attempt.donation_id for attempt in waiting],
    )
    response = screen(
        request,
        "byhand",
        "By hand and bank",
        expecting=expecting,
        statement=statement,
        lines=lines,
        expected=waiting,
        refunds=refunds_by_hand()[:ROWS],
    )
    response.status_code = status
    return response
