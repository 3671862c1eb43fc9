"""The second factor of an account: codes are right once, guessed not for long, and can be reset."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, Permission
from pytest_django import Settings

from broadsheet.kit.models import AuditEntry
from broadsheet.readers import actions
from broadsheet.readers.actions import confirm_code, confirm_passkey, forget_factors, remove_factor
from broadsheet.readers.errors import NoSuchAccount, ReadersError, TooManyCodes
from broadsheet.readers.models import User
from broadsheet.readers.queries import devices_of, has_second_factor, needs_second_factor
from proving import SECRET, code_of

NOON = dt.datetime(2026, 5, 4, 12, 0, 10, tzinfo=dt.UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    return User.objects.create_superuser("ann@ledger.example", "x")


def set_up(user: User) -> Authenticator:
    factor = actions.begin_one_time_codes(user=user, secret=SECRET, code=code_of())
    assert factor is not None
    return factor


def test_second_factor_is_needed_by_who_sees_money_or_gives_rights(ann: User) -> None:
    reporter = User.objects.create_user("rae@ledger.example")
    assert needs_second_factor(ann)
    assert not needs_second_factor(reporter)
    for codename in ("view_supporter", "change_user", "change_group"):
        group = Group.objects.create(name=codename)
        group.permissions.add(Permission.objects.get(codename=codename))
        one = User.objects.create_user(f"{codename}@ledger.example")
        one.groups.add(group)
        assert needs_second_factor(one), codename


def test_one_time_code_is_right_once_and_half_a_minute_around_its_time(ann: User) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        set_up(ann)
        assert confirm_code(user=ann, code=code_of()) is None  # it was taken by setting up
        clock.shift(30)
        first = code_of()
        assert confirm_code(user=ann, code=f" {first[:3]} {first[3:]} ") is not None
        assert confirm_code(user=ann, code=first) is None
        clock.shift(60)
        assert confirm_code(user=ann, code=code_of(later=-2)) is None
        assert confirm_code(user=ann, code=code_of(later=1)) is not None
        assert confirm_code(user=ann, code=code_of()) is None  # older than one that was taken


def test_wrong_codes_are_looked_at_five_times_in_five_minutes(ann: User) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        set_up(ann)
        clock.shift(30)
        assert [confirm_code(user=ann, code="0") for _ in range(5)] == [None] * 5
        with pytest.raises(TooManyCodes):
            confirm_code(user=ann, code=code_of())
        with pytest.raises(TooManyCodes):
            confirm_passkey(user=ann, factor=None)
        clock.shift(301)
        assert confirm_code(user=ann, code=code_of()) is not None
    assert AuditEntry.objects.filter(action="second-factor.refused").count() == 5


def test_recovery_codes_are_right_once_each_and_until_there_are_new_ones(ann: User) -> None:
    set_up(ann)
    codes = actions.make_recovery_codes(user=ann)
    assert len(set(codes)) == 10
    assert confirm_code(user=ann, code=codes[3]) is not None
    assert confirm_code(user=ann, code=codes[3]) is None
    newer = actions.make_recovery_codes(user=ann)
    assert confirm_code(user=ann, code=codes[4]) is None
    assert confirm_code(user=ann, code=newer[4]) is not None


def test_codes_open_nothing_under_another_secret_key(ann: User, settings: Settings) -> None:
    set_up(ann)
    codes = actions.make_recovery_codes(user=ann)
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert SECRET not in kept
    settings.SECRET_KEY = "another"
    assert confirm_code(user=ann, code=code_of(later=1)) is None
    assert confirm_code(user=ann, code=codes[0]) is None


def test_one_time_codes_begin_with_a_right_one_and_once(ann: User) -> None:
    assert actions.begin_one_time_codes(user=ann, secret=SECRET, code="000") is None
    assert not has_second_factor(ann)
    set_up(ann)
    with pytest.raises(ReadersError, match="already"):
        set_up(ann)


def test_passkey_has_its_owners_name_and_proves(ann: User) -> None:
    key = actions.add_passkey(user=ann, name="  ", credential={})
    assert str(key) == "Passkey"
    assert confirm_passkey(user=ann, factor=key) == key
    assert confirm_passkey(user=ann, factor=None) is None
    key.refresh_from_db()
    assert key.last_used_at is not None


def test_last_device_stays_with_who_needs_one(ann: User) -> None:
    key, app = actions.add_passkey(user=ann, name="Laptop", credential={}), set_up(ann)
    actions.make_recovery_codes(user=ann)
    remove_factor(user=ann, number=key.pk)
    with pytest.raises(ReadersError, match="no longer"):
        remove_factor(user=ann, number=key.pk)
    with pytest.raises(ReadersError, match="first"):
        remove_factor(user=ann, number=app.pk)
    assert devices_of(ann) == [app]
    ann.is_superuser = False
    ann.save()
    remove_factor(user=ann, number=app.pk)
    assert not Authenticator.objects.exists()  # the recovery codes went with it


def test_reset_takes_everything_away_and_is_written_down(ann: User) -> None:
    set_up(ann)
    actions.make_recovery_codes(user=ann)
    assert forget_factors(email=" ANN@ledger.example", by="command line") == 1
    assert not Authenticator.objects.exists()
    entry = AuditEntry.objects.get(action="second-factor.reset")
    assert (entry.actor, entry.subject) == ("command line", f"readers.user:{ann.pk}")
    with pytest.raises(NoSuchAccount):
        forget_factors(email="nobody@ledger.example", by="command line")
