"""The confirm page's challenge, and the link in its place: minted without a row, checked, spent by who admits."""

from __future__ import annotations

import datetime as dt
import json
import secrets
from ipaddress import ip_network

from altcha import Payload, create_challenge, verify_solution
from django.conf import settings
from django.http import HttpRequest

from broadsheet.funding.actions import Asker, Proof
from broadsheet.funding.models import GiftLink
from broadsheet.funding.queries import raised_breaker
from broadsheet.funding.queries.guarding import would_have_to_prove
from broadsheet.funding.views.nonces import core_of
from broadsheet.kit import clock, tokens
from broadsheet.kit.http import client_address, line_of

LIFE = dt.timedelta(minutes=30)
"""Longer than the form takes; whoever is slower gets a new one and keeps what they typed."""

COST = 1000
"""Iterations of one try (PBKDF2, RFC 8018): a millisecond of a laptop."""

TRIES = (500, 1500)
"""How many tries it takes, at random between these: a second of a laptop, five of an old telephone, never more."""

LONGEST = 4000
OF_NOBODY = [
    ip_network(one)
    for one in (
        "127.0.0.0/8",
        "::1/128",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "fc00::/7",
    )
]
"""Addresses that tell nobody from anybody: seen where a proxy is not named, they would be everybody's."""


def mint_challenge(nonce: str) -> str:
    """A challenge of ALTCHA (proof of work, version 2) as JSON, for one nonce of one page of ours."""
    least, most = TRIES
    made = create_challenge(
        "PBKDF2/SHA-256",
        COST,
        counter=least + secrets.randbelow(most - least),
        expires_at=clock.now() + LIFE,
        data=_purpose(nonce),
        hmac_secret=_secret("challenge"),
        hmac_key_secret=_secret("answer"),
    )
    return json.dumps(made.to_dict())


def asker_of(request: HttpRequest, nonce: str) -> Asker:
    """Who sends the form, as far as their network and what they proved go."""
    address = client_address(request)
    proof = _solved(request.POST.get("answer", ""), nonce) or _linked(request.POST.get("link", ""))
    if address is None or any(address in network for network in OF_NOBODY):
        return Asker(proof=proof)
    return Asker(line_of(address), line_of(address, bits=(24, 48)), proof)


def needs_proof(request: HttpRequest) -> bool:
    """Whether whoever asks for the page will have to prove something, as far as can be known before they type."""
    if raised_breaker() or not settings.BROADSHEET.challenge_after:
        return True
    return would_have_to_prove(asker_of(request, "").marks(""))


def linked_gift(key: str) -> dict[str, str] | None:
    """What somebody typed who was sent a link by this key, None where the link is over."""
    found = _link(key)
    return {**found.said, "link": key} if found else None


def _link(key: str) -> GiftLink | None:
    rows = GiftLink.objects.filter(key=key, expires_at__gt=clock.now())
    return rows.first() if len(key) == 40 and key.isalnum() else None


def _linked(key: str) -> Proof | None:
    found = _link(key)
    return Proof(f"link {found.key}", found.expires_at, found.email) if found else None


def _solved(answer: str, nonce: str) -> Proof | None:
    """What a solved challenge proves; that it is used once is the business of who spends it."""
    if not answer or len(answer) > LONGEST:
        return None
    found = verify_solution(answer, _secret("challenge"), hmac_key_secret=_secret("answer"))
    if not found.verified:
        return None
    said = Payload.from_base64(answer).challenge.parameters
    if said.data != _purpose(nonce) or said.expires_at is None:
        return None
    return Proof(said.nonce, dt.datetime.fromtimestamp(said.expires_at, dt.UTC))


def _purpose(nonce: str) -> dict[str, str]:
    """What a challenge is for: solved for anything else, it proves nothing here."""
    return {"action": "give", "page": core_of(nonce), "site": settings.BROADSHEET.url}


def _secret(name: str) -> str:
    return tokens.sign(f"altcha {name}".encode(), settings.SECRET_KEY)
