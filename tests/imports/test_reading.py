"""Reading an export: encodings, broken XML, files that are none; one bad item never takes another with it."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.imports.wordpress.errors import Unreadable
from broadsheet.imports.wordpress.reading import Export, Item, decoding
from imports.exports import FOOT, author, category, export, head, item


def read(path: Path, content: str | bytes) -> tuple[list[Item], Export]:
    file = path / "export.xml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    made = Export(file)
    return list(made.items()), made


def titles(items: list[Item]) -> list[str]:
    return [f"failed: {one.fault[:40]}" if one.fault else one.title for one in items]


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2", "1.3"])
def test_export_of_every_version_is_read(tmp_path: Path, version: str) -> None:
    items, made = read(tmp_path, export(item(7, "Flood", "<p>Water.</p>"), version=version))
    (one,) = items
    assert (one.ident, one.title, one.content) == ("7", "Flood", "<p>Water.</p>")
    assert (one.kind, one.status, one.creator) == ("post", "publish", "ann")
    assert [(label.taxonomy, label.slug) for label in one.labels] == [("category", "city")]
    assert (made.site, made.is_complete, made.notes) == ("https://old.example", True, [])
    assert made.people["ann"].name == "Ann Bell"
    assert made.terms["category", "city"].name == "City"


def test_export_under_another_prefix_is_read(tmp_path: Path) -> None:
    text = export(item(7)).replace("wp:", "w:").replace("xmlns:wp", "xmlns:w")
    items, _made = read(tmp_path, text)
    assert (items[0].ident, items[0].status) == ("7", "publish")


def test_export_without_namespaces_is_read(tmp_path: Path) -> None:
    text = export(item(7))
    bare = '<?xml version="1.0"?><rss>' + text[text.index("<channel>") :]
    assert read(tmp_path, bare)[0][0].ident == "7"


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", b"\xef\xbb\xbf"),
        ("utf-16-le", b"\xff\xfe"),
        ("utf-16-be", b"\xfe\xff"),
        ("utf-16-le", b""),
        ("utf-32-le", b"\xff\xfe\0\0"),
    ],
)
def test_export_in_unicode_is_read_whatever_it_declares(
    tmp_path: Path, encoding: str, mark: bytes
) -> None:
    text = export(item(7, "Fünf Flüsse – عربي 🌊"))
    items, made = read(tmp_path, mark + text.encode(encoding))
    assert titles(items) == ["Fünf Flüsse – عربي 🌊"]
    assert made.notes == []


@pytest.mark.parametrize("declared", ["UTF-8", "ISO-8859-1", "windows-1252", "us-ascii", "no-such"])
@pytest.mark.parametrize("written", ["utf-8", "windows-1252"])
def test_export_with_the_wrong_encoding_declared_loses_no_letter(
    tmp_path: Path, declared: str, written: str
) -> None:
    text = export(item(7, "“Fünf” Flüsse – £5")).replace("UTF-8", declared)
    items, made = read(tmp_path, text.encode(written))
    assert titles(items) == ["“Fünf” Flüsse – £5"]
    assert len(made.notes) == (written != "utf-8")


def test_export_in_an_asian_encoding_is_read_as_declared(tmp_path: Path) -> None:
    text = export(item(7, "東京の川")).replace("UTF-8", "Shift_JIS")
    assert titles(read(tmp_path, text.encode("shift_jis"))[0]) == ["東京の川"]


def test_export_with_a_mix_of_encodings_loses_no_letter(tmp_path: Path) -> None:
    parts = [export(item(1, "Größe"), item(2, "MARK")).encode()]
    items, made = read(tmp_path, parts[0].replace(b"MARK", "Größe".encode("latin-1")))
    assert titles(items) == ["Größe", "Größe"]
    assert "2 bytes are not valid UTF-8" in made.notes[0]


@pytest.mark.parametrize(
    ("raw", "meant"),
    [
        ("<title>Fish & chips</title>", "Fish & chips"),
        ("<title>Fish &amp; chips</title>", "Fish & chips"),
        (
            "<title>AT&T; 3 < 4 &copy; &nbsp;x &unknown; &#169;</title>",
            "AT&T; 3 < 4 © \xa0x &unknown; ©",
        ),
        ("<title>a\x0bb\x01c&#x1F;d&#0;e</title>", "a\nbcde"),
        ("<title><![CDATA[a\x0bb\x01c &amp; &nbsp; ]]></title>", "a\nbc &amp; &nbsp; "),
        ("<title>&#99999999999999999999;</title>", "&#99999999999999999999;"),
    ],
)
def test_item_with_what_xml_forbids_is_mended(tmp_path: Path, raw: str, meant: str) -> None:
    text = export(item(7).replace("<title><![CDATA[A story]]></title>", raw), item(8))
    items, _made = read(tmp_path, text)
    assert [one.title for one in items] == [meant, "A story"]


@pytest.mark.parametrize(
    "broken",
    [
        "<title>An <b>unclosed title</title>",
        "<title>No end",
        "<wp:meta a=b c>x</wp:meta>",
        "<content:encoded><p>Loose & <br> mark-up</p></content:encoded>",
        "<![CDATA[ stray ]]>",
        "<undeclared:thing>x</undeclared:thing>",
    ],
)
def test_item_that_is_not_well_formed_takes_no_other_with_it(tmp_path: Path, broken: str) -> None:
    middle = item(2, extra=broken)
    items, made = read(tmp_path, export(item(1, "One"), middle, item(3, "Three")))
    assert titles(items)[0] == "One"
    assert titles(items)[-1] == "Three"
    assert len(items) == 3
    assert items[1].fault or items[1].title
    assert made.is_complete


def test_item_whose_cdata_never_ends_takes_no_other_with_it(tmp_path: Path) -> None:
    middle = item(2).replace("<![CDATA[0]]></wp:is_sticky>", "<![CDATA[0</wp:is_sticky>")
    middle = middle[: middle.index("<category")] + "</item>\n"
    items, _made = read(tmp_path, export(item(1, "One"), middle, item(3, "Three"), item(4, "Four")))
    assert titles(items) == ["One", "A story", "Three", "Four"]
    assert "not well-formed" in items[1].mended[0]


def test_item_that_shows_an_export_in_its_text_stays_one(tmp_path: Path) -> None:
    text = "<pre>&lt;item&gt;</pre></item>\n<item><title>x</title></item>"
    items, _made = read(tmp_path, export(item(1, content=text), item(2)))
    assert [one.ident for one in items] == ["1", "2"]
    assert items[0].content == text


@pytest.mark.parametrize("at", [0.2, 0.5, 0.8, 0.97])
def test_file_that_breaks_off_keeps_what_was_whole(tmp_path: Path, at: float) -> None:
    text = export(*(item(number, f"Story {number}") for number in range(1, 40)))
    items, made = read(tmp_path, text[: int(len(text) * at)])
    whole = text[: int(len(text) * at)].count("</item>")
    assert [one.title for one in items if not one.fault] == [
        f"Story {n}" for n in range(1, whole + 1)
    ]
    assert len(items) - whole in (0, 1)
    assert all("breaks off" in one.fault for one in items[whole:])
    assert not made.is_complete
    assert "breaks off before its end" in made.notes[0]


@settings(max_examples=60)
@given(st.data())
def test_file_cut_or_damaged_anywhere_is_read_without_an_error(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    text = export(*(item(number, f"Story {number}") for number in range(1, 6))).encode()
    at = data.draw(st.integers(text.index(b"<item>"), len(text)))
    junk = data.draw(st.binary(max_size=8))
    items, _made = read(tmp_path_factory.mktemp("x"), text[:at] + junk + text[at + len(junk) :])
    before = text[:at].count(b"</item>")
    assert [one.title for one in items[:before]] == [f"Story {n}" for n in range(1, before + 1)]


def test_pieces_of_any_size_give_the_same_items(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = export(item(1, "Größe 🌊"), "<!-- <item>no</item> -->", item(2, "]]> end"), item(3))
    whole = [(one.line, one.title, one.content) for one in read(tmp_path, text)[0]]
    for size in (1, 2, 3, 7, 64):
        monkeypatch.setattr(decoding, "PIECE", size)
        assert [(one.line, one.title, one.content) for one in read(tmp_path, text)[0]] == whole
    assert [title for _line, title, _content in whole] == ["Größe 🌊", "]]> end", "A story"]


BOMB = """<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY a "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY file SYSTEM "file:///etc/passwd">
<!ENTITY far SYSTEM "http://127.0.0.1:9/x"> ]>\n"""


def test_entities_of_the_file_are_never_followed(tmp_path: Path) -> None:
    raw = item(1).replace("<title><![CDATA[A story]]></title>", "<title>&b; &file; &far;</title>")
    text = export(raw, item(2)).replace("<rss", BOMB + "<rss", 1)
    items, made = read(tmp_path, text)
    assert titles(items) == ["&b; &file; &far;", "A story"]
    assert "declares entities of its own" in made.notes[0]


NO_EXPORTS = {
    b"": "is empty",
    b"  \n": "is empty",
    gzip.compress(b"<rss/>", mtime=0): "packed (gzip)",
    b"PK\x03\x04rest": "packed (ZIP)",
    b"Just words.": "is no XML",
    b'{"db": [{"meta": {}}]}': "is no XML",
    b"\x89PNG\r\n\x1a\n\0\0": "is no XML",
    b"<!DOCTYPE html><html><title>Log in</title><item>x</item></html>": "an HTML page",
    b"<HTML><body>Error 500</body></HTML>": "an HTML page",
    b"<feed xmlns='http://www.w3.org/2005/Atom'><entry/></feed>": "an Atom feed",
    b"<?xml version='1.0'?><rss version='2.0'><channel><title>x</title><item><title>y</title>"
    b"</item></channel></rss>": "an RSS feed",
    b"<?xml version='1.0'?><svg/>": "another kind (<svg>)",
}


@pytest.mark.parametrize("content", NO_EXPORTS, ids=lambda content: content[:20])
def test_file_that_is_no_export_is_refused_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(Unreadable) as refused:
        read(tmp_path, content)
    assert NO_EXPORTS[content] in str(refused.value)


def test_file_that_is_missing_or_a_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="does not exist"):
        Export(tmp_path / "nothing.xml")
    with pytest.raises(Unreadable, match="is a directory"):
        Export(tmp_path)


def test_export_without_items_is_read(tmp_path: Path) -> None:
    items, made = read(tmp_path, head(author("ann", "Ann") + category("city", "City")) + FOOT)
    assert (items, made.is_complete, len(made.people)) == ([], True, 1)


def test_item_longer_than_can_be_read_fails_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from broadsheet.imports.wordpress.reading import cutting

    monkeypatch.setattr(cutting, "LONGEST", 100_000)
    monkeypatch.setattr(decoding, "PIECE", 10_000)
    items, _made = read(tmp_path, export(item(1), item(2, content="x " * 200_000), item(3)))
    assert [bool(one.fault) for one in items] == [False, True, False]
    assert "longer than" in items[1].fault


def test_item_lacking_everything_is_read(tmp_path: Path) -> None:
    items, _made = read(tmp_path, head() + "<item></item><item/><item><title/></item>" + FOOT)
    assert [(one.fault, one.ident, one.title) for one in items] == [("", "", "")] * 3
