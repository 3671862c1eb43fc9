"""The groups of those who deal with supporters and money, and what each may do."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission

CARE = (
    "view_supporter",
    "view_donation",
    "change_donation",
    "add_supporternote",
    "change_supporter",
    "delete_supporter",
    "view_pledge",
    "change_pledge",
)
"""Answers supporters: sees them and what they gave for, sends receipts again, says that two
are one, erases who asks for it by letter, pauses and cancels what they ask to; sees no amount."""

FUNDRAISERS = (
    *CARE,
    *(
        "see_amounts",
        "export_people",
        "add_donation",
        "change_refund",
        "view_inboxevent",
        "change_bankline",
    ),
    *("view_campaign", "add_campaign", "change_campaign", "view_breaker", "change_breaker"),
)
RIGHTS = {"Fundraisers": FUNDRAISERS, "Supporter care": CARE}


def make_roles(**_: Any) -> None:
    """Make the groups that are not there yet; those that are keep what an administrator made of them."""
    for name, codenames in RIGHTS.items():
        group, is_new = Group.objects.get_or_create(name=name)
        if is_new:
            for app in ("funding", "wagtailadmin"):
                create_permissions(apps.get_app_config(app), verbosity=0)
            ours = Permission.objects.filter(content_type__app_label="funding")
            desk = Permission.objects.filter(codename="access_admin")
            group.permissions.set([*ours.filter(codename__in=codenames), *desk])
