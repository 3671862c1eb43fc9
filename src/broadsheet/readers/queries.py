"""What is asked of accounts: who has to prove themselves twice, and with what."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator

from broadsheet.readers.models import User

GUARDED = ("funding.", "readers.", "auth.")
"""Rights that ask for a second factor: over supporters and money, and over who has rights."""


def needs_second_factor(user: Any) -> bool:
    """Whether somebody may see supporters or money, or could give that right to anybody."""
    return bool(user.is_superuser) or any(
        right.startswith(GUARDED) for right in user.get_all_permissions()
    )


def factors_of(user: User) -> list[Authenticator]:
    """What somebody can prove themselves with by typing: one-time codes first, then recovery codes."""
    typed = (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)
    found = Authenticator.objects.filter(user=user, type__in=typed)
    return sorted(found, key=lambda factor: typed.index(factor.type))


def devices_of(user: User) -> list[Authenticator]:
    """The devices that somebody has set up, in the order they came; recovery codes are none."""
    devices = Authenticator.objects.filter(user=user)
    return list(devices.exclude(type=Authenticator.Type.RECOVERY_CODES).order_by("pk"))


def has_second_factor(user: User) -> bool:
    """Whether somebody has set up a device."""
    return bool(devices_of(user))
