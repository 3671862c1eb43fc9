"""The pages a supporter goes through: K1, M5, T5, A7, D7, and that a mistake costs nothing typed."""

from __future__ import annotations

import datetime as dt
import gzip
import re
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.apps import apps
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from broadsheet.funding.choices import AccountState, ProcessorKind
from broadsheet.funding.errors import BadAmount
from broadsheet.funding.models import Attempt, Donation, ProcessorAccount, Supporter
from broadsheet.kit import clock
from broadsheet.kit.models import AuditEntry, Change
from stage import Stage

CONFIRM = "/give/confirm/"
ORIGIN = {"Origin": "http://testserver"}
LARGEST = 14_000
"""Bytes of a page as it is sent: it arrives in the first round trip (RFC 6928)."""


def get(path: str = CONFIRM, **said: str) -> HttpResponse:
    response = Client().get(path, said)
    assert isinstance(response, HttpResponse)
    return response


def nonce(page: HttpResponse | None = None) -> str:
    found = re.search(r'name="nonce" value="([^"]+)"', (page or get()).content.decode())
    assert found
    return found[1]


def post(headers: dict[str, str] | None = None, **typed: str) -> HttpResponse:
    data = {"nonce": "fresh", "amount": "25", "email": "sam@example.org", **typed}
    if data["nonce"] == "fresh":
        data["nonce"] = nonce()
    response = Client().post(CONFIRM, data, headers=ORIGIN if headers is None else headers)
    assert isinstance(response, HttpResponse)
    return response


