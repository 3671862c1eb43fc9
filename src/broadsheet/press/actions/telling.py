"""Telling the content delivery network what each step changed: later, if not now, and never in the press's way."""

from __future__ import annotations

import datetime as dt
import logging

from django.conf import settings

from broadsheet.kit import clock
from broadsheet.press.edition import Edition
from broadsheet.press.errors import NotTold
from broadsheet.press.gateways.network import Network
from broadsheet.press.models import NetworkNews
from broadsheet.press.newsstand.policies import EVERYTHING, key_of
from broadsheet.press.queries import edition, have_all_followed

logger = logging.getLogger(__name__)

MOST = 1_000
"""Documents that are told one by one; of more, all of the edition is let go of where the network goes by keys."""

LONGEST_PAUSE = 300

NOTHING = -1
"""Before the first step: what has not heard of it is told everything."""

MISSING = "missing"
"""The kind of the not-found pages, which were shown where a document has come."""


def tell_network() -> bool:
    """Tell the network what was changed by the steps that it has not heard of; returns whether it was told.

    How far it was told is noted when every request was answered well: after kill -9 in the middle all are made
    again. What fails is tried again after a pause that doubles, up to five minutes. Must not be called in
    a transaction.
    """
    values = settings.BROADSHEET
    if not values.cdn_address:
        return False
    current = edition()
    number = current.number
    # The first time there is nothing to tell: what a network has it keeps for ten seconds.
    news, is_new = NetworkNews.objects.get_or_create(pk=1, defaults={"told": number})
    if is_new or news.told == number or not _is_time(news):
        return False
    if values.node and not have_all_followed():
        return False  # it would ask a machine that does not have it yet
    network = Network(
        values.cdn_address, values.cdn_form, values.cdn_method, values.cdn_header, values.url
    )
    try:
        network.tell(*_changed(current, news.told))
    except NotTold as error:
        if not news.attempts:
            logger.warning("The content delivery network was not told what changed: %s", error)
        news.error, news.attempts, news.tried = str(error), news.attempts + 1, clock.now()
        news.save()
        return False
    news.told, news.error, news.attempts, news.tried = number, "", 0, None
    news.save()
    return True


def tell_everything() -> None:
    """Have the network let go of all of the edition, at the worker's next turn."""
    NetworkNews.objects.update(told=NOTHING, attempts=0, tried=None)


def _is_time(news: NetworkNews) -> bool:
    pause = dt.timedelta(seconds=min(2 ** min(news.attempts, 16), LONGEST_PAUSE))
    return news.tried is None or clock.now() >= news.tried + pause


def _changed(current: Edition, told: int) -> tuple[set[str], set[str]]:
    """Keys and paths of what came, changed or left since a step; everything where that is not known any more."""
    if not current.remembers(told):
        return {EVERYTHING}, {entry.path for entry in current.entries()}
    touched = current.touched_since(told)
    paths = {path for _resource, path in touched}
    if len(touched) > MOST:
        return {EVERYTHING}, paths
    return {MISSING, *(key_of(resource) for resource, _path in touched)}, paths
