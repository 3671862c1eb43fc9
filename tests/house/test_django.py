"""Django's side of the house: no migration is missing, nobody gets into the desk without signing in."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import translation

from broadsheet.project.prefixes import DESK, dynamic_pages, dynamic_prefixes

OPEN = re.compile(r"^desk/(login/|logout/|password_reset/|static/|jsi18n/|sprite/)")
"""What the sign-in page itself needs."""

MATTER = {
    "int": "1",
    "str": "x",
    "slug": "x",
    "uuid": "00000000-0000-0000-0000-000000000000",
    "path": "x",
}


def patterns(at: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in at.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, route)
        else:
            yield route, entry


def example(route: str) -> str:
    """An address that a route matches, as far as its converters and groups tell."""
    plain = re.sub(r"<(?:(\w+):)?\w+>", lambda found: MATTER.get(found[1] or "str", "x"), route)
    plain = re.sub(r"\(\?P<\w+>((?:[^()]|\([^()]*\))*)\)", "1", plain)
    plain = re.sub(r"\([^)]*\)[?*]?", "", plain).replace("\\Z", "").replace("\\", "")
    return "/" + plain.replace("^", "").replace("$", "").replace("?", "")


ROUTES = sorted({route for route, _pattern in patterns(get_resolver())})


def test_migrations_none_is_missing(db: None) -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_desk_routes_are_many_enough_to_be_the_desk() -> None:
    assert sum(route.startswith("desk/") for route in ROUTES) > 200


@pytest.mark.parametrize("method", ["get", "post"])
def test_desk_address_without_signing_in_shows_and_does_nothing(db: None, method: str) -> None:
    let_in = []
    for route in (route for route in ROUTES if route.startswith("desk/") and not OPEN.match(route)):
        address = example(route)
        response = getattr(Client(), method)(address, headers={"host": "testserver"})
        refused = response.status_code in (401, 403, 404, 405) or (
            response.status_code == 302 and "/desk/login/" in response.headers["Location"]
        )
        if not refused:
            let_in.append(f"{response.status_code} {address}")
    assert let_in == []


def test_routes_outside_the_dynamic_prefixes_are_only_the_tree() -> None:
    """The newsstand sends nothing but these prefixes to Django: any other route could never be reached."""
    prefixes = tuple(prefix.lstrip("/") for prefix in dynamic_prefixes(["en"]))
    with translation.override("en"):  # the first language's addresses have no prefix
        unreachable = {
            pattern.name
            for route, pattern in patterns(get_resolver())
            if not route.startswith(prefixes) and f"/{route}" not in dynamic_pages(["en"])
        }
    of_wagtail = {
        "wagtail_serve",
        "wagtailcore_login",
        "wagtailcore_authenticate_with_password",
    }
    assert unreachable <= of_wagtail


def test_desk_prefix_is_where_the_desk_is() -> None:
    assert Client().get(DESK).status_code == 302
