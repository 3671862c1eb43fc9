"""Two supporters who are one: what moves is written down, so that they can be taken apart again."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from broadsheet.funding.errors import CareRefused
from broadsheet.funding.models import (
    CampaignTotal,
    Donation,
    Pledge,
    Supporter,
    SupporterMerge,
    SupporterNote,
)
from broadsheet.kit import audit, changes, clock


@transaction.atomic
def merge_supporters(
    *, kept: Supporter, duplicate: Supporter, by: AbstractBaseUser
) -> SupporterMerge:
    """Let `kept` be who `duplicate` is, too: its gifts, pledges, notes and aliases move, its address leads there.

    Amounts, the ledger, receipts and campaigns stay as they are. Raises CareRefused for somebody with themselves,
    for who was merged already or erased, and where only the duplicate has an address.
    """
    if kept.pk == duplicate.pk:
        raise CareRefused("These are the same already.")
    # The one that gifts come through first, as where a gift begins.
    duplicate = Supporter.objects.select_for_update().get(pk=duplicate.pk)
    kept = Supporter.objects.select_for_update().get(pk=kept.pk)
    if duplicate.merged_into_id or kept.merged_into_id:
        raise CareRefused("One of them was merged into somebody already.")
    if duplicate.erased_at or kept.erased_at:
        raise CareRefused("One of them was erased.")
    if duplicate.email and not kept.email:
        raise CareRefused("Keep the one that has an e-mail address: receipts are sent there.")
    moved: dict[str, Any] = {
        "donations": _keys(Donation.objects.filter(supporter=duplicate)),
        "pledges": _keys(Pledge.objects.filter(supporter=duplicate)),
        "notes": _keys(SupporterNote.objects.filter(supporter=duplicate)),
        "aliases": _keys(Supporter.objects.filter(merged_into=duplicate)),
        "name": bool(duplicate.name and not kept.name),
        "stopped": bool(duplicate.stopped_updates_at and not kept.stopped_updates_at),
    }
    Donation.objects.filter(supporter=duplicate).update(supporter=kept)
    _recount(moved["donations"])
    Pledge.objects.filter(supporter=duplicate).update(supporter=kept)
    SupporterNote.objects.filter(supporter=duplicate).update(supporter=kept)
    Supporter.objects.filter(merged_into=duplicate).update(merged_into=kept)
    Supporter.objects.filter(pk=duplicate.pk).update(merged_into=kept)
    if moved["name"]:
        Supporter.objects.filter(pk=kept.pk).update(name=duplicate.name)
    if moved["stopped"]:
        stopped = duplicate.stopped_updates_at
        Supporter.objects.filter(pk=kept.pk).update(stopped_updates_at=stopped)
    merge = SupporterMerge.objects.create(
        kept=kept, duplicate=duplicate, moved=moved, by_id=by.pk, at=clock.now()
    )
    counts = {name: len(moved[name]) for name in ("donations", "pledges", "notes", "aliases")}
    for each in (kept, duplicate):
        audit.record("supporter.merged", each, by=by, merge=merge.pk, **counts)
    return merge


@transaction.atomic
def take_apart(*, merge: SupporterMerge, by: AbstractBaseUser) -> None:
    """Undo a merge: what moved goes back; what came since through the duplicate's address stays.

    Raises CareRefused where it was undone already, or the one it was merged into was merged on: that first.
    """
    merge = SupporterMerge.objects.get(pk=merge.pk)
    duplicate = Supporter.objects.select_for_update().get(pk=merge.duplicate_id)
    kept = Supporter.objects.select_for_update().get(pk=merge.kept_id)
    merge.refresh_from_db()
    if merge.undone_at is not None:
        raise CareRefused("They were taken apart already.")
    if duplicate.merged_into_id != kept.pk:
        raise CareRefused("Take apart the later merge first.")
    if kept.erased_at is not None:
        raise CareRefused("They were erased: nothing is left to be taken apart.")
    moved = merge.moved
    Donation.objects.filter(pk__in=moved["donations"]).update(supporter=duplicate)
    _recount(moved["donations"])
    # Merges from before there were pledges moved none.
    Pledge.objects.filter(pk__in=moved.get("pledges", [])).update(supporter=duplicate)
    SupporterNote.objects.filter(pk__in=moved["notes"]).update(supporter=duplicate)
    Supporter.objects.filter(pk__in=moved["aliases"]).update(merged_into=duplicate)
    Supporter.objects.filter(pk=duplicate.pk).update(merged_into=None)
    if moved["name"] and kept.name == duplicate.name:
        Supporter.objects.filter(pk=kept.pk).update(name="")
    if moved["stopped"]:
        Supporter.objects.filter(pk=kept.pk).update(stopped_updates_at=None)
    SupporterMerge.objects.filter(pk=merge.pk).update(undone_at=clock.now())
    for each in (kept, duplicate):
        audit.record("supporter.taken_apart", each, by=by, merge=merge.pk)


def _recount(donations: list[int]) -> None:
    """Let campaigns that count supporters be told anew: somebody who gave is now one with another, or two again."""
    counting = CampaignTotal.objects.filter(campaign__goal_supporters__gt=0)
    for total in counting.filter(campaign__donations__in=donations).distinct():
        changes.mark(total)


def _keys(rows: Any) -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True))
