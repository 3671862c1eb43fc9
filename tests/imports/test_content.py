"""HTML as blocks: what each element becomes, and that no word of it is lost."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from broadsheet.imports.wordpress.mapping.archive import Shown
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


@settings(max_examples=200)
@given(markup())
@example(("<figure><object data='/y'>AA </object></figure>", ["AA"]))
def test_content_every_word_a_reader_saw_is_in_the_blocks(made: tuple[str, list[str]]) -> None:
    html, seen = made
    said = words_of(read(html).blocks)
    assert [word for word in seen if word not in said] == []


CLASSIC = """First line
second line

<strong>Bold</strong> and <em>italic</em> &amp; <a href="https://x.example/?a=1&amp;b=2">a link</a>.

&nbsp;
<h2>A <em>heading</em></h2>
Text after.
<ul>
<li>One
<ul><li>Nested</li></ul>
</li>
<li>Two</li>
</ul>
https://video.example/watch?v=1

<blockquote>Said.

Twice.<cite>Ann</cite></blockquote>
<pre>  as
    it is</pre>
<!--more-->
<dl><dt>Term</dt><dd>Meaning</dd></dl>
<address>Main Street 1</address>
H<sub>2</sub>O <del>old</del> <ins>new</ins>
<!--nextpage-->
<hr />"""


def test_classic_post_becomes_blocks() -> None:
    assert blocks(CLASSIC) == [
        ("paragraph", "<p>First line<br/>second line</p>"),
        (
            "paragraph",
            '<p><b>Bold</b> and <i>italic</i> &amp; <a href="https://x.example/?a=1&amp;b=2">a link</a>.</p>',
        ),
        ("heading", {"text": "A heading", "level": "2"}),
        ("paragraph", "<p>Text after.</p>"),
        ("list", "<ul><li>One<ul><li>Nested</li></ul></li><li>Two</li></ul>"),
        ("embed", {"url": "https://video.example/watch?v=1", "title": ""}),
        ("quotation", {"text": "Said.\n\nTwice.", "speaker": "Ann", "role": ""}),
        ("preformatted", "  as\n    it is"),
        ("paragraph", "<p><b>Term</b><br/>Meaning</p>"),
        ("paragraph", "<p>Main Street 1</p>"),
        ("paragraph", "<p>H<sub>2</sub>O <s>old</s> new</p>"),
        ("separator", None),
        ("separator", None),
    ]


def test_block_post_becomes_blocks_and_line_ends_do_not_count() -> None:
    html = """<!-- wp:paragraph --><p>One
line.</p><!-- /wp:paragraph -->
<!-- wp:columns --><div class="wp-block-columns"><!-- wp:column --><div><!-- wp:heading {"level":3} -->
<h3>Left</h3><!-- /wp:heading --></div><!-- /wp:column --></div><!-- /wp:columns -->
<!-- wp:pullquote --><figure class="wp-block-pullquote"><blockquote><p>Words.</p><cite>Bo, mayor</cite>
</blockquote></figure><!-- /wp:pullquote -->
<!-- wp:embed {"url":"https://v.example/1"} --><figure class="wp-block-embed"><div class="wrapper">
https://v.example/1
</div><figcaption>A <b>film</b></figcaption></figure><!-- /wp:embed -->
<!-- wp:buttons --><div><div class="wp-block-button"><a href="https://x.example/">Go</a></div></div><!-- /wp:buttons -->
<!-- wp:latest-posts /--><!-- wp:social-link {"url":"https://s.example/us","service":"mastodon"} /-->"""
    made = read(html)
    assert [(block["type"], block["value"]) for block in made.blocks] == [
        ("paragraph", "<p>One line.</p>"),
        ("heading", {"text": "Left", "level": "3"}),
        ("quotation", {"text": "Words.", "speaker": "Bo, mayor", "role": ""}),
        ("embed", {"url": "https://v.example/1", "title": "A film"}),
        ("paragraph", '<p><a href="https://x.example/">Go</a></p>'),
        ("paragraph", '<p><a href="https://s.example/us">mastodon</a></p>'),
    ]
    assert made.notes == ["Blocks that WordPress fills itself are left out: latest-posts"]


def test_table_keeps_heads_spans_and_caption() -> None:
    html = """<figure class="wp-block-table"><table><thead><tr><th>Year</th><th colspan="2">Cost</th></tr></thead>
