"""When something was published: the first of a record's dates that is one."""

from __future__ import annotations

import datetime as dt
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

from broadsheet.imports.wordpress.reading.records import Item

FIRST_YEAR, LAST_YEAR = 1000, 9998
"""Years that an address `/yyyy/mm/` can hold in any time zone."""


def published_at(item: Item, zone: ZoneInfo) -> dt.datetime | None:
    """When an item was, or is to be, published; local times are the newsroom's. None without a date."""
    return _stamp(item.date_gmt, dt.UTC) or _mail_date(item.published) or _stamp(item.date, zone)


def modified_at(item: Item, zone: ZoneInfo) -> dt.datetime | None:
    """When an item was last changed, None when unknown."""
    return _stamp(item.modified_gmt, dt.UTC) or _stamp(item.modified, zone)


def _stamp(text: str, zone: dt.tzinfo) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return _possible(moment if moment.tzinfo else moment.replace(tzinfo=zone))


def _mail_date(text: str) -> dt.datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return _possible(moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC))


def _possible(moment: dt.datetime) -> dt.datetime | None:
    return moment.astimezone(dt.UTC) if FIRST_YEAR <= moment.year <= LAST_YEAR else None