def text(page: HttpResponse) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def value(page: HttpResponse, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', page.content.decode())
    assert found, name
    return found[1]


# What a GET does ------------------------------------------------------------------------------


def test_a7_get_creates_nothing_and_asks_nobody(stage: Stage) -> None:
    donation = stage.give()
    stage.sandbox.calls.clear()
    before = rows()
    for _ in range(3):
        get(amount="25", campaign="x", other="7")
        Client().head(CONFIRM)
        stage.thanks(donation)
        get("/give/thanks/nothing/")
    assert rows() == before
    assert stage.sandbox.calls == []


def rows() -> dict[str, int]:
    ours = [*apps.get_app_config("funding").get_models(), AuditEntry, Change]
    return {model.__name__: model._default_manager.count() for model in ours}


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_confirm_knows_no_other_method(stage: Stage, method: str) -> None:
    assert getattr(Client(), method)(CONFIRM).status_code == 405


def test_confirm_takes_amount_campaign_and_story_from_the_link(stage: Stage) -> None:
    campaign = stage.campaign()
    page = get(amount="25", campaign=campaign.slug, **{"from": "/2026/11/river/"})
    assert "$25" in text(page)
    assert "Flood reporting" in text(page)
    assert value(page, "origin") == "/2026/11/river/"
    assert post(campaign=campaign.slug, origin="/2026/11/river/").status_code == 303
    donation = Donation.objects.get()
    assert (donation.campaign, donation.origin) == (campaign, "/2026/11/river/")


def test_confirm_offers_to_cover_fees_only_where_there_are_some(stage: Stage) -> None:
    assert "Add $" in text(get(amount="25"))
    stage.account.fee_rate_bp, stage.account.fee_fixed = 0, {}
    stage.account.save()
    page = get(amount="25")
    assert "$25" in text(page)
    assert "covers_fees" not in page.content.decode()


@pytest.mark.parametrize(
    ("referer", "origin"),
    [
        ("http://testserver/2026/11/river/", "/2026/11/river/"),
        ("http://testserver/give/?from=/2026/11/river/", "/2026/11/river/"),
        ("https://elsewhere.example/x", ""),
        ("http://[", ""),
        ("nonsense", ""),
    ],
)
def test_confirm_learns_the_page_before_it_from_the_browser(
    stage: Stage, referer: str, origin: str
) -> None:
    page = Client().get(CONFIRM, {"amount": "25"}, headers={"Referer": referer})
    assert value(page, "origin") == origin


@pytest.mark.parametrize(
    "origin", ["//evil.example/", "https://evil.example/", "x", "/" + "x" * 300]
)
def test_confirm_origin_that_is_no_page_of_ours_is_left_out(stage: Stage, origin: str) -> None:
    assert post(origin=origin).status_code == 303
    assert Donation.objects.get().origin == ""


# Who may post ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://testserver"}, 303),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 303),
        ({}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://testserver.evil.example"}, 403),
        ({"Origin": "http://["}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Referer": "http://testserver/give/confirm/"}, 403),
    ],
)
def test_confirm_post_must_come_from_our_page(
    stage: Stage, headers: dict[str, str], status: int
) -> None:
    page = post(headers)
    assert page.status_code == status
    assert Donation.objects.count() == (1 if status == 303 else 0)
    if status == 403:
        assert "was not sent from our page" in text(page)


@pytest.mark.parametrize("bad", ["", "x", "1.2.3", "1.2.\u00e9", "9" * 300])
def test_confirm_nonce_that_we_did_not_mint_begins_nothing_and_keeps_what_was_typed(
    stage: Stage, bad: str
) -> None:
    page = post(nonce=bad, message="For the boats")
    assert page.status_code == 422
    assert "Please look at it and confirm once more" in text(page)
    assert (value(page, "message"), value(page, "email")) == ("For the boats", "sam@example.org")
    assert Donation.objects.count() == 0
    assert post(nonce=nonce(page)).status_code == 303


def test_confirm_nonce_altered_or_of_another_key_is_refused(
    stage: Stage, settings: Settings
) -> None:
    good = nonce()
    stamp, core, mark = good.split(".")
    for bad in (f"{int(stamp) + 1}.{core}.{mark}", f"{stamp}.{core[::-1]}.{mark}", good[:-1]):
        assert post(nonce=bad).status_code == 422
    settings.SECRET_KEY = "another"
    assert post(nonce=good).status_code == 422


@pytest.mark.parametrize(
    ("minutes", "status"), [(-4, 303), (-6, 422), (11 * 60, 303), (12 * 60 + 1, 422)]
)
def test_t5_nonce_bears_a_clock_that_is_set_back_a_little_and_lives_half_a_day(
    stage: Stage, minutes: int, status: int
) -> None:
    good = nonce()
    with time_machine.travel(clock.now() + dt.timedelta(minutes=minutes)):
        assert post(nonce=good).status_code == status


def test_k1_nonce_used_again_for_the_same_gift_leads_to_the_same_checkout(stage: Stage) -> None:
    same = nonce()
    first, second = post(nonce=same), post(nonce=same)
    assert first["Location"] == second["Location"] == Attempt.objects.get().checkout_url


@pytest.mark.parametrize(
    "change",
    [
        {"amount": "26"},
        {"email": "other@example.org"},
        {"covers_fees": "on"},
        {"message": "Another one"},
        {"named": "on", "name": "Sam"},
    ],
    ids=str,
)
def test_k1_nonce_used_again_for_a_changed_gift_asks_once_more(
    stage: Stage, change: dict[str, str]
) -> None:
    """Back, changed, sent: never the old gift under the new words, least of all a name that was taken off."""
    same = nonce()
    post(nonce=same)
    page = post(nonce=same, **change)
    assert page.status_code == 422
    assert "You changed something" in text(page)
    assert Donation.objects.count() == 1
    assert post(nonce=nonce(page), **change).status_code == 303
    assert Donation.objects.count() == 2


def test_confirm_where_nobody_takes_gifts_says_so_and_begins_nothing(
    stage: Stage, settings: Settings
) -> None:
    good = nonce()
    settings.BROADSHEET = replace(settings.BROADSHEET, processor="none")
    assert "Gifts cannot be taken at present" in text(get(amount="25"))
    page = post(nonce=good)
    assert page.status_code == 503
    assert Donation.objects.count() == 0


def test_begin_donation_refuses_amounts_that_no_form_let_through(stage: Stage) -> None:
    with pytest.raises(BadAmount, match="too_small"):
        stage.begin(99)
    with pytest.raises(BadAmount, match="currency: XTS"):
        stage.begin(2500, currency="XTS")


# What may be typed ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "minor"),
    [
        ("25", 2500),
        ("25.50", 2550),
        ("25,50", 2550),
        ("1.234,56", 123456),
        ("1,234.56", 123456),
        ("1\u00a0234,56", 123456),
        ("1\u202f234", 123400),
        ("٢٥٫٥٠", 2550),
        ("۲۵", 2500),
        ("1", 100),
        ("999999", 99999900),
    ],
)
def test_m5_amount_is_understood_as_it_is_usually_written(
    stage: Stage, typed: str, minor: int
) -> None:
    assert post(amount=typed).status_code == 303
    assert Donation.objects.get().gift_minor == minor


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Please fill in this field."),
        ("-5", "in digits, for example 25 or 25.50"),
        ("+5", "in digits"),
        ("1e3", "in digits"),
        ("NaN", "in digits"),
        ("Infinity", "in digits"),
        ("0x19", "in digits"),
        ("1.2.3,4", "in digits"),
        ("twenty", "in digits"),
        ("25 dollars", "in digits"),
        ("25.9999", "in digits"),
        ("\u2155", "in digits"),
        ("0", "The smallest gift that can be taken is $1"),
        ("0.99", "The smallest gift that can be taken is $1"),
        ("1000000", "The largest gift that can be taken at once is $999,999.99"),
        ("9" * 12, "The largest gift"),
        ("9" * 30, "lease write"),
        ("9" * 50, "at most 40 characters"),
    ],
)
def test_m5_amount_that_cannot_be_taken_is_said_in_words_and_nothing_is_lost(
    stage: Stage, typed: str, said: str
) -> None:
    page = post(amount=typed, message="For the boats", named="on", name="Sam")
    assert page.status_code == 422
    assert said in text(page)
    assert (value(page, "message"), value(page, "name")) == ("For the boats", "Sam")
    assert 'name="named" checked' in page.content.decode()
    assert value(page, "amount") == typed
    assert Donation.objects.count() == 0
    if typed:
        assert said in text(get(amount=typed)) or "40" in said, "a link is told the same"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"email": ""}, "Please fill in this field."),
        ({"email": "sam"}, "such as name@example.org"),
        ({"email": "sam@example.org\nBcc: all@example.org"}, "such as name@example.org"),
        ({"named": "on", "name": ""}, "the name that shall be shown"),
        ({"message": "x" * 501}, "at most 500 characters"),
    ],
    ids=str,
)
def test_confirm_what_is_wrong_is_said_beside_its_field(
    stage: Stage, typed: dict[str, str], said: str
) -> None:
    page = post(**typed)
    assert (page.status_code, Donation.objects.count()) == (422, 0)
    assert said in text(page)
    assert "aria-invalid" in page.content.decode()