<tfoot><tr><td>Sum</td><td>3</td><td></td></tr></tfoot><tbody><tr><td rowspan="2">2020</td><td>1</td><td>a</td></tr>
<tr><td>2</td><td>b<br>c</td></tr></tbody></table><figcaption>Costs</figcaption></figure>"""
    ((kind, value),) = blocks(html)
    assert kind == "table"
    assert value["caption"] == "Costs"  # type: ignore[index]
    table = value["table"]  # type: ignore[index]
    assert table["data"] == [
        ["Year", "Cost", ""],
        ["2020", "1", "a"],
        ["", "2", "b\nc"],
        ["Sum", "3", ""],
    ]
    assert (table["first_row_is_table_header"], table["first_col_is_header"]) == (True, False)


HERE = Shown(5, "https://old.example/wp-content/uploads/a.jpg", "Known alt", "Known caption")
AWAY = Shown(None, "https://old.example/wp-content/uploads/b.jpg", "A bridge", "")


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (
            '<img class="wp-image-1" src="https://old.example/wp-content/uploads/a-300x200.jpg" alt="Mine">',
            [("picture", {"image": 5, "alt": "Mine", "caption": "", "credit": ""})],
        ),
        (
            (
                '[caption id="attachment_1" align="left"]<a href="/a.jpg"><img class="wp-image-1" src="/a.jpg"></a> Her'
                " <b>words</b>[/caption]"
            ),
            [("picture", {"image": 5, "alt": "Known alt", "caption": "Her words", "credit": ""})],
        ),
        (
            '[gallery ids="1,2"]',
            [
                (
                    "picture",
                    {"image": 5, "alt": "Known alt", "caption": "Known caption", "credit": ""},
                ),
                (
                    "embed",
                    {"url": "https://old.example/wp-content/uploads/b.jpg", "title": "A bridge"},
                ),
            ],
        ),
        (
            '<p>Before <img src="https://else.example/c.png" alt="A map"> after.</p>',
            [
                ("paragraph", "<p>Before after.</p>"),
                ("embed", {"url": "https://else.example/c.png", "title": "A map"}),
            ],
        ),
        (
            '<figure><img src="/uploads/d.png"><figcaption>Said of it</figcaption></figure>',
            [("embed", {"url": "https://old.example/uploads/d.png", "title": "Said of it"})],
        ),
        ('<img src="data:image/png;base64,AAAA" alt="Drawn">', [("paragraph", "<p>Drawn</p>")]),
        ('<img src="https://count.example/x.gif" width="1" height="1">', []),
        ('Hello <img class="emoji" alt="🌊" src="x">!', [("paragraph", "<p>Hello 🌊!</p>")]),
    ],
)
def test_pictures_become_pictures_or_links_that_lose_nothing(
    html: str, expected: list[tuple[str, object]]
) -> None:
    assert blocks(html, KnownArchive(shown={"1": HERE, "2": AWAY})) == expected


@pytest.mark.parametrize(
    ("html", "url"),
    [
        ('<iframe src="https://www.youtube.com/embed/abcdef_1?rel=0"></iframe>', "https://www.youtube.com/watch?v=abcdef_1"),
        ('<iframe src="//player.vimeo.com/video/12"></iframe>', "https://vimeo.com/12"),
        ("[embed]https://v.example/3[/embed]", "https://v.example/3"),
        ('[video mp4="https://v.example/4.mp4"][/video]', "https://v.example/4.mp4"),
        ('[audio src="/a.mp3"]', None),
        ('<audio controls src="/a.mp3"></audio>', "https://old.example/a.mp3"),
        ('<video><source src="https://v.example/5.webm"></video>', "https://v.example/5.webm"),
        ('<object data="https://v.example/6.swf"></object>', "https://v.example/6.swf"),
        ("[youtube https://youtu.be/abcdef]", "https://youtu.be/abcdef"),
    ],
)  # fmt: skip
def test_players_become_places_elsewhere(html: str, url: str | None) -> None:
    made = blocks(html)
    expected = [("embed", {"url": url, "title": ""})] if url else [("paragraph", f"<p>{html}</p>")]
    assert made == expected


def test_shortcodes_nobody_knows_stay_text_and_are_noted() -> None:
    made = read(
        'Call [contact-form-7 id="1" title="Us"] now [sic], [[gallery]] [box]in[/box] [note 1].'
    )
    assert words_of(made.blocks) == (
        ' Call [contact-form-7 id="1" title="Us"] now [sic], [gallery] [box]in[/box] [note 1]. '
    )
    assert made.notes == ["A shortcode is kept as text: [contact-form-7], [box]"]


def test_links_lead_inside_where_the_archive_knows_them() -> None:
    archive = KnownArchive(links={"https://old.example/2020/01/x/": 'linktype="page" id="9"'})
    made = read(
        '<a href="/2020/01/x/">known</a> <a href="/2020/01/y/">unknown</a> <a href="#note">in page</a>'
        ' <a href="javascript:x()">bad</a> <a href="mailto:a@b.example">mail</a>',
        archive,
    )
    assert [block["value"] for block in made.blocks] == [
        (
            '<p><a linktype="page" id="9">known</a> <a href="https://old.example/2020/01/y/">unknown</a> in page bad'
            ' <a href="mailto:a@b.example">mail</a></p>'
        )
    ]
    assert made.lacks_links
    assert made.notes == ["A link that leads nowhere was taken out, its words stay: javascript:x()"]


def test_link_in_a_heading_is_noted_as_lost() -> None:
    assert read('<h2><a href="https://x.example/">Read</a></h2>').notes == [
        "A link stands where only plain text can be (heading, quotation, table, caption): https://x.example/"
    ]


def test_posted_quotation_keeps_the_way_to_the_post() -> None:
    html = (
        '<blockquote class="twitter-tweet"><p>Words</p>&mdash; Ann <a href="https://t.example/1">Jan 1</a>'
        '</blockquote><script async src="https://t.example/w.js"></script>'
    )
    assert blocks(html) == [
        ("quotation", {"text": "Words\n\n— Ann Jan 1", "speaker": "", "role": ""}),
        ("embed", {"url": "https://t.example/1", "title": ""}),
    ]


def test_reusable_blocks_are_put_in_and_never_for_ever() -> None:
    archive = KnownArchive(patterns={"4": '<p>Shared.</p><!-- wp:block {"ref":4} /-->'})
    made = read('<!-- wp:block {"ref":4} /-->', archive)
    assert made.blocks[0]["value"] == "<p>Shared.</p>"
    assert len(made.blocks) == 3
    assert read('<!-- wp:block {"ref":5} /-->').notes == [
        "A reusable block is not in the export: 5"
    ]


def test_footnotes_stand_where_their_block_is_else_at_the_end() -> None:
    html = 'Fact<sup data-fn="x" class="fn"><a href="#x">1</a></sup>'
    for source in (html, f"{html}<!-- wp:footnotes /-->"):
        made = content_of(source, KnownArchive(), site=SITE, footnotes={"x": "See <em>it</em>."})
        assert [(block["type"], block["value"]) for block in made.blocks] == [
            ("paragraph", "<p>Fact[^1]</p>"),
            ("footnotes", ["<p>See <i>it</i>.</p>"]),
        ]


def test_pull_quote_without_a_speaker_is_one() -> None:
    html = '<figure class="wp-block-pullquote"><blockquote><p>Ours.</p></blockquote></figure>'
    assert blocks(html) == [("pull_quote", {"text": "Ours."})]


def test_right_to_left_text_is_kept_as_it_is() -> None:
    assert blocks('<p dir="rtl">مرحبا <b>بالعالم</b></p>') == [
        ("paragraph", "<p>مرحبا <b>بالعالم</b></p>")
    ]
