"""What the demo's newsroom is made of: enough of it, consistent in itself, and invented."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from broadsheet.demo.pictures.album import PORTRAITS, SCENES
from broadsheet.demo.reading import (
    CONTENT,
    LANGUAGES,
    Edition,
    Listing,
    Quotation,
    Table,
    Text,
    read_edition,
)

ENGLISH, ARABIC = (read_edition(language) for language in LANGUAGES)
TEXTS = [t for edition in (ENGLISH, ARABIC) for t in (*edition.stories, *edition.pages)]
EDITIONS = pytest.mark.parametrize("edition", [ENGLISH, ARABIC], ids=LANGUAGES)


def name(text: Text) -> str:
    return f"{text.language}/{text.section}/{text.key}"


def keys(edition: Edition) -> dict[str, set[str]]:
    return {
        "story": {story.key for story in edition.stories},
        "page": {page.key for page in edition.pages},
        "author": {author["slug"] for author in edition.authors},
        "topic": {topic["slug"] for topic in edition.topics},
    }


def test_content_is_as_much_as_promised() -> None:
    assert len(ENGLISH.stories) >= 32
    assert len(ARABIC.stories) >= 8
    assert len([s for s in ARABIC.stories if s.translation_of]) >= 4
    assert [len(e.sections) for e in (ENGLISH, ARABIC)] == [5, 5]
    assert [len(e.authors) for e in (ENGLISH, ARABIC)] == [8, 8]
    assert len(ENGLISH.topics) == 15
    assert len(SCENES) >= 24
    assert {a["slug"] for a in ENGLISH.authors} == set(PORTRAITS)


def test_stories_are_of_believable_length() -> None:
    words = [story.words() for story in ENGLISH.stories]
    assert min(words) >= 140
    assert sum(350 <= count <= 700 for count in words) >= len(words) * 0.6
    assert sum(count >= 800 for count in words) >= 3
    assert min(story.words() for story in ARABIC.stories) >= 280


def test_stories_exercise_every_kind_of_block() -> None:
    def with_block(kind: type) -> int:
        return sum(any(isinstance(b, kind) for b in s.blocks) for s in ENGLISH.stories)

    assert min(with_block(Table), with_block(Quotation), with_block(Listing)) >= 8
    assert sum(len(s.illustrations()) > 1 for s in ENGLISH.stories) >= 5
    assert sum(len(s.authors) == 3 for s in ENGLISH.stories) >= 3
    assert sum(bool(s.guests) for s in ENGLISH.stories) == 2


@EDITIONS
def test_every_section_author_and_topic_has_stories(edition: Edition) -> None:
    sections = Counter(story.section for story in edition.stories)
    topics = Counter(topic for story in edition.stories for topic in story.topics)
    assert set(sections) == {section["slug"] for section in edition.sections}
    assert set(topics) == {topic["slug"] for topic in edition.topics}
    if edition is ENGLISH:
        signed = {author for story in edition.stories for author in story.authors}
        assert signed == {author["slug"] for author in edition.authors}


@pytest.mark.parametrize("text", TEXTS, ids=name)
def test_text_names_only_what_there_is(text: Text) -> None:
    known = keys(ENGLISH if text.language == "en" else ARABIC)
    assert set(text.authors) <= known["author"]
    assert set(text.topics) <= known["topic"]
    assert {i.name for i in text.illustrations()} <= set(SCENES)
    assert [(kind, key) for kind, key in text.links() if key not in known[kind]] == []
    if text.translation_of:
        assert text.translation_of in keys(ENGLISH)["story"]


@pytest.mark.parametrize("text", [t for t in TEXTS if t.section != "pages"], ids=name)
def test_story_is_signed_dated_and_its_pictures_described(text: Text) -> None:
    assert text.authors or text.guests
    assert text.age.total_seconds() > 0
    assert len(text.headline) <= 120
    assert all(i.caption and i.credit and 20 <= len(i.alt) <= 255 for i in text.illustrations())


@EDITIONS
def test_front_page_shows_stories_that_are_there(edition: Edition) -> None:
    assert {edition.front["lead"], *edition.front["chosen"]} <= keys(edition)["story"]


def test_translations_are_signed_by_the_same_people() -> None:
    originals = {story.key: story for story in ENGLISH.stories}
    for story in ARABIC.stories:
        if story.translation_of:
            original = originals[story.translation_of]
            assert (story.authors, story.section) == (original.authors, original.section)
            assert [type(b) for b in story.blocks] == [type(b) for b in original.blocks]


def test_arabic_texts_are_arabic() -> None:
    for text in (*ARABIC.stories, *ARABIC.pages):
        sources = [text.headline, *(b.text for b in text.blocks if hasattr(b, "text"))]
        letters = "".join(sources)
        arabic = len(re.findall(r"[\u0600-\u06ff]", letters))
        assert arabic > len(re.findall(r"[A-Za-z]", letters)) * 4, text.key
    assert all(re.search(r"[\u0600-\u06ff]", a["name"]) for a in ARABIC.authors)


def test_newsroom_has_the_pages_that_say_who_it_is() -> None:
    pages = {"about", "masthead", "ethics", "corrections", "funding", "contact"}
    assert [{page.key for page in edition.pages} for edition in (ENGLISH, ARABIC)] == [pages, pages]


def test_english_texts_have_printers_quotation_marks() -> None:
    for file in (CONTENT / "en").rglob("*.md"):
        _, head, body = file.read_text("utf-8").split("+++\n")
        assert "'" not in head + body, file.name
        assert '"' not in body, file.name


def test_addresses_in_the_content_are_example_domains() -> None:
    for file in CONTENT.rglob("*.*"):
        text = file.read_text("utf-8")
        assert re.findall(r"@(?![\w.-]+\.example\b)[\w-]+\.", text) == [], file.name
        assert "http" not in text, file.name
