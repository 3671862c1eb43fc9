"""What the public site consists of: kinds of documents and the models behind them, as registered by the apps.

An app registers its kinds and watched models in its `AppConfig.ready`; the press reads this
registry and knows no app by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.conf import settings
from django.db import models
from wagtail.models import Page

HTML = "text/html; charset=utf-8"

Membership = tuple[str, str]
"""A list's key and a token that holds everything the list shows or sorts by of one member."""


@dataclass(frozen=True, slots=True)
class Document:
    """One public document as a reader receives it."""

    path: str
    """Where it is found: absolute, decoded, e.g. `/2026/11/river/`."""
    body: bytes
    content_type: str = HTML
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


class Kind(Protocol):
    """A family of documents that are rendered alike. A document is named `<kind>:<ident>`."""

    name: str

    def idents(self) -> Iterable[str]:
        """Every ident that may exist now, for a full run; one that renders to None is no harm."""

    def render(self, ident: str) -> Document | None:
        """The document as it has to be now, or None when it must not exist."""

    def path(self, ident: str) -> str | None:
        """Where the document is found now, or None when it is not public; what a redirect points to."""

    def born_of(self, keys: set[str]) -> Iterable[str]:
        """Idents that may have come into existence by a change of these keys."""


@dataclass(frozen=True, slots=True)
class Imposition:
    """How documents of a kind share a sheet: what they read is loaded for many at once."""

    place: Callable[[str], str]
    """A word for an ident. Documents whose words are neighbours read alike and are rendered one after the other."""
    foresee: Callable[[Sequence[str]], None]
    """Load what the documents of these idents are going to ask; see `kit.reads.foresee`. What it leaves out they
    ask themselves."""


Lists = Callable[[Any], Iterable[Membership]]
Dependants = Callable[[Any], Iterable[str]]
Loaded = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Watched:
    """A public model: the lists an instance is in, and the objects whose lists change when its own do."""

    lists: Lists
    dependants: Dependants
    loaded: Loaded


_kinds: dict[str, Kind] = {}
_impositions: dict[str, Imposition] = {}
_watched: dict[type[models.Model], Watched] = {}
_ambient: set[str] = set()
_gone: list[Callable[[str], Document | None]] = []


def register_kind(kind: Kind, imposition: Imposition | None = None) -> None:
    """Add a kind of document to the public site. Registering a name twice replaces the first.

    Without an imposition its documents are rendered one by one.
    """
    _kinds[kind.name] = kind
    _impositions.pop(kind.name, None)
    if imposition is not None:
        _impositions[kind.name] = imposition


def kinds() -> dict[str, Kind]:
    """All registered kinds by name."""
    return dict(_kinds)


def impositions() -> dict[str, Imposition]:
    """How documents share sheets, by the name of their kind."""
    return dict(_impositions)


def register_gone(render: Callable[[str], Document | None]) -> None:
    """Say what is found at an address whose document was withdrawn: `render(path)`, with status 410."""
    _gone[:] = [render]


def gone_document(path: str) -> Document | None:
    """The document for an address whose own was withdrawn, or None where there can be none."""
    return _gone[0](path) if _gone else None


def _none(instance: Any) -> Iterable[Any]:
    return ()


def _as_it_is(queryset: Any) -> Any:
    return queryset


def watch(
    model: type[models.Model],
    *,
    lists: Lists = _none,
    dependants: Dependants = _none,
    loaded: Loaded = _as_it_is,
) -> None:
    """Say that instances of a model are public: saving or deleting one re-renders what read it.

    `lists` returns the memberships of a fresh instance, empty when it is in no list now (not live,
    say). `dependants` returns the keys of objects whose memberships follow from this one's, such as
    the stories under a section that moved; it is asked only when the instance's own have changed. `loaded` has a
    queryset load what both ask, for many instances at once. All are called in a block of `asking_once`.
    """
    _watched[model] = Watched(lists, dependants, loaded)


def watched() -> dict[type[models.Model], Watched]:
    """The watched models."""
    return dict(_watched)


def regard_as_ambient(*labels: str) -> None:
    """Say that reading these models (`app_label.model`) needs no record: what is shown never comes from them."""
    _ambient.update(labels)


def is_ambient(label: str) -> bool:
    """Whether reading a model of this label needs no record."""
    return label in _ambient


def language_prefix(code: str) -> str:
    """The prefix of a language's addresses: empty for the newsroom's first language."""
    return "" if code == settings.LANGUAGE_CODE else f"/{code}"


def key_of(instance: models.Model) -> str:
    """The object key of an instance: `page:<pk>` for any page, else `<app_label>.<model>:<pk>`."""
    if isinstance(instance, Page):
        return f"page:{instance.pk}"
    return f"{instance._meta.label_lower}:{instance.pk}"


def keys_held(instances: Iterable[models.Model]) -> set[str]:
    """The keys of instances and of all that was loaded with them: what a document reads that is handed them."""
    keys, seen = set[str](), set[int]()
    todo = list(instances)
    while todo:
        instance = todo.pop()
        if id(instance) in seen:
            continue
        seen.add(id(instance))
        if not is_ambient(instance._meta.label_lower):
            keys.add(key_of(instance))
        todo += _loaded_with(instance)
    return keys


def _loaded_with(instance: models.Model) -> Iterator[models.Model]:
    """The instances that an instance leads to without another question."""
    state = instance.__dict__
    yield from (one for one in state["_state"].fields_cache.values() if one is not None)
    for many in (
        *state.get("_prefetched_objects_cache", {}).values(),
        *state.get("_cluster_related_objects", {}).values(),
    ):
        yield from many


def load_many(keys: Iterable[str]) -> dict[str, models.Model]:
    """The instances that object keys name, pages as their own class; what is gone or not watched is missing."""
    wanted: dict[str, set[str]] = {}
    for key in keys:
        label, _, pk = key.rpartition(":")
        wanted.setdefault(label, set()).add(pk)
    chosen: dict[type[models.Model], set[str]] = {
        model: wanted[model._meta.label_lower]
        for model in _watched
        if model._meta.label_lower in wanted
    }
    for page in Page.objects.filter(pk__in=wanted.get("page", ())):
        if page.specific_class in _watched:
            chosen.setdefault(page.specific_class, set()).add(str(page.pk))
    return {
        key_of(instance): instance
        for model, pks in chosen.items()
        for instance in _watched[model].loaded(model._default_manager.filter(pk__in=pks))
    }
