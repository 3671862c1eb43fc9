"""Holding what the lookalike answers against the types of Stripe's own library: no field and no value is invented."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Iterator
from typing import Any, ForwardRef, Literal, TypeVar, Union, get_args, get_origin

from stripe import ListObject, StripeObject
from stripe._object_classes import get_object_class


def misfits(answers: list[Any]) -> list[str]:
    """Everything in these answers that Stripe's library does not know, or knows otherwise; each once."""
    found = {said for answer in answers for said in _of_object(answer, str(answer.get("object")))}
    return sorted(found)


def _of_object(value: dict[str, Any], where: str) -> Iterator[str]:
    """Misfits of something with a name for its own kind."""
    kind = ListObject if value.get("object") == "list" else get_object_class("V1", value["object"])
    if kind is StripeObject:
        yield f"{where}: there is no kind {value['object']}"
    elif value.get("deleted"):
        yield from (f"{where}: no field {name}" for name in value.keys() - _fields(kind).keys())
    else:
        yield from _of_fields(value, kind, where)


def _fields(kind: type) -> dict[str, Any]:
    """The annotated fields of a class, its constants aside."""
    own = {name: hint for each in reversed(kind.__mro__) for name, hint in _own(each).items()}
    return {
        name: hint
        for name, hint in own.items()
        if get_origin(hint) is not typing.ClassVar and not name.startswith("_")
    }


def _own(kind: type) -> dict[str, Any]:
    return inspect.get_annotations(kind) if issubclass(kind, StripeObject) else {}


def _of_fields(value: dict[str, Any], kind: type, where: str) -> Iterator[str]:
    fields = {"object": str} if kind is ListObject else {}
    fields |= _fields(kind)
    for name, each in value.items():
        if name not in fields:
            yield f"{where}: no field {name}"
        else:
            yield from _of_value(each, fields[name], f"{where}.{name}")
    for name, hint in fields.items():
        if name not in value and type(None) not in get_args(hint):
            yield f"{where}: {name} is missing"


def _of_value(value: Any, hint: Any, where: str) -> Iterator[str]:
    origin, parts = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        yield from _of_union(value, parts, where)
    elif origin is Literal:
        if value not in parts:
            yield f"{where}: {value!r} is none of its words"
    elif isinstance(hint, (ForwardRef, str)):
        name = hint.__forward_arg__ if isinstance(hint, ForwardRef) else hint
        if not isinstance(value, dict) or "object" not in value:
            yield f"{where}: no {name}"
        else:
            yield from _of_object(value, where)
    elif origin is list:
        if not isinstance(value, list):
            yield f"{where}: no list"
        else:
            for each in value:
                yield from _of_value(each, parts[0], where)
    else:
        yield from _of_plain(value, origin or hint, where)


def _of_union(value: Any, parts: tuple[Any, ...], where: str) -> Iterator[str]:
    """Fits one of the parts. Words that the library names are not added to by its `str` beside them."""
    if any(get_origin(part) is Literal for part in parts):
        parts = tuple(part for part in parts if part is not str)
    if isinstance(value, dict):  # an object in the place of its id
        parts = tuple(part for part in parts if part is not str)
    found = [list(_of_value(value, part, where)) for part in parts]
    if all(found):
        yield from min(found, key=len)


def _of_plain(value: Any, kind: Any, where: str) -> Iterator[str]:
    if isinstance(kind, type) and issubclass(kind, StripeObject):
        if not isinstance(value, dict):
            yield f"{where}: no {kind.__name__}"
        elif isinstance(value.get("object"), str):
            yield from _of_object(value, where)
        elif isinstance(value.get("object"), dict):  # of an event
            yield from _of_object(value["object"], f"{where}.object")
        elif _fields(kind):
            yield from _of_fields(value, kind, where)
    elif isinstance(kind, TypeVar):
        yield from _of_object(value, where)
    elif kind is Any or kind is dict:
        return
    elif not isinstance(value, (int, float) if kind is float else kind) or (
        isinstance(value, bool) and kind is not bool
    ):
        yield f"{where}: {str(value)[:60]!r} is no {getattr(kind, '__name__', kind)}"
