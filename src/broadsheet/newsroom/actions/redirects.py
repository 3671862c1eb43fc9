"""Leading readers from addresses that were somebody else's before: another system's, another domain's."""

from __future__ import annotations

from django.db import transaction
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page

from broadsheet.kit import audit


@transaction.atomic
def add_redirect(
    *, old_path: str, by: audit.Actor, page: Page | None = None, link: str = ""
) -> bool:
    """Lead readers of `old_path` (decoded, without a slash at its end) for good to a page, or to a path of ours.

    False, and nothing changes, where that path leads elsewhere already. A page that is not live is led to
    as soon as it is.
    """
    known = Redirect.objects.filter(old_path=old_path).first()
    if known is not None:
        return bool(
            known.redirect_page_id == (page.pk if page else None) and known.redirect_link == link
        )
    made = Redirect.objects.create(old_path=old_path, redirect_page=page, redirect_link=link)
    audit.record("redirect.added", made, by=by)
    return True
