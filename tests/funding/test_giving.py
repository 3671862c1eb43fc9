"""What a supporter may say with a gift: for whose sake, from whom, in which currency; and who gets to see it."""

from __future__ import annotations

import gzip
import re
from dataclasses import replace

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from broadsheet.funding.models import Donation
from broadsheet.funding.views.kinds import GiveKind
from broadsheet.kit.money import Money
from stage import Stage

CONFIRM = "/give/confirm/"
ORIGIN = {"Origin": "http://testserver"}


def get(path: str = CONFIRM, **said: str) -> HttpResponse:
    response = Client().get(path, said)
    assert isinstance(response, HttpResponse)
    return response


def text(page: HttpResponse) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def post(path: str = CONFIRM, **typed: str) -> HttpResponse:
    found = re.search(r'name="nonce" value="([^"]+)"', get(path).content.decode())
    assert found
    data = {"nonce": found[1], "amount": "25", "email": "sam@example.org", **typed}
    response = Client().post(path, data, headers=ORIGIN)
    assert isinstance(response, HttpResponse)
    return response


def receipt(stage: Stage, donation: Donation) -> tuple[str, str]:
    """The receipt's text and HTML, once the gift is paid."""
    stage.press(donation.attempts.get(), "pay")
    stage.settle()
    [message] = mail.outbox
    return str(message.body), str(message.alternatives[0][0])  # type: ignore[attr-defined]


# For whose sake, and from whom ------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "said"), [("honour", "In honour of"), ("memory", "In memory of")])
def test_dedication_is_kept_and_stands_on_the_receipt(stage: Stage, kind: str, said: str) -> None:
    assert post(dedication=kind, dedicated_to="Rosa Field").status_code == 303
    donation = Donation.objects.get()
    assert (donation.dedication, donation.dedicated_to) == (kind, "Rosa Field")
    for part in receipt(stage, donation):
        assert f"{said} Rosa Field" in part


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"dedication": "honour"}, "in whose honour or memory"),
        ({"dedicated_to": "Rosa"}, "whether it is in honour or in memory"),
        ({"dedicated_to": "R" * 121, "dedication": "honour"}, "at most 120"),
        ({"named": "on"}, "the name that shall be shown"),
    ],
    ids=str,
)
def test_half_of_what_belongs_together_is_asked_for_and_the_rest_stays(
    stage: Stage, typed: dict[str, str], said: str
) -> None:
    page = post(**typed, message="For the boats")
    assert page.status_code == 422
    assert said in text(page)
    assert 'value="For the boats"' in page.content.decode()
    assert '<details class="more" open>' in page.content.decode()
    assert Donation.objects.count() == 0


def test_dedication_without_a_name_is_refused_by_the_database(stage: Stage) -> None:
    donation = stage.begin()
    with pytest.raises(IntegrityError), transaction.atomic():
        Donation.objects.filter(pk=donation.pk).update(dedication="honour")


def test_receipt_is_made_out_to_the_organisation_and_the_public_sees_it_only_if_asked(
    stage: Stage,
) -> None:
    post(name="Sam Field", organisation="Field & Sons", message="Well done")
    donation = Donation.objects.get()
    assert (donation.name, donation.organisation) == ("Sam Field", "Field & Sons")
    assert (donation.shown_name, donation.is_anonymous) == ("", True)
    body, html = receipt(stage, donation)
    assert "From: Field & Sons" in body
    assert "Field &amp; Sons" in html
    for part in (body, html):
        assert "Well done" not in part, "a message is for the newsroom"
        assert "Sam Field" not in part


def test_receipt_names_who_gave_even_where_nobody_else_may_know(stage: Stage) -> None:
    post(name="Sam Field")
    donation = Donation.objects.get()
    assert donation.shown_name == ""
    assert "From: Sam Field" in receipt(stage, donation)[0]
    assert "Sam Field" not in get(f"/give/thanks/{donation.reference}/").content.decode()


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ({"name": "Sam", "named": "on"}, "Sam"),
        ({"organisation": "Field & Sons", "named": "on"}, "Field & Sons"),
        ({"name": "Sam", "organisation": "Field & Sons", "named": "on"}, "Field & Sons"),
    ],
    ids=str,
)
def test_name_that_is_shown_is_the_givers(stage: Stage, typed: dict[str, str], shown: str) -> None:
    assert post(**typed).status_code == 303
    assert Donation.objects.get().shown_name == shown


# In which language ------------------------------------------------------------------------------


