"""How the search cuts words, understands questions and makes excerpts; and that it finds what a plain scan finds."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from broadsheet.newsroom.actions.indexing import index_pending
from broadsheet.newsroom.actions.stories import withdraw_page
from broadsheet.newsroom.models import Article
from broadsheet.newsroom.queries import finding
from broadsheet.newsroom.queries.finding import Narrowing
from broadsheet.newsroom.rules.excerpts import LENGTH, excerpt, hits_of, in_one_line, marked
from broadsheet.newsroom.rules.questions import LONGEST, MOST_WORDS, Question, understand
from broadsheet.newsroom.rules.words import (
    CHARACTERS,
    JOINERS,
    MARKS,
    WORD,
    fold,
    word_list,
    words,
)
from paper import Paper

WRITTEN = st.text(
    alphabet=st.one_of(
        st.sampled_from("aAéßİıﷺ½٣مَدرسةإآى'’\"-*() \n\u202e\u0640\u00ad漢か\x00🌊"), st.characters()
    )
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("L’eau d'Orsay, qu'on boit", ["eau", "orsay", "on", "boit"]),
        ("The city's O'Brien don't", ["the", "city", "brien", "don"]),
        ("co-operate F-16 1,000", ["co", "operate", "f", "16", "1", "000"]),
        ("Øst Łódź İstanbul ﬁn", ["ost", "lodz", "istanbul", "fin"]),
        ("وَالمَدينةُ والمدينه للمدينة الله", ["مدينه", "مدينه", "مدينه", "الله"]),
        ("كتاب کتاب", ["كتاب", "كتاب"]),
        ("नदी हिन्दी", ["नदी", "हिन्दी"]),
        ("東京の川", ["東", "京", "の", "川"]),
        ("Café naïve3x tram東a b_c été", ["cafe", "naive3x", "tram", "東", "a", "b", "c", "ete"]),
        ("tat\u00adweel ـــ 🌊", ["tatweel"]),
    ],
)
def test_words_are_what_readers_take_for_the_same(text: str, expected: list[str]) -> None:
    assert word_list(text) == expected


@given(WRITTEN)
def test_a_word_is_a_run_of_letters_with_the_marks_on_them(text: str) -> None:
    runs: list[tuple[int, int]] = []
    for at, character in enumerate(text):
        alone = re.match(f"[{CHARACTERS}]", character) is not None
        is_letter = character.isalnum() and not alone
        goes_on = bool(runs) and runs[-1][1] == at and not re.match(f"[{CHARACTERS}]", text[at - 1])
        if goes_on and (is_letter or character in MARKS + JOINERS):
            runs[-1] = runs[-1][0], at + 1
        elif is_letter or alone:
            runs.append((at, at + 1))
    assert [found.span() for found in WORD.finditer(text)] == runs


@given(WRITTEN)
def test_words_lie_in_their_text_and_hold_nothing_but_letters_and_digits(text: str) -> None:
    end = 0
    for start, stop, word in words(text):
        assert end <= start < stop <= len(text)
        end = stop
        assert word
        assert word == fold(word), "folding twice changes nothing"
        assert not set(word) & set("\"' \\=:%_*()&|!\x00")


@given(WRITTEN)
@example("ab " * 200)
@example('"' + "a" * 1000)
def test_understanding_never_fails_and_asks_for_no_more_than_was_said(said: str) -> None:
    question = understand(said)
    known = set(word_list(said))
    named = [*question.words, *(w for phrase in question.unwanted for w in phrase)]
    assert len(named) <= MOST_WORDS
    assert len(question.text) <= LONGEST
    if not question.is_cut and "\u202e" not in said:
        assert len(question.words) <= len(known) + 1
    assert understand(question.text).words == question.words or question.is_cut


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("river", Question("river", beginning="river")),
        ("a ri", Question("a ri", words=("a", "ri"))),
        (
            '"high river',
            Question('"high river', words=("high", "river"), phrases=(("high", "river"),)),
        ),
        (
            "«high river» tram -mill",
            Question(
                "«high river» tram -mill",
                words=("high", "river", "tram"),
                phrases=(("high", "river"),),
                unwanted=(("mill",),),
            ),
        ),
        ("-mill", Question("-mill", unwanted=(("mill",),))),
        ("mill - burns", Question("mill - burns", words=("mill",), beginning="burns")),
        ("co-op", Question("co-op", words=("co", "op"), phrases=(("co", "op"),))),
    ],
)
def test_understanding_of_quotation_marks_minus_and_last_words(
    said: str, expected: Question
) -> None:
    assert understand(said) == expected


@given(WRITTEN, st.text(alphabet="abc é\n.·", max_size=600))
def test_marked_text_is_the_text(said: str, text: str) -> None:
    is_hit = hits_of(understand(said))
    assert "".join(part.text for part in marked(text, is_hit)) == text
    parts = excerpt(text, is_hit)
    assert all(word_list(part.text) for part in parts if part.is_hit)
    shown = "".join(part.text for part in parts).removeprefix("… ").removesuffix(" …")
    assert shown in in_one_line(text)
    assert len(shown) <= LENGTH
    assert any(part.is_hit for part in parts) == any(is_hit(word) for _s, _e, word in words(text))


def test_excerpt_prefers_the_passage_with_all_words_and_begins_with_its_sentence() -> None:
    text = f"The mill stands. {'Nothing here. ' * 40}At night the old mill burns. {'More. ' * 90}"
    said = "".join(part.text for part in excerpt(text, hits_of(understand("mill burns"))))
    assert said.startswith("… At night the old mill burns.")
    assert said.endswith(" …")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("It rose.\nIt fell!\nWhy? Nobody knows.", "It rose. It fell! Why? Nobody knows."),
        ("He said “no.”\nارتفع النهر؟\nنعم", "He said “no.” ارتفع النهر؟ نعم"),
        ("Three came:\nAnn\nBo\nCy\nThey left.", "Three came: Ann · Bo · Cy · They left."),
        ("It rose.\n\nThe mill\n\nIt burns.", "It rose. · The mill · It burns."),
        ("It rose.\n \n\n  The mill.  \n\n", "It rose. · The mill."),
        (" \n\n ", ""),
    ],
)
def test_lines_become_one_in_which_what_does_not_read_on_is_told_apart(
    text: str, line: str
) -> None:
    assert in_one_line(text) == line


def test_no_excerpt_begins_or_ends_with_the_dot_between() -> None:
    is_hit = hits_of(understand("river"))
    for before in range(2 * LENGTH):
        words_before = f"{'word ' * (before // 5)}{'x' * (before % 5)}"
        text = f"{words_before}\n\nriver\n\n{'end ' * (LENGTH // 4 - 10)}\n\nlast\n\n{'more ' * 90}"
        said = "".join(part.text for part in excerpt(text, is_hit))
        middle = said.removeprefix("… ").removesuffix(" …")
        assert "river" in middle
        assert middle == middle.strip(" ·")


# What is found equals what a plain scan finds ---------------------------------------------------

SOME_WORDS = ["river", "rivers", "mill", "tram", "été", "the"]
TEXT = st.lists(st.sampled_from(SOME_WORDS), min_size=1, max_size=6).map(" ".join)
ASKED = st.lists(
    st.sampled_from(
        [*SOME_WORDS, "riv", "ete", '"the river"', '"tram mill"', "-mill", '-"the tram"', "zebra"]
    ),
    min_size=1,
    max_size=3,
).map(" ".join)
EDITS = st.lists(
    st.tuples(st.sampled_from(["write", "rewrite", "withdraw", "delete"]), TEXT, TEXT, TEXT),
    min_size=3,
    max_size=7,
)


def edit(paper: Paper, number: int, what: tuple[str, str, str, str]) -> None:
    how, headline, standfirst, text = what
    stories = list(Article.objects.live().order_by("pk"))
    body = [("paragraph", f"<p>{text}</p>")]
    if how == "write" or not stories:
        moment = dt.datetime(2026, 10, 1, tzinfo=dt.UTC) + dt.timedelta(days=number % 3)
        paper.story(headline, f"s-{number}", standfirst=standfirst, body=body, on=moment)
        return
    story = stories[number % len(stories)]
    if how == "rewrite":
        story.title, story.standfirst, story.body = headline, standfirst, body
        story.save_revision().publish()
    elif how == "withdraw":
        withdraw_page(page=story, by="test")
    else:
        story.delete()


def fields(story: Article) -> list[list[str]]:
    names = " ".join(byline.name for byline in story.bylines.all())
    text = " ".join(block.value.source for block in story.body)
    text = text.replace("<p>", "").replace("</p>", "")
    return [word_list(story.title), word_list(f"{story.standfirst} {names}"), word_list(text)]


def has_phrase(parts: list[list[str]], phrase: tuple[str, ...]) -> bool:
    size = len(phrase)
    return any(tuple(part[at : at + size]) == phrase for part in parts for at in range(len(part)))


def scan(question: Question) -> Iterator[tuple[int, float, int]]:
    """Class of relevance, time and id of every public story that answers, by reading all of them."""
    for story in Article.objects.live():
        headline, about, text = parts = fields(story)
        everything = {word for part in parts for word in part}
        start = question.beginning
        if not everything.issuperset(question.words) or any(
            has_phrase(parts, phrase) for phrase in question.unwanted
        ):
            continue
        if not all(has_phrase(parts, phrase) for phrase in question.phrases):
            continue
        if start and not any(word.startswith(start) for word in everything):
            continue
        exact = {*question.words, *([start] if start else [])}
        often = {word for word in text if text.count(word) >= 3}
        begun = start and any(word.startswith(start) for word in headline)
        rank = 2
        if {*headline, *about, *often} >= exact or (begun and {*headline} >= {*question.words}):
            rank = 1
        if {*headline} >= exact:
            rank = 0
        assert story.first_published_at is not None
        yield rank, -story.first_published_at.timestamp(), -story.pk


def test_search_finds_what_a_plain_scan_finds(paper: Paper) -> None:
    seen: set[int] = set()

    @settings(
        max_examples=15,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(EDITS, st.lists(ASKED, min_size=6, max_size=6))
    def check(edits: list[tuple[str, str, str, str]], questions: list[str]) -> None:
        with transaction.atomic():
            for number, what in enumerate(edits):
                edit(paper, number, what)
                if number % 2:
                    index_pending()
            index_pending()
            for said in questions:
                question = understand(said)
                expected = [-pk for _r, _t, pk in sorted(scan(question))] if question.asks else []
                places = finding.answer(question, "en", Narrowing()).places
                assert [story.pk for story in finding.shown(places)] == expected, said
                seen.add(len(expected))
            transaction.set_rollback(True)

    check()
    assert max(seen) > 1, "the questions found something"
