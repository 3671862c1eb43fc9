"""Funding's pages of the edition: giving, campaigns, meters; in each language, and each only where it may be."""

from __future__ import annotations

import datetime as dt
import gzip

from pytest_django import Settings

from broadsheet.funding.actions.campaigns import Words, create_campaign
from broadsheet.funding.models import Campaign, CampaignText
from broadsheet.funding.queries import open_campaigns
from broadsheet.funding.views.kinds import CampaignKind, GiveKind, campaign_lists, text_lists
from broadsheet.kit import clock
from broadsheet.kit.money import Money
from stage import Stage

LARGEST = 14_000
"""Bytes of the giving page as it is sent: it arrives in the first round trip (RFC 6928)."""


def campaign(slug: str = "floods", *codes: str, days: int = 1) -> Campaign:
    now = clock.now()
    return create_campaign(
        slug=slug,
        goal=Money(1_000_000, "USD"),
        starts_at=now + dt.timedelta(days=days - 2),
        ends_at=now + dt.timedelta(days=days),
        texts={code: Words(f"Floods {code}", "Boats.") for code in codes or ("en",)},
        by="test",
    )


def body(kind: GiveKind | CampaignKind, ident: str) -> str:
    document = kind.render(ident)
    assert document
    return document.body.decode()


def test_giving_page_has_one_document_a_language_with_amounts_and_campaigns(stage: Stage) -> None:
    campaign()
    kind = GiveKind()
    assert {"en", "ar"} <= set(kind.idents())
    page = body(kind, "en")
    assert 'action="/give/confirm/"' in page
    assert "Floods en" in page
    assert 'dir="rtl"' in body(kind, "ar")
    assert kind.path("ar") == "/ar/give/"
    assert list(kind.born_of({"list:campaigns-open/en"})) == []
    assert len(gzip.compress(page.encode())) < LARGEST


def test_giving_page_where_nobody_takes_gifts_says_so(db: None, settings: Settings) -> None:
    import dataclasses

    settings.BROADSHEET = dataclasses.replace(settings.BROADSHEET, processor="none")
    assert "Gifts cannot be taken at present" in body(GiveKind(), "en")


def test_campaign_and_meter_exist_in_the_languages_it_has_words_in(db: None) -> None:
    made = campaign("floods", "en", "ar")
    pages, meters = CampaignKind("campaign"), CampaignKind("meter")
    assert list(pages.idents()) == [f"{made.pk}/ar", f"{made.pk}/en"]
    assert pages.path(f"{made.pk}/ar") == "/ar/campaigns/floods/"
    assert meters.path(f"{made.pk}/ar") == "/ar/campaigns/floods/meter.svg"
    assert "Floods en" in body(pages, f"{made.pk}/en")
    assert "<svg" in body(meters, f"{made.pk}/ar")
    for none in (f"{made.pk}/xx", f"{made.pk + 1}/en"):
        assert pages.render(none) is None
        assert pages.path(none) is None
    born = set(pages.born_of({f"list:campaign-texts/{made.pk}", "list:other"}))
    assert {f"{made.pk}/en", f"{made.pk}/ar"} <= born


def test_campaign_stands_in_the_list_of_those_that_run_only_while_it_runs(db: None) -> None:
    running, over = campaign("floods", "en", "ar"), campaign("old", days=-1)
    assert [key for key, _ in campaign_lists(running)] == [
        "list:campaigns-open/ar",
        "list:campaigns-open/en",
    ]
    assert list(campaign_lists(over)) == []
    text = CampaignText.objects.get(campaign=over)
    assert list(text_lists(text)) == [(f"list:campaign-texts/{over.pk}", "en")]
    assert [view.campaign for view in open_campaigns("en")] == [running]
