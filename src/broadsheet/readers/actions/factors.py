"""The second factor of an account: one-time codes, passkeys and recovery codes, kept by allauth's tables."""

from __future__ import annotations

import datetime as dt
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.utils import decrypt
from allauth.mfa.webauthn.internal.auth import WebAuthn
from cryptography.fernet import InvalidToken
from django.db import transaction

from broadsheet.kit import audit, clock
from broadsheet.kit.models import AuditEntry
from broadsheet.readers.errors import NoSuchAccount, ReadersError, TooManyCodes
from broadsheet.readers.models import User
from broadsheet.readers.queries import factors_of, has_second_factor, needs_second_factor

MOST = 5
"""How often somebody may be wrong in `WINDOW`."""

WINDOW = dt.timedelta(minutes=5)

REFUSED = "second-factor.refused"


@transaction.atomic
def confirm_code(*, user: User, code: str) -> Authenticator | None:
    """The factor that a code proves, None for a wrong one; a code that was taken is never taken again.

    Raises TooManyCodes after `MOST` wrong ones in `WINDOW`, wherever they came from.
    """
    _hold(user)
    for factor in factors_of(user):
        if factor.type == Authenticator.Type.TOTP:
            is_right = _take_one_time_code(factor, code)
        else:
            is_right = _take_recovery_code(factor, code)
        if is_right:
            return _proven(user, factor)
    audit.record(REFUSED, user, by=user)
    return None


@transaction.atomic
def confirm_passkey(*, user: User, factor: Authenticator | None) -> Authenticator | None:
    """Write down that a passkey proved somebody, or that something that was none did not."""
    _hold(user)
    if factor is None:
        audit.record(REFUSED, user, by=user)
        return None
    return _proven(user, factor)


@transaction.atomic
def begin_one_time_codes(*, user: User, secret: str, code: str) -> Authenticator | None:
    """Let a device that knows `secret` make codes from now on; None where `code` is none of it.

    Raises TooManyCodes as `confirm_code`, ReadersError where there is such a device already.
    """
    _hold(user)
    if any(factor.type == Authenticator.Type.TOTP for factor in factors_of(user)):
        raise ReadersError("One-time codes are set up already.")
    counter = _counter(secret, code)
    if counter is None:
        audit.record(REFUSED, user, by=user)
        return None
    factor: Authenticator = totp.TOTP.activate(user, secret).instance
    _remember_counter(factor, counter)
    audit.record("second-factor.added", user, by=user, type=factor.type)
    return factor


@transaction.atomic
def add_passkey(*, user: User, name: str, credential: dict[str, Any]) -> Authenticator:
    """Keep a passkey, whose registration was found to be right, under a name of its owner's."""
    factor: Authenticator = WebAuthn.add(user, name.strip()[:60] or "Passkey", credential).instance
    audit.record("second-factor.added", user, by=user, type=factor.type)
    return factor


@transaction.atomic
def make_recovery_codes(*, user: User) -> list[str]:
    """New codes for the day on which a device is lost, each good for once; older ones are good for nothing."""
    User.objects.select_for_update().get(pk=user.pk)
    Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()
    codes: list[str] = RecoveryCodes.activate(user).generate_codes()
    audit.record("second-factor.recovery-codes", user, by=user)
    return codes


@transaction.atomic
def remove_factor(*, user: User, number: int) -> None:
    """Take away one of somebody's devices, with the last one the recovery codes too.

    Raises ReadersError where it is the last one of somebody who has to have one.
    """
    User.objects.select_for_update().get(pk=user.pk)
    devices = Authenticator.objects.filter(user=user).exclude(
        type=Authenticator.Type.RECOVERY_CODES
    )
    factor = devices.filter(pk=number).first()
    if factor is None:
        raise ReadersError("It is there no longer.")
    if needs_second_factor(user) and devices.count() == 1:
        raise ReadersError("Set up another one first: your work needs a second factor.")
    audit.record("second-factor.removed", user, by=user, type=factor.type)
    factor.delete()
    if not has_second_factor(user):
        Authenticator.objects.filter(user=user).delete()


@transaction.atomic
def forget_factors(*, email: str, by: audit.Actor) -> int:
    """Take away all of somebody's second factors, so that the next sign-in sets up a new one; how many there were.

    Whoever is signed in as that person is asked at once. Raises NoSuchAccount.
    """
    user = User.objects.filter(email=email.strip().lower()).first()
    if user is None:
        raise NoSuchAccount(f"There is no account for {email}.")
    devices = Authenticator.objects.filter(user=user)
    count = devices.exclude(type=Authenticator.Type.RECOVERY_CODES).count()
    devices.delete()
    audit.record("second-factor.reset", user, by=by, devices=count)
    return count


def _hold(user: User) -> None:
    """One at a time for each account, so that nobody tries more by trying at once. Raises TooManyCodes."""
    User.objects.select_for_update().get(pk=user.pk)
    wrong = AuditEntry.objects.filter(
        action=REFUSED, subject=f"{user._meta.label_lower}:{user.pk}", at__gt=clock.now() - WINDOW
    )
    if wrong.count() >= MOST:
        raise TooManyCodes("Too many wrong codes. Try again in five minutes.")


def _take_one_time_code(factor: Authenticator, code: str) -> bool:
    try:
        counter = _counter(decrypt(factor.data["secret"]), code)
    except InvalidToken:  # the newsroom's secret key is another one
        return False
    if counter is None or counter <= factor.data["counter"]:
        return False
    _remember_counter(factor, counter)
    return True


def _take_recovery_code(factor: Authenticator, code: str) -> bool:
    try:
        return bool(factor.wrap().validate_code(code))
    except InvalidToken:
        return False


def _counter(secret: str, code: str) -> int | None:
    """Which of the codes of now and of the half minutes around it this is."""
    for counter in totp.yield_hotp_counters_from_time():
        right = totp.format_hotp_value(totp.hotp_value(secret, counter))
        if totp.compare_user_code(actual=code, expected=right):
            return int(counter)
    return None


def _remember_counter(factor: Authenticator, counter: int) -> None:
    factor.data["counter"] = counter
    factor.save(update_fields=["data"])


def _proven(user: User, factor: Authenticator) -> Authenticator:
    factor.record_usage()
    audit.record("second-factor.proven", user, by=user, type=factor.type)
    return factor
