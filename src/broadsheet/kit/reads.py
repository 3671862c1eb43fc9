"""Recording what a public document reads; not what happens with the record (the press does that).

While a recording is open, every model instance that is built and every function marked with
`reader` leaves its keys in it. Keys are strings: an object's (`page:12`, `newsroom.author:5`), a
list's (`list:latest/section/3`) or a whole table's (`table:newsroom_topic`).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

if TYPE_CHECKING:
    from broadsheet.kit.memory import Memory

P = ParamSpec("P")
T = TypeVar("T")
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A picture that a document shows: its public path, the file that holds it, its media type."""

    path: str
    file: Path
    content_type: str


@dataclass(slots=True)
class Reads:
    """What one document read: keys, and the pictures it needs beside it."""

    keys: set[str] = field(default_factory=set)
    pictures: dict[str, PictureFile] = field(default_factory=dict)
    readers_open: int = 0


_Answers = dict[Any, tuple[Any, Reads]]

_answers: ContextVar[_Answers | None] = ContextVar("broadsheet_answers", default=None)
_sheet: ContextVar[_Answers | None] = ContextVar("broadsheet_sheet", default=None)
_lasting: ContextVar[Memory | None] = ContextVar("broadsheet_lasting", default=None)
_current: ContextVar[Reads | None] = ContextVar("broadsheet_reads", default=None)


def current() -> Reads | None:
    """The open recording of this thread or task, or None."""
    return _current.get()


@contextmanager
def recording() -> Iterator[Reads]:
    """Open a recording for the length of the block. Recordings do not nest: an inner one hides the outer."""
    reads = Reads()
    token = _current.set(reads)
    try:
        yield reads
    finally:
        _current.reset(token)


def note(*keys: str) -> None:
    """Record that the current document depends on these keys; nothing happens outside a recording."""
    reads = _current.get()
    if reads is not None:
        reads.keys.update(keys)


def use_picture(path: str, file: Path, content_type: str) -> None:
    """Record that the current document shows this picture, so that it is published with it."""
    reads = _current.get()
    if reads is not None:
        reads.pictures[path] = PictureFile(path, file, content_type)


@contextmanager
def reading(*keys: str) -> Iterator[None]:
    """Allow SQL in the block while a recording is open, and record the keys of what it lists.

    An empty list or a count leaves no instance behind: its key is what makes the document depend on it.
    """
    note(*keys)
    reads = _current.get()
    if reads is None:
        yield
        return
    reads.readers_open += 1
    try:
        yield
    finally:
        reads.readers_open -= 1


@contextmanager
def asking_once() -> Iterator[None]:
    """Let readers that are asked the same again in the block answer from memory; an inner block is part of the outer.

    Made for one page for one reader. While a recording is open only readers marked as `shared` do so (others in
    `one_sheet`): many documents are rendered in one block, and whoever opens it has to render again what read
    a key that changes meanwhile. What readers return is shared and must not be changed.
    """
    if _answers.get() is not None:
        yield
        return
    token = _answers.set({})
    try:
        yield
    finally:
        _answers.reset(token)


@contextmanager
def one_sheet() -> Iterator[None]:
    """Let the documents that are rendered in the block ask each reader the same question only once.

    What a reader has read is left in every recording that asks it. The same holds as for `asking_once`; the
    memory is gone at the end of the block, so that a full run stays small.
    """
    token = _sheet.set({})
    try:
        yield
    finally:
        _sheet.reset(token)


@contextmanager
def remembering(memory: Memory) -> Iterator[None]:
    """Let lasting readers that are asked in the block while a recording is open answer from `memory`, and fill it."""
    token = _lasting.set(memory)
    try:
        yield
    finally:
        _lasting.reset(token)


def foresee(
    function: Callable[..., T], args: tuple[Any, ...], answer: T, held: Iterable[str]
) -> None:
    """Have the sheet know a reader's answer before it is asked: somebody has loaded many in a few queries.

    `held` are the keys of what the answer holds; those that the reader names itself are added. The answer
    and the keys must be what the reader would have come to. Nothing happens outside of a sheet.
    """
    sheet = _sheet.get()
    question = _question(function, args, {})
    if sheet is not None and question is not None:
        sheet[question] = answer, Reads({*_namers[function](*args), *held})


