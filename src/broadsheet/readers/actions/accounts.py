"""What changes accounts."""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from broadsheet.kit import audit
from broadsheet.readers.choices import Role
from broadsheet.readers.errors import AccountExists, ReadersError, UnknownRole
from broadsheet.readers.models import User


@transaction.atomic
def create_account(
    *,
    email: str,
    password: str,
    role: str,
    by: audit.Actor,
    first_name: str = "",
    last_name: str = "",
) -> User:
    """Make an account for somebody of the desk and give it a role.

    Raises ReadersError where the address is no address or the password too weak, AccountExists
    where the address has an account, UnknownRole for a role that is not in `Role`.
    """
    if role not in Role.values:
        raise UnknownRole(f"There is no role “{role}”. Use one of: {', '.join(Role.values)}.")
    email = email.strip().lower()
    try:
        validate_email(email)
        validate_password(password)
    except ValidationError as error:
        raise ReadersError(" ".join(error.messages)) from error
    if User.objects.filter(email=email).exists():
        raise AccountExists(f"There is an account for {email} already.")
    user = User.objects.create_user(
        email,
        password,
        first_name=first_name,
        last_name=last_name,
        is_superuser=role == Role.ADMINISTRATOR,
        is_staff=role == Role.ADMINISTRATOR,
    )
    if role != Role.ADMINISTRATOR:
        user.groups.add(Group.objects.get(name=Role(role).label))
    audit.record("account.created", user, by=by, role=role)
    return user
