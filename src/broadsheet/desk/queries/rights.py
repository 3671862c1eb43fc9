"""Who may see a page, a picture or a download at the desk before readers do: who has any right to it."""

from __future__ import annotations

from typing import Any, TypeAlias

from django.db.models import F, Q
from wagtail.models import Page, ReferenceIndex, UploadedFile
from wagtail.permissions import policy_registry

from broadsheet.newsroom.models import Download, Picture, PictureRendition

RIGHTS = {
    Page: ("add", "change", "publish", "bulk_delete", "lock", "unlock"),
    Picture: ("change", "delete", "choose"),
    Download: ("change", "delete", "choose"),
}
"""The rights of which any one lets somebody see a thing of this model. To add to a collection is none of them."""

Thing: TypeAlias = Page | Picture | Download


def may_see(user: Any, thing: Thing) -> bool:
    """Whether somebody has any right to this page, picture or download."""
    model = Page if isinstance(thing, Page) else type(thing)
    policy = policy_registry.get_by_type(model)
    return bool(policy.user_has_any_permission_for_instance(user, RIGHTS[model], thing))


def seen_by(user: Any, model: type[Thing]) -> Any:
    """All pages, pictures or downloads that somebody has any right to."""
    policy = policy_registry.get_by_type(model)
    return policy.instances_user_has_any_permission_for(user, RIGHTS[model])


def chosen_from(pages: Any, user: Any) -> Any:
    """Of these pages those that somebody may link to: their own, and what readers know by this very headline."""
    known = Q(live=True, draft_title=F("title"))
    theirs = Page.objects.filter(known | Q(pk__in=seen_by(user, Page).values("pk")))
    # One condition on the key: the desk's search looks through these pages and takes no other.
    return pages.filter(pk__in=theirs.values("pk"))


def may_see_file(user: Any, path: str) -> bool:
    """Whether somebody may see a file of the newsroom's media: a picture in any size also with a story that
    shows it and that they may edit, a file that is just being brought in only who brings it."""
    download = Download.objects.filter(file=path).first()
    if download is not None:
        return may_see(user, download)
    picture = Picture.objects.filter(file=path).first() or _picture_of_rendition(path)
    if picture is not None:
        return may_see(user, picture) or _is_in_their_pages(user, picture)
    upload = UploadedFile.objects.filter(file=path).first()
    return upload is None or upload.uploaded_by_user == user


def _picture_of_rendition(path: str) -> Picture | None:
    found = PictureRendition.objects.filter(file=path).select_related("image").first()
    return found.image if found else None


def _is_in_their_pages(user: Any, picture: Picture) -> bool:
    theirs = set(seen_by(user, Page).values_list("pk", flat=True))
    used = ReferenceIndex.get_references_to(picture).filter(base_content_type__model="page")
    return any(int(pk) in theirs for pk in used.values_list("object_id", flat=True))
