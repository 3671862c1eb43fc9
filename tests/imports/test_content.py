"""HTML as blocks: what each element becomes, and that no word of it is lost."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.imports.wordpress.mapping.content import Content, content_of
from imports.archive import SITE, KnownArchive, words_of

WORDS = st.from_regex(r"[a-zA-Zا-ي]{2,9}", fullmatch=True)
FLOW = "p div section article blockquote ul ol li h1 h2 h3 h5 pre address details summary figure figcaption center"
INLINE = "b i em strong span a code sup sub del ins u mark small q cite abbr font label kbd bdi"
ODD = "table tr td th caption dl dt dd form fieldset legend button select option textarea noscript svg main foo-bar"
TAGS = f"{FLOW} {INLINE} {ODD} iframe video object".split()
SILENT = ("iframe", "video")


def read(html: str, archive: KnownArchive | None = None, **more: object) -> Content:
    return content_of(html, archive or KnownArchive(), site=SITE, **more)  # type: ignore[arg-type]


def blocks(html: str, archive: KnownArchive | None = None) -> list[tuple[str, object]]:
    return [(block["type"], block["value"]) for block in read(html, archive).blocks]


@st.composite
def markup(draw: st.DrawFn, depth: int = 0) -> tuple[str, list[str]]:
    """HTML that closes what it opens, and the words that a reader of it sees."""
    parts, seen = [], []
    for _ in range(draw(st.integers(1, 4))):
        if depth > 4 or draw(st.booleans()):
            word = draw(WORDS)
            parts.append(
                f"{word}{draw(st.sampled_from([' ', chr(10), chr(10) * 2, '<br>', '&nbsp;']))}"
            )
            seen.append(word)
        else:
            tag = draw(st.sampled_from(TAGS))
            inside, words = draw(markup(depth=depth + 1))
            parts.append(f"<{tag} class='x' href='/y'>{inside}</{tag}>")
            seen += [] if tag in SILENT else words
    return "".join(parts), seen


@settings(max_examples=200, deadline=None)
@given(markup())
def test_content_every_word_a_reader_saw_is_in_the_blocks(made: tuple[str, list[str]]) -> None:
    html, seen = made
    said = words_of(read(html).blocks)
    assert [word for word in seen if word not in said] == []
