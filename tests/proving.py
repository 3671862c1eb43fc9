"""Signing in at the desk as somebody who has to prove twice who they are."""

from __future__ import annotations

import base64
import time

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.test import Client

from broadsheet.desk.queries.proofs import KEY
from broadsheet.kit import clock
from broadsheet.readers.models import User
from broadsheet.readers.queries import needs_second_factor

SECRET = base64.b32encode(b"twenty secret bytes!").decode()


def code_of(secret: str = SECRET, *, later: int = 0) -> str:
    """What an app that knows the secret shows now, or so many half minutes later."""
    counter = int(time.time()) // 30 + later
    return str(totp.format_hotp_value(totp.hotp_value(secret, counter)))


def sign_in(client: Client, user: User) -> Client:
    """Sign somebody in, with a second factor where their work needs one."""
    client.force_login(user)
    if needs_second_factor(user):
        factor = Authenticator.objects.filter(user=user).first()
        if factor is None:
            factor = totp.TOTP.activate(user, SECRET).instance
            factor.data["counter"] = 0
            factor.save()
        session = client.session
        session[KEY] = {"user": user.pk, "factor": factor.pk, "at": clock.now().timestamp()}
        session.save()
    return client
