"""A4: where a request comes from is what our own proxies say, and nobody else."""

from __future__ import annotations

import dataclasses

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from broadsheet.kit.http import client_address, line_of


@pytest.mark.parametrize(
    ("peer", "told", "address"),
    [
        (
            "203.0.113.9",
            "198.51.100.7",
            "203.0.113.9",
        ),  # nobody's proxy: believed is the connection
        ("127.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("127.0.0.1", "1.1.1.1, 198.51.100.7", "198.51.100.7"),  # the first was invented
        ("127.0.0.1", "1.1.1.1, 198.51.100.7, 10.9.0.4", "198.51.100.7"),  # two proxies of ours
        ("127.0.0.1", "10.9.0.5, 10.9.0.4", "10.9.0.5"),  # who asks is a machine of ours
        ("127.0.0.1", "2001:db8::7", "2001:db8::7"),
        ("::ffff:127.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("127.0.0.1", None, None),
        ("127.0.0.1", "1.1.1.1, unknown", None),
        ("", "198.51.100.7", None),
    ],
)
def test_a4_only_configured_proxies_are_believed(
    settings: Settings, peer: str, told: str | None, address: str | None
) -> None:
    proxies = ("127.0.0.1", "10.9.0.0/24")
    settings.BROADSHEET = dataclasses.replace(
        settings.BROADSHEET, behind_proxy=True, proxies=proxies
    )
    headers = {} if told is None else {"X-Forwarded-For": told}
    request = RequestFactory().get("/", headers=headers, REMOTE_ADDR=peer)
    found = client_address(request)
    assert (str(found) if found else None) == address
    settings.BROADSHEET = dataclasses.replace(settings.BROADSHEET, behind_proxy=False)
    assert str(client_address(request) or "") == peer.removeprefix("::ffff:")


def test_line_is_an_address_or_what_one_line_has_of_the_newer_ones(settings: Settings) -> None:
    address = client_address(RequestFactory().get("/", REMOTE_ADDR="2001:db8:1:2:3::9"))
    assert address
    assert line_of(address) == "2001:db8:1:2::/64"
    assert line_of(address, bits=(24, 48)) == "2001:db8:1::/48"
    address = client_address(RequestFactory().get("/", REMOTE_ADDR="203.0.113.9"))
    assert address
    assert [line_of(address), line_of(address, bits=(24, 48))] == [
        "203.0.113.9/32",
        "203.0.113.0/24",
    ]