def test_receipt_comes_in_the_language_that_was_chosen_and_the_page_stays_in_its_own(
    stage: Stage,
) -> None:
    assert 'value="en" lang="en" selected' in get().content.decode()
    post(receipt_language="ar", dedication="memory", dedicated_to="Rosa")
    donation = Donation.objects.get()
    assert (donation.language, donation.receipt_language) == ("en", "ar")
    body, html = receipt(stage, donation)
    assert 'lang="ar" dir="rtl"' in html
    assert "Rosa" in body
    assert "In memory of" not in body + html


def test_receipt_in_a_language_that_there_is_not_comes_in_the_pages(stage: Stage) -> None:
    post("/ar/give/confirm/", receipt_language="xx")
    assert Donation.objects.get().receipt_language == "ar"


def test_receipt_names_the_campaign_even_where_it_has_no_words_in_its_language(
    stage: Stage,
) -> None:
    post(receipt_language="ar", campaign=stage.campaign().slug)
    assert "Flood reporting" in receipt(stage, Donation.objects.get())[0]


# In which currency ------------------------------------------------------------------------------


@pytest.fixture
def several(settings: Settings) -> None:
    settings.BROADSHEET = replace(
        settings.BROADSHEET,
        currencies=("EUR", "JPY"),
        suggested_gifts=("EUR 8 16.50",),
    )


def page_of(ident: str) -> str:
    document = GiveKind().render(ident)
    assert document
    return document.body.decode()


def test_each_currency_has_its_giving_page_with_its_own_amounts(
    several: None, stage: Stage
) -> None:
    kind = GiveKind()
    assert {"en", "en/EUR", "ar/JPY"} <= set(kind.idents())
    assert kind.path("ar/EUR") == "/ar/give/eur/"
    euros, yen = page_of("en/EUR"), page_of("en/JPY")
    assert re.findall(r'name="amount" value="([^"]+)"', euros) == ["8.00", "16.50"]
    assert 'name="currency" value="EUR"' in euros
    assert 'href="/give/" ' not in euros or "USD" in euros
    assert re.findall(r'name="amount" value="([^"]+)"', yen) == ["1000", "2500", "5000", "10000"]
    assert 'href="/ar/give/eur/"' in page_of("ar/JPY")
    assert kind.render("en/GBP") is None
    assert kind.render("en/USD") is None, "the newsroom's own currency has the first address"
    assert len(gzip.compress(euros.encode())) < 12_000, "with all styles, as it is sent"


def test_giving_page_of_one_currency_asks_for_none(stage: Stage) -> None:
    assert 'class="currencies"' not in page_of("en")


@pytest.mark.parametrize(
    ("currency", "typed", "gift"),
    [
        ("EUR", "25,50", Money(2550, "EUR")),
        ("JPY", "1.000", Money(1000, "JPY")),
        ("GBP", "25", Money(2500, "USD")),
        ("", "25", Money(2500, "USD")),
    ],
)
def test_gift_is_in_the_currency_of_its_page_where_that_is_taken(
    several: None, stage: Stage, currency: str, typed: str, gift: Money
) -> None:
    page = get(currency=currency, amount=typed)
    assert f'name="currency" value="{gift.currency}"' in page.content.decode()
    assert f"Amount in {gift.currency}" in text(page)
    assert post(currency=currency, amount=typed, covers_fees="on").status_code == 303
    assert Donation.objects.get().gift == gift


def test_campaign_is_given_to_in_its_own_currency(several: None, stage: Stage) -> None:
    campaign = stage.campaign(currency="EUR")
    assert post(campaign=campaign.slug, currency="JPY").status_code == 303
    assert Donation.objects.get().gift == Money(2500, "EUR")


@pytest.mark.parametrize(
    ("typed", "said"), [("99", "smallest gift that can be taken is ¥100"), ("10,5", "digits")]
)
def test_m3_limits_are_told_in_the_gifts_currency(
    several: None, stage: Stage, typed: str, said: str
) -> None:
    assert said in text(post(currency="JPY", amount=typed))


# Going back -------------------------------------------------------------------------------------


def test_k1_page_that_somebody_goes_back_to_is_the_one_they_had(stage: Stage) -> None:
    """A browser shows a kept page with its nonce again; asked anew it would mint another one."""
    assert get().headers["Cache-Control"] == "private, no-cache"
    answered = post(email="nothing")
    assert answered.headers["Cache-Control"] == "no-store", "it shows what somebody typed"
    assert 'method="post" action="?sent"' in get().content.decode(), "and not forgotten by posting"
