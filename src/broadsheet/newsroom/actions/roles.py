"""What editors and reporters may do at the desk; administrators may do everything."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from wagtail.models import (
    Collection,
    GroupApprovalTask,
    GroupCollectionPermission,
    GroupPagePermission,
    Page,
    Workflow,
)

EDITORS, REPORTERS = "Editors", "Reporters"

PAGE_RIGHTS = {
    EDITORS: (
        "add_page",
        "change_page",
        "publish_page",
        "lock_page",
        "unlock_page",
        "bulk_delete_page",
    ),
    REPORTERS: ("add_page", "change_page"),
}
MEDIA_RIGHTS = {EDITORS: ("add", "change", "choose"), REPORTERS: ("add", "choose")}
"""Who may add may also change and delete what they added. Wagtail keeps these rights under its own models."""
REGISTER_RIGHTS = {EDITORS: ("add", "change", "delete", "view"), REPORTERS: ("view",)}
REGISTERS = ("author", "topic", "series")
WORKFLOW, TASK = "Editors", "Approval by an editor"
"""What the desk says: “Submit to Editors”, “Waiting for: Approval by an editor”."""


@transaction.atomic
def make_roles() -> None:
    """Make the two groups with exactly their rights, and the way a reporter's story takes to an editor."""
    Group.objects.filter(name="Moderators").delete()
    for role, page_rights in PAGE_RIGHTS.items():
        group, _made = Group.objects.get_or_create(name=role)
        group.permissions.set(_desk_rights(role))
        GroupPagePermission.objects.filter(group=group).delete()
        root = Page.objects.get(depth=1)
        for right in _permissions("wagtailcore", page_rights):
            GroupPagePermission.objects.create(group=group, page=root, permission=right)
        GroupCollectionPermission.objects.filter(group=group).delete()
        collection = Collection.get_first_root_node()
        for right in _media_rights(role):
            GroupCollectionPermission.objects.create(
                group=group, collection=collection, permission=right
            )
    _make_approval()


def _desk_rights(role: str) -> list[Permission]:
    registers = [f"{verb}_{name}" for verb in REGISTER_RIGHTS[role] for name in REGISTERS]
    redirects = ("add_redirect", "change_redirect", "delete_redirect") if role == EDITORS else ()
    return [
        *_permissions("wagtailadmin", ["access_admin"]),
        *_permissions("newsroom", registers),
        *_permissions("wagtailredirects", redirects),
    ]


def _media_rights(role: str) -> list[Permission]:
    verbs = MEDIA_RIGHTS[role]
    return [
        *_permissions("wagtailimages", [f"{verb}_image" for verb in verbs]),
        *_permissions("wagtaildocs", [f"{verb}_document" for verb in verbs]),
    ]


def _permissions(app: str, codenames: Sequence[str]) -> list[Permission]:
    """These permissions, each of which has to exist: a misspelt one would be a right that nobody has."""
    ours = Permission.objects.filter(content_type__app_label=app)
    return [ours.get(codename=codename) for codename in codenames]


def _make_approval() -> None:
    """Let what a reporter submits wait for any editor: Wagtail's own workflow asks a group that is gone."""
    task = GroupApprovalTask.objects.first()
    workflow = Workflow.objects.first()
    if task is None or workflow is None:
        return
    task.name, workflow.name = TASK, WORKFLOW
    task.save()
    workflow.save()
    task.groups.set(Group.objects.filter(name=EDITORS))