@pytest.mark.parametrize("slug", ["gone", "a b", "\u00e9", "x" * 400])
def test_confirm_campaign_that_does_not_run_never_holds_a_gift_up(stage: Stage, slug: str) -> None:
    """The field is hidden: whoever comes by an old link could not mend it."""
    for page in (get(amount="25", campaign=slug), post(campaign=slug)):
        assert "takes no gifts now" in text(page)
        assert value(page, "campaign") == ""
        assert post(nonce=nonce(page), campaign="").status_code == 303
    assert set(Donation.objects.values_list("campaign", flat=True)) == {None}


def test_confirm_link_with_a_zero_byte_is_a_link_like_others(stage: Stage) -> None:
    assert get(amount="25\x00", campaign="\x00", **{"from": "/\x00"}).status_code == 200


def test_t1_campaign_ends_at_its_instant_whether_the_clock_turned_it_or_not(stage: Stage) -> None:
    ends = clock.now() + dt.timedelta(hours=1)
    campaign = stage.campaign(ends_at=ends)
    before, after = ends - dt.timedelta(seconds=1), ends
    with time_machine.travel(before, tick=False):
        assert post(campaign=campaign.slug).status_code == 303
    with time_machine.travel(after, tick=False):
        assert "takes no gifts now" in text(post(campaign=campaign.slug))
    assert campaign.phase == "open", "nobody turned it"


