"""Accounts are made with a role, or not at all."""

from __future__ import annotations

import pytest
from django.test import Client

from broadsheet.kit.models import AuditEntry
from broadsheet.readers.actions import create_account
from broadsheet.readers.errors import AccountExists, ReadersError, UnknownRole
from broadsheet.readers.models import User
from paper import Paper

PASSWORD = "a long and winding password"


def test_create_account_editor_may_publish_and_reporter_may_not(
    paper: Paper, client: Client
) -> None:
    editor = create_account(email="Ed@Ledger.example ", password=PASSWORD, role="editor", by="test")
    reporter = create_account(
        email="re@ledger.example", password=PASSWORD, role="reporter", by="test"
    )
    assert editor.email == "ed@ledger.example"
    permissions = paper.front.permissions_for_user
    assert (permissions(editor).can_publish(), permissions(reporter).can_publish()) == (True, False)
    assert permissions(reporter).can_add_subpage()
    assert not editor.is_superuser
    assert AuditEntry.objects.filter(action="account.created").count() == 2
    assert client.login(username="ed@ledger.example", password=PASSWORD)


def test_create_account_administrator_may_do_everything(paper: Paper) -> None:
    chief = create_account(
        email="c@ledger.example", password=PASSWORD, role="administrator", by="test"
    )
    assert chief.is_superuser
    assert str(chief) == "c@ledger.example"


@pytest.mark.parametrize(
    ("email", "password", "role", "error", "says"),
    [
        ("not an address", PASSWORD, "editor", ReadersError, "valid email"),
        ("a@ledger.example", "short", "editor", ReadersError, "too short"),
        (
            "a@ledger.example",
            PASSWORD,
            "king",
            UnknownRole,
            "administrator, editor, reporter, fundraiser, care",
        ),
        ("taken@ledger.example", PASSWORD, "editor", AccountExists, "already"),
    ],
)
def test_create_account_refused_leaves_no_account(
    paper: Paper, email: str, password: str, role: str, error: type[ReadersError], says: str
) -> None:
    User.objects.create_user("taken@ledger.example")
    with pytest.raises(error, match=says):
        create_account(email=email, password=password, role=role, by="test")
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_user_manager_asks_for_an_address() -> None:
    with pytest.raises(ValueError, match="e-mail"):
        User.objects.create_user("")
    assert User.objects.create_superuser("root@ledger.example", "x").is_superuser
