"""Every address of the desk, walked from the URLconf, so that one which is added is seen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver
from wagtail import hooks
from wagtail.contrib.settings.registry import registry as settings_registry

PLACE = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>(?:\\.|[^()\\])*\)|\(((?:\\.|[^()\\])*)\)")
"""What stands for something in a route: Django's `<int:pk>`, a named group, a group without a name."""


@dataclass(frozen=True, slots=True)
class Address:
    """An address of the desk as the URLconf writes it, and what is asked of it."""

    route: str
    query: str = ""

    def filled(self, things: Mapping[str, object]) -> str:
        """The address of real things, named `<place>` or `<beginning of the route>|<place>`,
        where the longer beginning counts.

        Raises KeyError for a place that nothing is named for.
        """

        def thing(name: str) -> str:
            keys = [key.rpartition("|") for key in things]
            heads = [head for head, _, last in keys if last == name and self.route.startswith(head)]
            if not heads:
                raise KeyError(f"What is “{name}” of {self.route}?")
            head = max(heads, key=len)
            return str(things[f"{head}|{name}" if head else name])

        path = PLACE.sub(lambda found: thing(found[1] or found[2] or found[3]), self.route)
        query = re.sub(r"\{(\w+)\}", lambda found: thing(found[1]), self.query)
        return f"/{path}{query}".replace("\\.", ".")


def desk_addresses() -> list[Address]:
    """All below `/desk/`, Wagtail's and ours; each bulk action and each model of settings by itself."""
    routes = [route for route in _routes(get_resolver()) if route.startswith("desk/")]
    return [address for route in routes for address in _single(route)]


def _routes(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for found in resolver.url_patterns:
        route = before + str(found.pattern).removeprefix("^").removesuffix("$")
        if isinstance(found, URLPattern):
            yield route
        else:
            yield from _routes(found, route)


def _single(route: str) -> Iterator[Address]:
    if route.startswith("desk/bulk/"):
        for action in hooks.get_hooks("register_bulk_action"):
            for model in action.models:
                name = model._meta
                yield Address(
                    f"desk/bulk/{name.app_label}/{name.model_name}/{action.action_type}/",
                    f"?id={{{name.model_name}}}&next=/desk/",
                )
    elif "<slug:app_name>/<slug:model_name>" in route and route.startswith("desk/settings/"):
        for model in settings_registry:
            name = f"{model._meta.app_label}/{model._meta.model_name}"
            yield Address(route.replace("<slug:app_name>/<slug:model_name>", name))
    else:
        yield Address(route)