def test_supporter_is_one_whatever_the_case_of_the_address(stage: Stage) -> None:
    for address in ("Sam@Example.org", "sam@example.org ", "SAM@EXAMPLE.ORG"):
        assert post(email=address).status_code == 303
    assert Supporter.objects.get().email == "sam@example.org"


def test_a8_known_and_unknown_addresses_get_the_same_answer(stage: Stage) -> None:
    """Nobody learns from the page whether somebody gave before."""
    stage.give(email="known@example.org")
    known, unknown = post(email="known@example.org"), post(email="unknown@example.org")
    assert known.status_code == unknown.status_code
    assert set(known.headers) == set(unknown.headers)
    pages = [text(get(f"/give/thanks/{reference}/")) for reference in ("a" * 20, "b" * 20)]
    assert pages[0].replace("a" * 20, "") == pages[1].replace("b" * 20, "")


# When the processor is away ------------------------------------------------------------------


def test_confirm_processor_that_is_away_costs_nothing_and_the_same_click_goes_on(
    stage: Stage,
) -> None:
    same = nonce()
    stage.sandbox.is_away = True
    page = post(nonce=same, message="For the boats")
    assert page.status_code == 503
    assert "Nothing was charged" in text(page)
    assert "Try again" in text(page)
    assert nonce(page) == same
    stage.sandbox.is_away = False
    assert post(nonce=same, message="For the boats").status_code == 303
    assert Attempt.objects.count() == 1


def test_first_gift_of_a_newsroom_waits_for_nobody_to_open_an_account(stage: Stage) -> None:
    ProcessorAccount.objects.all().delete()
    page = get(amount="25")
    assert "Gifts cannot be taken at present" not in text(page)
    assert ProcessorAccount.objects.count() == 0
    assert post(nonce=nonce(page)).status_code == 303
    account = ProcessorAccount.objects.get()
    ProcessorAccount.objects.update(state=AccountState.DRAINING)
    assert "Gifts cannot be taken at present" in text(get(amount="25"))
    assert account.kind == ProcessorKind.SANDBOX


def test_confirm_without_a_processor_says_so(stage: Stage, settings: Settings) -> None:
    settings.BROADSHEET = replace(settings.BROADSHEET, processor="none")
    page = Client().get(CONFIRM)
    assert "Gifts cannot be taken at present" in text(page)
    assert 'name="nonce"' not in page.content.decode()


# What the pages are ---------------------------------------------------------------------------


def pages(stage: Stage) -> dict[str, HttpResponse]:
    """Each page that funding answers itself, in each of its states."""
    paid, open_, lapsed = (stage.begin(email=f"{name}@example.org") for name in "abc")
    unopened, slow = stage.begin(email="d@example.org"), stage.give(2500, "delay", email="e@x.org")
    stage.press(stage.open(paid), "pay")
    stage.open(open_)
    stage.sandbox.processor.expire(stage.sandbox.processor.session(stage.open(lapsed).checkout_id))
    stage.settle()
    thanks = {
        name: get(f"/give/thanks/{donation.reference}/")
        for name, donation in {
            "Thank you": paid,
            "Your gift is not complete yet": open_,
            "Your gift was not completed": lapsed,
            "The checkout did not open": unopened,
            "Your gift is being confirmed": slow,
        }.items()
    }
    return thanks | {
        "There is no such gift": get("/give/thanks/none/"),
        "Confirm your gift": get(amount="25", campaign=stage.campaign().slug),
        "Please fill in": post(email=""),
        "was not sent from our page": post({}),
    }


