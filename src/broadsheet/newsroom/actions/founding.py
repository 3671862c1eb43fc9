"""Making an empty newsroom: languages, front pages, roles."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from wagtail.models import (
    Collection,
    GroupCollectionPermission,
    GroupPagePermission,
    Locale,
    Page,
    Site,
)

from broadsheet.kit import audit
from broadsheet.newsroom.errors import AlreadyFounded
from broadsheet.newsroom.models import Author, Download, FrontPage, Picture, Topic

PAGE_RIGHTS = {
    "Editors": (
        "add_page",
        "change_page",
        "publish_page",
        "lock_page",
        "unlock_page",
        "bulk_delete_page",
    ),
    "Reporters": ("add_page", "change_page"),
}
MEDIA_RIGHTS = {"Editors": ("add", "change", "choose", "delete"), "Reporters": ("add", "choose")}
REGISTER_RIGHTS = {"Editors": ("add", "change", "delete", "view"), "Reporters": ("view",)}


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
    _make_roles()
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
    """Say under which address the site is found; absolute addresses in the desk follow it."""
    parts = urlsplit(base_url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    site = Site.objects.filter(is_default_site=True).first() or Site(is_default_site=True)
    site.hostname, site.port = parts.hostname or "localhost", port
    if front is not None:
        site.root_page = front
    if name is not None:
        site.site_name = name
    site.save()
    return site


def _make_roles() -> None:
    Group.objects.filter(name="Moderators").delete()
    root = Page.objects.get(depth=1)
    collection = Collection.get_first_root_node()
    desk = Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin")
    for role, rights in PAGE_RIGHTS.items():
        group, _made = Group.objects.get_or_create(name=role)
        GroupPagePermission.objects.filter(group=group).delete()
        GroupCollectionPermission.objects.filter(group=group).delete()
        group.permissions.set([desk, *_register_permissions(role)])
        for codename in rights:
            permission = Permission.objects.get(
                content_type__app_label="wagtailcore", codename=codename
            )
            GroupPagePermission.objects.create(group=group, page=root, permission=permission)
        for permission in _media_permissions(role):
            GroupCollectionPermission.objects.create(
                group=group, collection=collection, permission=permission
            )


def _register_permissions(role: str) -> list[Permission]:
    names = [
        f"{verb}_{model._meta.model_name}"
        for verb in REGISTER_RIGHTS[role]
        for model in (Author, Topic)
    ]
    registers = Permission.objects.filter(content_type__app_label="newsroom", codename__in=names)
    redirects = Permission.objects.filter(content_type__app_label="wagtailredirects")
    return [*registers, *(redirects if role == "Editors" else ())]


def _media_permissions(role: str) -> list[Permission]:
    names = [
        f"{verb}_{model._meta.model_name}"
        for verb in MEDIA_RIGHTS[role]
        for model in (Picture, Download)
    ]
    return list(Permission.objects.filter(content_type__app_label="newsroom", codename__in=names))
