"""Publishing what is due and withdrawing what has expired, one transaction per item.

Wagtail's own `publish_scheduled` is not used: it clears a schedule before it publishes, without a
transaction, and stops at the first item that fails, so that a schedule can be lost.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.db import transaction
from wagtail.models import Page, Revision

from broadsheet.kit import audit, clock

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Due:
    """One item that was due: how late it was handled, and why it failed, empty when it did not."""

    key: str
    late: dt.timedelta
    error: str = ""


def publish_due() -> list[Due]:
    """Publish every page whose time has come and withdraw every one whose time is over.

    An item that fails keeps its schedule and is tried again at the next call; it never takes another with it.
    """
    now = clock.now()
    due = Revision.page_revisions.filter(approved_go_live_at__lte=now).order_by(
        "approved_go_live_at"
    )
    done = [_publish(revision.pk, now) for revision in due]
    over = Page.objects.live().filter(expire_at__lte=now).order_by("expire_at")
    return done + [_withdraw(page.pk, now) for page in over]


def _publish(pk: int, now: dt.datetime) -> Due:
    revision = Revision.objects.get(pk=pk)
    publish = partial(revision.publish, log_action="wagtail.publish.scheduled")
    late = now - (revision.approved_go_live_at or now)
    return _do(publish, "page.published", f"page:{revision.object_id}", late)


def _withdraw(pk: int, now: dt.datetime) -> Due:
    page = Page.objects.get(pk=pk).specific
    withdraw = partial(page.unpublish, set_expired=True, log_action="wagtail.unpublish.scheduled")
    return _do(withdraw, "page.withdrawn", f"page:{pk}", now - page.expire_at)


def _do(act: Callable[[], object], action: str, key: str, late: dt.timedelta) -> Due:
    """Do one due thing and its audit line in a transaction of their own."""
    try:
        with transaction.atomic():
            act()
            audit.record(action, key, by="schedule", seconds_late=int(late.total_seconds()))
    except Exception as error:
        logger.exception("%s was due (%s) and failed; it is tried again", key, action)
        return Due(key, late, f"{type(error).__name__}: {error}")
    return Due(key, late)