_namers: dict[Callable[..., Any], Callable[..., Iterable[str]]] = {}
"""How each reader names the lists it reads."""


def _question(function: Callable[..., Any], args: tuple[Any, ...], kwargs: Any) -> Hashable:
    """What is asked, as something that can be found again; None where that cannot be."""
    known = tuple(tuple(one) if isinstance(one, list) else one for one in args)
    question = (function, known, tuple(kwargs.items()))
    try:
        hash(question)
    except TypeError:
        return None
    return question


def _memories(*, shared: bool, lasting: bool) -> list[_Answers | Memory]:
    """Where a reader that is asked now looks for its answer, and leaves it: the nearest first."""
    is_recorded = _current.get() is not None
    near = _answers.get() if shared or not is_recorded else _sheet.get()
    far = _lasting.get() if lasting and is_recorded else None
    return [memory for memory in (near, far) if memory is not None]


def _known(memories: list[_Answers | Memory], question: Hashable) -> tuple[Any, Reads] | None:
    found = (memory.get(question) for memory in memories)
    return next((known for known in found if known is not None), None)


def reader(
    keys: Callable[P, Iterable[str]], *, shared: bool = False, lasting: bool = False
) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Mark a function that reads the database for public documents.

    `keys` takes the function's own arguments and returns the keys of the lists it reads. The
    function must return data, not a lazy queryset or an iterator: its SQL has to run inside it.
    `shared` is for what every page asks alike, see `asking_once`. `lasting` answers may be given again for later
    documents until a key that was read for them changes (`remembering`): the arguments must be plain values, and
    whatever the answer depends on must have a key.
    """

    def mark(function: Callable[P, T]) -> Callable[P, T]:
        def ask(*args: P.args, **kwargs: P.kwargs) -> T:
            with reading(*keys(*args, **kwargs)):
                return function(*args, **kwargs)

        @functools.wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> T:
            reads = _current.get()
            memories = _memories(shared=shared, lasting=lasting)
            question = _question(run, args, kwargs) if memories else None
            if question is None:
                return ask(*args, **kwargs)
            if reads is None:
                question = (question, "not recorded")
            known = _known(memories, question)
            if known is None:
                if reads is None:
                    known = ask(*args, **kwargs), Reads()
                else:
                    with recording() as inner:
                        known = ask(*args, **kwargs), inner
                for memory in memories:
                    memory[question] = known
            if reads is not None:
                reads.keys |= known[1].keys
                reads.pictures |= known[1].pictures
            return cast("T", known[0])

        _namers[run] = keys
        return run

    return mark


def reader_of_each(
    keys: Callable[[K], Iterable[str]], held: Callable[[T], Iterable[str]]
) -> Callable[[Callable[[Sequence[K]], Mapping[K, T]]], Callable[[Sequence[K]], dict[K, T]]]:
    """Mark a function that reads many objects of a kind at once, each of which is an answer of its own, and lasting.

    The function gets idents and returns what there is by ident; it is asked only for what is not known. `keys`
    names what one ident depends on, `held` the keys of what was loaded with an object.
    """

    def mark(
        function: Callable[[Sequence[K]], Mapping[K, T]],
    ) -> Callable[[Sequence[K]], dict[K, T]]:
        def ask(idents: Sequence[K]) -> Mapping[K, T]:
            with reading(*(key for ident in idents for key in keys(ident))):
                return function(idents)

        @functools.wraps(function)
        def run(idents: Sequence[K]) -> dict[K, T]:
            reads = _current.get()
            memories = _memories(shared=False, lasting=True) if reads is not None else []
            if reads is None or not memories:
                found = ask(idents)
                return {ident: found[ident] for ident in idents if ident in found}
            answers = {
                ident: known for ident in idents if (known := _known(memories, (run, ident)))
            }
            missing = [ident for ident in idents if ident not in answers]
            if missing:
                with recording():
                    found = ask(missing)
                for ident in missing:
                    one = found.get(ident)
                    about = Reads({*keys(ident), *(held(one) if one is not None else ())})
                    answers[ident] = one, about
                    for memory in memories:
                        memory[run, ident] = one, about
            for _one, about in answers.values():
                reads.keys |= about.keys
            return {ident: one for ident, (one, _about) in answers.items() if one is not None}

        return run

    return mark
