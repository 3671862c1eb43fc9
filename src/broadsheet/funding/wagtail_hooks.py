"""Where funding stands at the desk: its screens, their entries in the menu, the rights that groups can have."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, include, path, reverse_lazy
from wagtail import hooks
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem

from broadsheet.funding.actions.roles import FUNDRAISERS
from broadsheet.funding.views.staff import (
    byhand,
    campaigns,
    erasing,
    gifts,
    going,
    guarding,
    inbox,
    merging,
    pledges,
    supporters,
    tables,
)

SCREENS = [
    path("supporters/", supporters.index, name="supporters"),
    path("supporters/<slug:key>/", supporters.detail, name="supporter"),
    path("supporters/<slug:key>/merge/", merging.merge, name="supporter-merge"),
    path("supporters/<slug:key>/erase/", erasing.erase, name="supporter-erase"),
    path("supporters/<slug:key>/kept/", erasing.kept, name="supporter-kept"),
    path("merges/<int:number>/undo/", merging.undo, name="merge-undo"),
    path("supporters/<slug:key>/note/", supporters.note, name="supporter-note"),
    path("statements/<slug:key>/", supporters.statement, name="yearly-statement"),
    path("gifts/", gifts.index, name="gifts"),
    path("gifts/<slug:reference>/", gifts.detail, name="gift"),
    path("gifts/<slug:reference>/refund/", gifts.refund, name="gift-refund"),
    path("gifts/<slug:reference>/receipt/", gifts.receipt, name="gift-receipt"),
    path("gifts/<slug:reference>/give-up/", gifts.give_up, name="gift-give-up"),
    path("refunds/<int:number>/", gifts.decide, name="refund-decide"),
    path("going/", going.index, name="going"),
    path("going/<slug:name>.csv", going.table, name="going-table"),
    path("tables/<slug:name>.csv", tables.export, name="table"),
    path("pledges/", pledges.index, name="pledges"),
    path("pledges/<slug:key>/", pledges.detail, name="pledge"),
    path("pledges/<slug:key>/change/", pledges.change, name="pledge-change"),
    path("campaigns/", campaigns.index, name="campaigns"),
    path("new-campaign/", campaigns.create, name="campaign-new"),
    path("campaigns/<slug:slug>/", campaigns.detail, name="campaign"),
    path("campaigns/<slug:slug>/change/", campaigns.change, name="campaign-change"),
    path("campaigns/<slug:slug>/fund/", campaigns.fund, name="fund"),
    path("campaigns/<slug:slug>/update/", campaigns.update, name="update"),
    path("funds/<int:number>/end/", campaigns.end_fund, name="fund-end"),
    path("by-hand/", byhand.index, name="by-hand"),
    path("by-hand/expect/", byhand.expect, name="expect"),
    path("by-hand/statement/", byhand.statement, name="statement"),
    path("by-hand/lines/<int:number>/match/", byhand.match, name="line-match"),
    path("by-hand/lines/<int:number>/aside/", byhand.aside, name="line-aside"),
    path("guard/", guarding.index, name="guard"),
    path("guard/raise/", guarding.trip, name="guard-raise"),
    path("guard/release/", guarding.release, name="guard-release"),
    path("events/", inbox.index, name="events"),
    path("events/<int:number>/", inbox.detail, name="event"),
    path("events/<int:number>/replay/", inbox.replay, name="event-replay"),
]


class Entry(MenuItem):
    """An entry that only those see who have its right."""

    def __init__(self, label: str, name: str, right: str, icon: str, order: int) -> None:
        self.right = f"funding.{right}"
        url = reverse_lazy(f"funding_staff:{name}")
        super().__init__(label, url, name=f"funding-{name}", icon_name=icon, order=order)

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(self.right))


class Money(SubmenuMenuItem):
    """The entries about money together; without one that is seen it is not there either."""


@hooks.register("register_admin_urls")
def register_screens() -> list[URLPattern | URLResolver]:
    return [path("money/", include((SCREENS, "funding_staff")))]


@hooks.register("register_admin_menu_item")
def register_menu() -> Any:
    entries = [
        Entry("Supporters", "supporters", "view_supporter", "group", 100),
        Entry("Gifts", "gifts", "view_donation", "pick", 200),
        Entry("Monthly and yearly", "pledges", "view_pledge", "rotate", 210),
        Entry("How giving is going", "going", "see_amounts", "table", 220),
        Entry("Campaigns", "campaigns", "view_campaign", "snippet", 225),
        Entry("By hand and bank", "by-hand", "change_bankline", "doc-full", 250),
        Entry("Guard", "guard", "view_breaker", "warning", 275),
        Entry("Processors’ events", "events", "view_inboxevent", "history", 300),
    ]
    return Money("Support", Menu(None, items=entries), icon_name="group", order=450)


@hooks.register("register_permissions")
def register_rights() -> QuerySet[Permission]:
    """What an administrator can give to groups."""
    ours = Permission.objects.filter(content_type__app_label="funding")
    return ours.filter(codename__in=FUNDRAISERS)
