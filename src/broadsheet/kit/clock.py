"""The time, in one place, so that tests can move it and nothing computes it at import."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.conf import settings

_standing: dt.datetime | None = None


def now() -> dt.datetime:
    """This instant, aware, in UTC."""
    return _standing or dt.datetime.now(dt.UTC)


def stand(moment: dt.datetime | None) -> None:
    """Let it be this instant, aware, until something else is said; None for the true time again.

    For rehearsals, which have a process of their own.
    """
    global _standing  # noqa: PLW0603 - there is one time
    _standing = moment


def newsroom_zone() -> ZoneInfo:
    """The newsroom's own time zone, in which its dates are shown and its addresses are formed."""
    return ZoneInfo(settings.TIME_ZONE)


def day_of(moment: dt.datetime) -> dt.date:
    """The day that it is in the newsroom's zone at an instant."""
    return moment.astimezone(newsroom_zone()).date()
