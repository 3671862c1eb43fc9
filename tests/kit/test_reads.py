"""A recording keeps the keys of what was read in it, and nothing outside."""

from __future__ import annotations

from pathlib import Path

from broadsheet.kit.reads import (
    asking_once,
    current,
    foresee,
    note,
    one_sheet,
    reader,
    recording,
    use_picture,
)


@reader(lambda scope, count=3: [f"list:{scope}", f"count:{count}"])
def listing(scope: str, count: int = 3) -> list[int]:
    open_recording = current()
    return [open_recording.readers_open] if open_recording else []


def test_reader_in_a_recording_notes_its_keys_even_when_it_lists_nothing() -> None:
    with recording() as reads:
        assert listing("latest") == [1]
    assert reads.keys == {"list:latest", "count:3"}
    assert reads.readers_open == 0


def test_reader_outside_a_recording_only_runs() -> None:
    assert listing("latest") == []


def test_recording_inside_another_hides_it() -> None:
    with recording() as outer:
        note("a")
        with recording() as inner:
            note("b")
        note("c")
    assert (outer.keys, inner.keys) == ({"a", "c"}, {"b"})


def test_use_picture_outside_a_recording_is_forgotten() -> None:
    use_picture("/media/a.webp", Path("a.webp"), "image/webp")
    with recording() as reads:
        use_picture("/media/b.webp", Path("b.webp"), "image/webp")
    assert list(reads.pictures) == ["/media/b.webp"]


def test_asking_once_a_reader_answers_the_same_question_from_memory_in_the_block_only() -> None:
    asked: list[object] = []

    @reader(lambda what, more=(): [f"list:{what}"])
    def answer(what: object, more: object = ()) -> object:
        asked.append(what)
        return len(asked)

    with asking_once():
        assert [answer("a"), answer("a"), answer("b"), answer("a", more=2)] == [1, 1, 2, 3]
        assert [answer("a", [1]), answer("a", [1]), answer("a", [2])] == [4, 4, 5], (
            "a list is its members"
        )
        assert [answer("a", {1}), answer("a", {1})] == [6, 7], "what cannot be a key is asked again"
    assert [answer("a"), answer("a")] == [8, 9]


ASKED: list[str] = []


@reader(lambda code: [f"list:{code}"], shared=True)
def menu(code: str) -> str:
    note(f"inside:{code}")
    ASKED.append(code)
    return code


def test_shared_reader_answers_once_and_leaves_its_keys_in_every_recording() -> None:
    ASKED.clear()
    with asking_once():
        for _ in range(2):
            with asking_once(), recording() as reads:
                assert (menu("en"), menu("ar")) == ("en", "ar")
            assert reads.keys == {"list:en", "list:ar", "inside:en", "inside:ar"}
    assert ASKED == ["en", "ar"]
    with recording() as reads:
        menu("en")
    assert (ASKED, reads.keys) == (["en", "ar", "en"], {"list:en", "inside:en"})


@reader(lambda pk: [f"page:{pk}"])
def shown(pk: int) -> str:
    note(f"author:{pk}")
    use_picture(f"/media/{pk}.webp", Path(f"{pk}.webp"), "image/webp")
    ASKED.append(str(pk))
    return f"page {pk}"


def test_reader_on_one_sheet_is_asked_once_and_all_it_read_is_left_in_every_recording() -> None:
    ASKED.clear()
    for _sheet in range(2):
        with asking_once(), one_sheet():
            for _document in range(3):
                with recording() as reads:
                    assert shown(1) == "page 1"
                assert (reads.keys, list(reads.pictures)) == (
                    {"page:1", "author:1"},
                    ["/media/1.webp"],
                )
    assert ASKED == ["1", "1"]


def test_foreseen_answer_is_given_with_its_keys_and_only_on_its_sheet() -> None:
    ASKED.clear()
    with one_sheet():
        foresee(shown, (1,), "foreseen", ["author:9"])
        with recording() as reads:
            assert (shown(1), shown(2)) == ("foreseen", "page 2")
        assert reads.keys == {"page:1", "author:9", "page:2", "author:2"}
    foresee(shown, (1,), "foreseen", [])
    with one_sheet(), recording():
        assert shown(1) == "page 1"
    assert ASKED == ["2", "1"]
