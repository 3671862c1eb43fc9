"""Funding's pages of the edition: the giving page, campaigns and their meters, one of each per language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from babel.core import Locale
from babel.dates import format_date, format_time
from django.conf import settings

from broadsheet.funding.choices import Phase
from broadsheet.funding.models import (
    Campaign,
    CampaignText,
    CampaignTotal,
    CampaignUpdate,
    MatchingFund,
)
from broadsheet.funding.queries import (
    CampaignView,
    accepted_currencies,
    campaign_path,
    campaign_updates,
    campaign_view,
    gifts_to_choose,
    matching_funds,
    open_campaigns,
    progress,
)
from broadsheet.kit.money import Money, exponent
from broadsheet.kit.public import Document, Membership, language_prefix, register_kind, watch
from broadsheet.theme.documents import Head, html_document, html_text

METER_HEADERS = (
    ("cache-control", "public, max-age=60"),
    ("cross-origin-resource-policy", "cross-origin"),
    ("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox"),
)
"""A meter may stand on other sites' pages, and is a minute old at most."""


def register() -> None:
    """Tell the press of our documents and of the models behind them."""
    watch(Campaign, lists=campaign_lists)
    watch(CampaignText, lists=text_lists, dependants=lambda text: [f"{CAMPAIGN}{text.campaign_id}"])
    watch(CampaignTotal)
    watch(MatchingFund, lists=fund_lists)
    watch(CampaignUpdate, lists=update_lists)
    for kind in (GiveKind(), CampaignKind("campaign"), CampaignKind("meter")):
        register_kind(kind)


CAMPAIGN = "funding.campaign:"


def campaign_lists(campaign: Campaign) -> Iterator[Membership]:
    """The lists a campaign stands in: those of campaigns that run, one for each of its languages."""
    if campaign.phase == Phase.OPEN:
        texts = CampaignText.objects.filter(campaign=campaign)
        for language, title in texts.values_list("language", "title"):
            yield f"list:campaigns-open/{language}", f"{campaign.starts_at.isoformat()} {title}"


def text_lists(text: CampaignText) -> Iterator[Membership]:
    """The list of a campaign's languages."""
    yield f"list:campaign-texts/{text.campaign_id}", text.language


def fund_lists(fund: MatchingFund) -> Iterator[Membership]:
    """The list of a campaign's sponsors."""
    yield f"list:campaign-funds/{fund.campaign_id}", f"{fund.pk} {fund.sponsor}"


def update_lists(update: CampaignUpdate) -> Iterator[Membership]:
    """The list of what a campaign has told in a language."""
    said = f"{update.published_at.isoformat()} {update.title}"
    yield f"list:campaign-updates/{update.campaign_id}/{update.language}", said


class GiveKind:
    """`/give/`: the ident is the language code; `/give/eur/` and the like `<code>/EUR` for other currencies."""

    name = "give"

    def idents(self) -> Iterable[str]:
        _own, *others = accepted_currencies()
        codes = [code for code, _name in settings.LANGUAGES]
        return [*codes, *(f"{code}/{other}" for code in codes for other in others)]

    def render(self, ident: str) -> Document | None:
        code, _, other = ident.partition("/")
        currencies = accepted_currencies()
        if other and other not in currencies[1:]:
            return None
        currency = other or currencies[0]
        languages = [language for language, _name in settings.LANGUAGES]
        rest = ident.removeprefix(code)
        return html_document(
            "funding/give.html",
            code=code,
            head=Head(
                title=_in(code, "Support us"),
                description=_in(
                    code,
                    "You see everything once more before you pay. This site sets no cookies.",
                ),
                path=self.path(ident),
                alternates=[(each, self.path(f"{each}{rest}")) for each in languages],
            ),
            action=f"{language_prefix(code)}/give/confirm/",
            campaigns=open_campaigns(code),
            currency=currency,
            currencies=[
                (each, self.path(code if each == currencies[0] else f"{code}/{each}"))
                for each in currencies
            ],
            gifts=gifts_to_choose(currency),
            is_taken=settings.BROADSHEET.processor != "none",
        )

    def path(self, ident: str) -> str:
        code, _, other = ident.partition("/")
        below = f"{other.lower()}/" if other else ""
        return f"{language_prefix(code)}/give/{below}"

    def born_of(self, keys: set[str]) -> Iterable[str]:
        return ()


