"""Gifts: looking for one, everything about one, and what can be done with it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from broadsheet.funding.actions import (
    approve_refund,
    decline_refund,
    give_up_gift,
    money_left,
    propose_refund,
    send_receipt_again,
)
from broadsheet.funding.choices import AttemptState, DonationState, ProcessorKind, RefundState
from broadsheet.funding.models import Donation, Refund
from broadsheet.funding.queries.staff import found_gifts
from broadsheet.funding.rules.folding import OPEN
from broadsheet.funding.views.staff.screens import ROWS, act, before, need, person, screen
from broadsheet.kit import audit
from broadsheet.kit.money import parse_money


@need("view_donation", "view_supporter")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    asked, state = request.GET.get("q", "").strip(), request.GET.get("state", "")
    rows = found_gifts(asked, state, before(request), ROWS + 1)
    audit.record("gifts.listed", "funding.donation", by=person(request), rows=len(rows))
    return screen(
        request,
        "gifts",
        "Gifts",
        asked=asked,
        state=state,
        states=DonationState.pairs(),
        rows=rows[:ROWS],
        more=rows[ROWS:],
    )


@need("view_donation", "view_supporter")
@require_safe
def detail(request: HttpRequest, reference: str) -> HttpResponse:
    donation = get_object_or_404(
        Donation.objects.select_related("supporter", "campaign"), reference=reference
    )
    audit.record("gift.seen", donation, by=person(request))
    attempts = donation.attempts.select_related("account").order_by("pk")
    paid = attempts.filter(state=AttemptState.SUCCEEDED, is_extra=False).first()
    refunds = Refund.objects.filter(attempt__donation=donation)
    return screen(
        request,
        "gift",
        f"Gift {reference}",
        donation=donation,
        attempts=attempts,
        refunds=refunds.select_related("asked_by", "agreed_by", "attempt__donation"),
        disputes=[dispute for each in attempts for dispute in each.disputes.all()],
        receipts=donation.receipts.select_related("series"),
        bookings=donation.bookings.prefetch_related("entries").order_by("number"),
        left=money_left(paid) if paid else None,
        waits=RefundState.PROPOSED.value,
        stoppable=(RefundState.PROPOSED.value, RefundState.APPROVED.value),
        is_expected=any(
            each.account.kind == ProcessorKind.OFFLINE and each.state in OPEN for each in attempts
        ),
    )


@need("view_donation", "see_amounts", "change_refund")
@require_POST
def refund(request: HttpRequest, reference: str) -> HttpResponse:
    donation = get_object_or_404(Donation, reference=reference)
    amount = request.POST.get("amount", "").strip()

    def work() -> None:
        propose_refund(
            donation=donation,
            amount=parse_money(amount, donation.currency) if amount else None,
            reason=request.POST.get("reason", ""),
            by=person(request),
        )

    return act(request, "The refund is asked for.", work, _page(reference))


@need("view_donation", "see_amounts", "change_refund")
@require_POST
def decide(request: HttpRequest, number: int) -> HttpResponse:
    found = get_object_or_404(Refund.objects.select_related("attempt__donation"), pk=number)
    agrees = request.POST.get("decision") == "approve"
    decision = approve_refund if agrees else decline_refund
    done = "The refund is agreed to." if agrees else "Nothing is given back."
    back = _page(found.attempt.donation.reference)
    return act(request, done, lambda: decision(refund=found, by=person(request)), back)


@need("view_donation", "change_donation")
@require_POST
def receipt(request: HttpRequest, reference: str) -> HttpResponse:
    donation = get_object_or_404(Donation, reference=reference)
    return act(
        request,
        "The receipt is on its way again.",
        lambda: send_receipt_again(donation=donation, by=person(request)),
        _page(reference),
    )


@need("view_donation", "add_donation")
@require_POST
def give_up(request: HttpRequest, reference: str) -> HttpResponse:
    donation = get_object_or_404(Donation, reference=reference)
    return act(
        request,
        "This gift is not expected any more.",
        lambda: give_up_gift(donation=donation, by=person(request)),
        _page(reference),
    )


def _page(reference: str) -> str:
    return reverse("funding_staff:gift", args=[reference])
