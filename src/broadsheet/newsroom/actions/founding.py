"""Making an empty newsroom: languages, front pages, roles."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from django.db import transaction
from wagtail.models import Locale, Page, Site

from broadsheet.kit import audit
from broadsheet.newsroom.actions.roles import make_roles
from broadsheet.newsroom.errors import AlreadyFounded
from broadsheet.newsroom.models import FrontPage


@transaction.atomic
def found_newsroom(
    *, name: str, languages: Sequence[str], base_url: str, by: audit.Actor
) -> FrontPage:
    """Make the front page of each language, the first one being the newsroom's own, and the desk's roles.

    Wagtail's own welcome page goes. Raises AlreadyFounded when a front page exists.
    """
    if FrontPage.objects.exists():
        raise AlreadyFounded("This newsroom has its front page already; nothing was changed.")
    root = Page.objects.get(depth=1)
    for welcome in root.get_children():
        welcome.specific.delete()
    root = Page.objects.get(depth=1)
    fronts = [_open_edition(root, name, code) for code in languages]
    for front in fronts[1:]:
        front.translation_key = fronts[0].translation_key
        front.save()
    locate_site(base_url=base_url, front=fronts[0], name=name)
    make_roles()
    audit.record("newsroom.founded", fronts[0], by=by, languages=list(languages))
    return fronts[0]


def _open_edition(root: Page, name: str, code: str) -> FrontPage:
    locale, _made = Locale.objects.get_or_create(language_code=code)
    front = FrontPage(title=name, slug=f"front-{code}", locale=locale, live=False)
    root.add_child(instance=front)
    front.save_revision().publish()
    return FrontPage.objects.get(pk=front.pk)


@transaction.atomic
def locate_site(*, base_url: str, front: FrontPage | None = None, name: str | None = None) -> Site:
    """Say under which address the site is found; absolute addresses in the desk and its e-mail follow it."""
    parts = urlsplit(base_url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    site = Site.objects.filter(is_default_site=True).first() or Site(is_default_site=True)
    is_there = (site.hostname, site.port) == (parts.hostname, port)
    if site.pk and is_there and front is None and name is None:
        return site
    site.hostname, site.port = parts.hostname or "localhost", port
    if front is not None:
        site.root_page = front
    if name is not None:
        site.site_name = name
    site.save()
    return site