class CampaignKind:
    """A campaign's page or its meter, in each language it has words in: the ident is `<pk>/<code>`."""

    def __init__(self, name: str) -> None:
        self.name = name

    def idents(self) -> Iterator[str]:
        texts = CampaignText.objects.order_by("campaign_id", "language")
        for pk, code in texts.values_list("campaign_id", "language"):
            yield f"{pk}/{code}"

    def render(self, ident: str) -> Document | None:
        view = self._view(ident)
        if view is None:
            return None
        return campaign_document(view) if self.name == "campaign" else meter_document(view)

    def path(self, ident: str) -> str | None:
        view = self._view(ident)
        if view is None:
            return None
        return view.path if self.name == "campaign" else view.meter_path

    def born_of(self, keys: set[str]) -> Iterator[str]:
        """New words in a language bring a page about."""
        for key in keys:
            pk = key.removeprefix("list:campaign-texts/")
            if pk != key:
                for code, _name in settings.LANGUAGES:
                    yield f"{pk}/{code}"

    def _view(self, ident: str) -> CampaignView | None:
        pk, _, code = ident.partition("/")
        return campaign_view(int(pk), code) if code in dict(settings.LANGUAGES) else None


def campaign_document(view: CampaignView) -> Document:
    """A campaign's page."""
    campaign, code = view.campaign, view.text.language
    head = Head(
        title=view.text.title,
        description=view.text.summary,
        path=view.path,
        alternates=[(other, campaign_path(campaign.slug, other)) for other in view.languages],
    )
    return html_document(
        "funding/campaign.html",
        code=code,
        head=head,
        view=view,
        progress=progress(campaign),
        updates=[
            (update, _instant(update.published_at, code, campaign.zone))
            for update in campaign_updates(campaign, code)
        ],
        funds=[_fund(fund, code) for fund in matching_funds(campaign)],
        starts=_instant(campaign.starts_at, code, campaign.zone),
        ends=_instant(campaign.ends_at, code, campaign.zone),
        action=f"{language_prefix(code)}/give/confirm/",
        gifts=gifts_to_choose(campaign.currency),
    )


def _fund(fund: MatchingFund, code: str) -> dict[str, str]:
    """What the page says of a sponsor: `state` is to_come, open, used_up or over; amounts as they are written."""
    state = {Phase.UPCOMING: "to_come", Phase.OPEN: "open", Phase.ENDED: "over"}[
        Phase(fund.phase)  # type: ignore[call-arg]
    ]
    unit = 10 ** exponent(fund.campaign.currency)
    return {
        "state": "used_up" if state != "to_come" and not fund.left.minor else state,
        "sponsor": fund.sponsor,
        "adds": Money(fund.adds * unit, fund.campaign.currency).format(code),
        "per": Money(fund.per * unit, fund.campaign.currency).format(code),
        "most": fund.most.format(code) if fund.most else "",
        "left": fund.left.format(code),
        "cap": fund.cap.format(code),
        "claimed": fund.claimed.format(code),
        "starts": _instant(fund.starts_at, code, fund.campaign.zone),
        "ends": _instant(fund.ends_at, code, fund.campaign.zone),
    }


def meter_document(view: CampaignView) -> Document:
    """A campaign's meter as a drawing whose words a screen reader reads."""
    so_far = progress(view.campaign)
    text = html_text(
        "funding/meter.svg",
        code=view.text.language,
        title=view.text.title,
        progress=so_far,
        width=min(so_far.percent, 100),
    )
    return Document(view.meter_path, text.encode(), "image/svg+xml", headers=METER_HEADERS)


def _instant(moment: dt.datetime, code: str, zone: str) -> str:
    """The day of an instant in a campaign's zone, and the time with the zone."""
    moment = moment.astimezone(ZoneInfo(zone))
    locale = Locale.parse(code, sep="-")
    time = format_time(moment, "short", tzinfo=moment.tzinfo, locale=locale)
    day = format_date(moment, "long", locale=locale)
    return f"{day}, {time} {moment.tzname()}"


def _in(code: str, text: str) -> str:
    from django.utils import translation

    with translation.override(code):
        return translation.gettext(text)
