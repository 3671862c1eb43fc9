"""Answers that outlive a sheet are given again with all that was read for them, until one of their keys changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from broadsheet.kit.memory import Memory
from broadsheet.kit.reads import (
    Reads,
    note,
    one_sheet,
    reader,
    reader_of_each,
    recording,
    remembering,
    use_picture,
)

asked: list[object] = []


@reader(lambda what: [f"list:{what}"], lasting=True)
def lasting(what: str) -> str:
    asked.append(what)
    note(f"object:{what}")
    use_picture(f"/{what}.webp", Path("a.webp"), "image/webp")
    return what.upper()


@reader(lambda what: [f"list:{what}"])
def fleeting(what: str) -> str:
    asked.append(what)
    return what


def held(name: str) -> Iterable[str]:
    return [f"face:{name}"]


@reader_of_each(lambda number: [f"page:{number}"], held)
def names(numbers: Sequence[int]) -> dict[int, str]:
    asked.append(list(numbers))
    return {number: f"name {number}" for number in numbers if number < 10}


@contextmanager
def document(memory: Memory) -> Iterator[Reads]:
    asked.clear()
    with remembering(memory), one_sheet(), recording() as reads:
        yield reads


def test_lasting_answer_is_given_again_with_its_keys_and_pictures() -> None:
    memory = Memory(10)
    for times in (1, 0, 0):
        with document(memory) as reads:
            assert lasting("river") == "RIVER"
        assert len(asked) == times
        assert reads.keys == {"list:river", "object:river"}
        assert list(reads.pictures) == ["/river.webp"]
    memory.forget(["list:harbour"])
    assert len(memory) == 1
    memory.forget(["object:river", "object:river"])
    with document(memory):
        lasting("river")
    assert asked == ["river"]


def test_other_readers_and_what_nobody_records_are_asked_anew() -> None:
    memory = Memory(10)
    for _twice in range(2):
        with document(memory):
            fleeting("river")
        assert asked == ["river"]
    with remembering(memory):
        asked.clear()
        lasting("river")
        lasting("river")
        assert asked == ["river", "river"]
        assert names([1, 11]) == {1: "name 1"}
    assert len(memory) == 0


def test_each_object_is_an_answer_of_its_own() -> None:
    memory = Memory(10)
    with document(memory) as reads:
        assert list(names([2, 1, 12])) == [2, 1]
        assert list(names([1])) == [1]
    assert asked == [[2, 1, 12]]
    assert reads.keys == {"page:1", "page:2", "page:12", "face:name 1", "face:name 2"}
    with document(memory) as reads:
        assert names([3, 1, 12]) == {3: "name 3", 1: "name 1"}
    assert asked == [[3]]
    assert reads.keys == {"page:1", "page:3", "page:12", "face:name 1", "face:name 3"}
    memory.forget(["page:12", "face:name 1"])
    with document(memory):
        names([3, 1, 12])
    assert asked == [[1, 12]]


def test_memory_lets_go_of_what_was_not_asked_for_longest() -> None:
    memory = Memory(2)
    for number in (1, 2):
        memory[number] = number, Reads({f"key:{number}"})
    assert memory.get(1) is not None
    memory[3] = 3, Reads({"key:3", "key:1"})
    assert (memory.get(1), memory.get(2)) == ((1, Reads({"key:1"})), None)
    memory[3] = 30, Reads({"key:30"})
    memory.forget(["key:1"])
    assert (memory.get(1), memory.get(3)) == (None, (30, Reads({"key:30"})))
    memory.empty()
    assert len(memory) == 0


def test_answer_that_depends_on_nothing_is_not_kept() -> None:
    memory = Memory(2)
    memory["question"] = "answer", Reads()
    assert memory.get("question") is None
