"""What supporters choose about themselves: whether updates come, whether their name is shown."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Case, F, Value, When

from broadsheet.funding.models import Donation, Pledge, Supporter
from broadsheet.kit import audit


@transaction.atomic
def start_updates(*, supporter: Supporter, by: audit.Actor) -> None:
    """Send this supporter updates of campaigns again."""
    rows = Supporter.objects.filter(pk=supporter.pk).exclude(stopped_updates_at=None)
    if rows.update(stopped_updates_at=None):
        audit.record("supporter.started_updates", supporter, by=by)


@transaction.atomic
def show_name(*, supporter: Supporter, is_shown: bool, by: audit.Actor) -> None:
    """Show the name beside all that a supporter gave and will give, or beside none of it.

    A gift that was given without a name stays anonymous.
    """
    named = Case(When(organisation="", then=F("name")), default=F("organisation"))
    for model in (Donation, Pledge):
        rows = model._default_manager.filter(supporter=supporter)
        if is_shown:
            rows.exclude(name="", organisation="").update(is_anonymous=False, shown_name=named)
        else:
            rows.update(is_anonymous=True, shown_name=Value(""))
    audit.record("supporter.showed_name", supporter, by=by, shown=is_shown)