def test_d7_pages_load_nothing_from_elsewhere_set_no_cookie_and_are_small(stage: Stage) -> None:
    for said, page in pages(stage).items():
        body = page.content.decode()
        assert said in text(page)
        assert page.cookies == {}
        assert "Set-Cookie" not in page.headers
        assert len(gzip.compress(page.content)) < LARGEST
        assert "<script" not in body
        assert not re.search(r"\son\w+=", body)
        loaded = re.findall(r'(?:src|srcset|data|poster)="([^"]+)"', body)
        loaded += re.findall(r'<link(?![^>]*alternate)[^>]* href="([^"]+)"', body)
        assert [target for target in loaded if "//" in target] == []
        assert page["Cache-Control"] in ("no-store", "private, no-cache")
        assert 'name="robots" content="noindex"' in body


def test_d7_policy_allows_our_own_and_the_processors_checkout_and_nobody_else(stage: Stage) -> None:
    checkout = f"http://testserver:{stage.port}"
    for page in pages(stage).values():
        leads_on = page.wsgi_request.path == "/give/confirm/"  # type: ignore[attr-defined]
        policy = dict(
            part.strip().partition(" ")[::2] for part in page["Content-Security-Policy"].split(";")
        )
        assert policy["default-src"] == "'none'"
        assert policy["form-action"] == (f"'self' {checkout}" if leads_on else "'self'")
        assert policy["frame-ancestors"] == "'none'"
        assert "script-src" not in policy
        assert page["Referrer-Policy"] == "same-origin"
    assert Attempt.objects.exclude(checkout_url="")[0].checkout_url.startswith(checkout)


def test_thanks_page_looks_again_by_itself_only_while_something_may_change(stage: Stage) -> None:
    again = {said: "Refresh" in page.headers for said, page in pages(stage).items()}
    assert {said for said, looks in again.items() if looks} == {
        "Your gift is not complete yet",
        "The checkout did not open",
        "Your gift is being confirmed",
    }
    with time_machine.travel(clock.now() + dt.timedelta(hours=2)):
        donation = Donation.objects.filter(state="pending")[0]
        assert "Refresh" not in get(f"/give/thanks/{donation.reference}/").headers


def test_thanks_page_of_a_lapsed_gift_leads_to_the_same_gift_anew(stage: Stage) -> None:
    campaign = stage.campaign()
    donation = stage.begin(2550, campaign=campaign, origin="/2026/11/river/")
    stage.sandbox.processor.expire(
        stage.sandbox.processor.session(stage.open(donation).checkout_id)
    )
    stage.settle()
    page = get(f"/give/thanks/{donation.reference}/")
    found = re.search(r'href="(/give/confirm/[^"]*)"', page.content.decode())
    assert found
    asked = parse_qs(urlsplit(found[1].replace("&amp;", "&")).query)
    assert asked == {
        "amount": ["25.50"],
        "currency": ["USD"],
        "campaign": ["floods"],
        "from": ["/2026/11/river/"],
    }


def test_thanks_page_says_no_name_no_address_and_no_key(stage: Stage) -> None:
    donation = stage.give(name="Samira Bell", is_anonymous=False, message="Private words")
    stage.settle()
    body = get(f"/give/thanks/{donation.reference}/").content.decode()
    attempt = donation.attempts.get()
    for secret in ("sam@example.org", "Samira", "Private", attempt.idempotency_key):
        assert secret not in body


def test_confirm_in_arabic_is_right_to_left_and_keeps_its_language(stage: Stage) -> None:
    page = Client().get("/ar/give/confirm/", {"amount": "٢٥"})
    body = page.content.decode()
    assert 'lang="ar" dir="rtl"' in body
    data = {"nonce": nonce(page), "amount": "٢٥", "email": "sam@example.org"}
    answer = Client().post("/ar/give/confirm/", data, headers=ORIGIN)
    assert answer.status_code == 303
    assert Donation.objects.get().language == "ar"
    session = stage.sandbox.processor.session(Attempt.objects.get().checkout_id)
    assert session["success_url"].startswith("http://testserver/ar/give/thanks/")
    assert 'dir="rtl"' in stage.web.get(f"/checkout/{session['id']}/").text
