"""The appeal under a story and the campaign's strip on a front page; both static, without script or cookie."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.template.loader import get_template
from markupsafe import Markup

from broadsheet.funding.queries import gifts_to_choose, open_campaigns
from broadsheet.kit.public import language_prefix
from broadsheet.theme.languages import active_language


def article_end(path: str) -> Markup | None:
    """The appeal at the end of a story: amounts that lead to the confirm page with where the reader came from.

    It names the running campaign, never its total: that moves, and the story must not move with it.
    """
    if settings.BROADSHEET.processor == "none":
        return None
    code = active_language().code
    campaigns = open_campaigns(code)
    campaign = campaigns[0] if campaigns else None
    currency = campaign.campaign.currency if campaign else settings.BROADSHEET.currency
    where = {"campaign": campaign.campaign.slug} if campaign else {}
    confirm = f"{language_prefix(code)}/give/confirm/"
    gifts = [
        (
            gift.format(code),
            f"{confirm}?{urlencode({'amount': gift.decimal, **where, 'from': path})}",
        )
        for gift in gifts_to_choose(currency)
    ]
    other = f"{confirm}?{urlencode({**where, 'from': path})}"
    return _render("appeals/article_end.html", campaign=campaign, gifts=gifts, other=other)


def front_strip() -> Markup | None:
    """The newest running campaign with its meter, which is a picture beside the page; nothing without one."""
    code = active_language().code
    campaigns = open_campaigns(code)
    if not campaigns:
        return None
    give = f"{language_prefix(code)}/give/"
    return _render("appeals/front_strip.html", campaign=campaigns[0], give=give)


def _render(template: str, **context: object) -> Markup:
    return Markup(get_template(template, using="jinja2").render(context))  # noqa: S704 - escaped in it
