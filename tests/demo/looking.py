"""A program that says as JSON what a demo newsroom consists of: `looking.py DIR`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from broadsheet.project.cli.opening import open_desk


def look() -> dict[str, Any]:
    """What is in it; instants in ISO 8601, money in minor units."""
    from django.db.models import F, Max, Min, Sum
    from wagtail.models import Page

    from broadsheet.funding.choices import DonationState
    from broadsheet.funding.models import Campaign, Donation, LedgerEntry, LedgerTransaction
    from broadsheet.newsroom.models import Article, FrontPage, StaticPage

    dated = Article.objects.order_by("first_published_at")
    oldest, newest = dated[0], dated.reverse()[0]
    budget = Article.objects.get(slug="budget-gap-explained")
    arabic = Article.objects.get(slug="night-clinic-closes", locale__language_code="ar")
    sami = arabic.bylines.get().author
    campaign = Campaign.objects.get()
    return {
        "live stories": [
            Article.objects.filter(live=True, locale__language_code=code).count()
            for code in ("en", "ar")
        ],
        "empty stories": Article.objects.filter(body=[]).count(),
        "live static pages": StaticPage.objects.filter(live=True).count(),
        "pages that are not live": Page.objects.filter(depth__gt=1, live=False).count(),
        "fronts": list(FrontPage.objects.values_list("title", flat=True)),
        "newest": [newest.address, newest.first_published_at.isoformat()],
        "oldest": oldest.first_published_at.isoformat(),
        "stories published twice": dated.exclude(last_published_at=F("first_published_at")).count(),
        "bylines of the newest": [byline.name for byline in newest.bylines.all()],
        "guests": sorted(
            Article.objects.filter(bylines__guest__gt="").values_list("slug", flat=True)
        ),
        "the newest links to the budget": f'<a linktype="page" id="{budget.pk}">'
        in str(newest.body.raw_data),
        "a translation": arabic.get_translation(budget.locale).slug,
        "its author": [sami.name, sami.portrait is not None],
        "campaign": f"/campaigns/{campaign.slug}/",
        "its words": sorted(words.language for words in campaign.texts.all()),
        "its money": [campaign.goal_minor, campaign.total.gifts_minor, campaign.total.gifts],
        "its phase": campaign.phase,
        "settled gifts": Donation.objects.filter(state=DonationState.SETTLED).count(),
        "the ledger's sum": LedgerEntry.objects.aggregate(sum=Sum("minor"))["sum"],
        "booked from and to": [
            each.isoformat()
            for each in LedgerTransaction.objects.aggregate(
                Min("occurred_at"), Max("occurred_at")
            ).values()
        ],
    }


if __name__ == "__main__":
    open_desk(Path(sys.argv[1]))
    sys.stdout.write(json.dumps(look()))
