"""Pictures from the camera to the reader: what files say, what is kept of it, what is made at once and what after."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.images import ImageFile
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import ExifTags, Image

from broadsheet.kit.models import Change
from broadsheet.kit.wishes import key_of
from broadsheet.newsroom.actions.registers import add_picture
from broadsheet.newsroom.errors import BadPicture
from broadsheet.newsroom.forms import PictureForm
from broadsheet.newsroom.models import Article, Picture
from broadsheet.newsroom.rules.crediting import Said, in_words, said_in
from broadsheet.press.actions import check_edition, press_pending, purge
from broadsheet.press.actions.granting import FIRST, Granter, waiting
from broadsheet.press.models import Unmade
from broadsheet.press.queries import edition
from broadsheet.theme.pictures import AVIF
from paper import Paper

GPS = b"GPS-was-here"


def photo(size: tuple[int, int] = (900, 600), *, turned: bool = False, xmp: bytes = b"") -> bytes:
    """A photo as a camera writes it: where it was taken, by whom, perhaps lying on its side."""
    exif = Image.Exif()
    exif[ExifTags.Base.Artist] = "Ann Bell"
    exif[ExifTags.Base.Copyright] = "© 2026 Ann Bell".encode()
    exif[ExifTags.Base.Make] = GPS.decode()
    if turned:
        exif[ExifTags.Base.Orientation] = 6
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (51.0, 30.0, 0.0)
    content = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(content, "JPEG", exif=exif, xmp=xmp)
    return content.getvalue()


def added(paper: Paper, content: bytes, name: str = "river.jpg") -> Picture:
    file = paper.folder / name
    file.write_bytes(content)
    return add_picture(file=file, title="River", by="test")


def html(story: Article) -> str:
    entry = edition().find(story.address or "")
    assert entry is not None
    with edition().open_blob(entry.digest) as blob:
        return blob.read().decode()


def pictures() -> dict[str, bytes]:
    """What readers can fetch, by path."""
    found = {}
    for entry in edition().entries():
        if entry.path.startswith("/media/") and "/card." not in entry.path:
            with edition().open_blob(entry.digest) as blob:
                found[entry.path] = blob.read()
    return found


def kinds(page: str) -> list[str]:
    return re.findall(r'<source type="image/(\w+)"', page)


def test_photo_keeps_its_credit_and_loses_place_and_camera_in_all_that_readers_fetch(
    paper: Paper,
) -> None:
    picture = added(paper, photo(turned=True))
    assert (picture.credit, picture.copyright) == ("Ann Bell", "© 2026 Ann Bell")
    paper.story(picture=picture, body=[("picture", {"image": picture})])
    press_pending()
    Granter().work()
    press_pending()
    found = pictures()
    assert {path.rpartition(".")[2] for path in found} == {"jpg", "webp", "avif"}
    for path, content in found.items():
        assert not any(word in content for word in (GPS, b"Exif", b"EXIF")), path
        with Image.open(io.BytesIO(content)) as opened:
            assert not opened.getexif()
            if opened.width >= 480:
                assert said_in(opened) == Said("", "Ann Bell", "© 2026 Ann Bell")
    sizes = {
        (path.rpartition(".")[2], Image.open(io.BytesIO(one)).size) for path, one in found.items()
    }
    assert {kind for kind, size in sizes if size == (600, 900)} == {
        "jpg",
        "webp",
        "avif",
    }  # upright


def test_avif_comes_after_the_page_and_only_its_readers_are_rendered_again(paper: Paper) -> None:
    bystander = paper.story("Other", "other", section=paper.river, bylines=[paper.bo])
    picture = added(paper, photo())
    press_pending()
    story = paper.story(picture=picture)
    press_pending()
    assert set(kinds(html(story))) == {"webp"}
    assert re.findall(r"<img [^>]*width=\"\d+\" height=\"\d+\"", html(story))
    readers = edition().readers_of([key_of(AVIF, picture.pk)])
    assert readers.intersection({f"page:{story.pk}", f"page:{bystander.pk}"}) == {
        f"page:{story.pk}"
    }
    granter = Granter()
    assert granter.work(most=1) == 1
    assert [change.key for change in Change.objects.all()] == [key_of(AVIF, picture.pk)]
    assert granter.work() == 0  # publishing goes first
    readers = edition().readers_of([key_of(AVIF, picture.pk)])
    outcome = press_pending()
    assert outcome.renders == len(readers)
    assert set(kinds(html(story))) == {"webp", "avif"}
    assert html(story).index("image/avif") < html(story).index("image/webp")
    press_all()
    assert (waiting(), granter.work(), Unmade.objects.count()) == (0, 0, 0)
    assert check_edition() == []


def test_another_focal_point_credit_or_file_shows_nothing_stale(paper: Paper) -> None:
    picture = added(paper, photo((900, 900)))
    story = paper.story(picture=picture)
    press_all()
    seen = [cut()]
    picture.focal_point_x = picture.focal_point_y = 100
    picture.focal_point_width = picture.focal_point_height = 50
    picture.save()
    seen.append(shown_anew(story, seen))
    picture.credit = "Bo Reed"
    picture.save()
    seen.append(shown_anew(story, seen))
    picture.file = ImageFile(io.BytesIO(photo((800, 600))), name="river.jpg")
    picture.save()
    assert (picture.width, picture.height) == (800, 600)
    seen.append(shown_anew(story, seen))
    assert {one.filter_spec for one in picture.renditions.all()} >= {
        "fill-720x480|credited|format-avif"
    }
    assert picture.renditions.filter(filter_spec="fill-720x480|credited|format-avif").count() == 1


def cut() -> set[str]:
    """Where the files are that are cut around the focal point."""
    return {path for path in pictures() if "-720." in path}


def press_all() -> None:
    press_pending()
    while Granter().work():
        press_pending()


def shown_anew(story: Article, seen: list[set[str]]) -> set[str]:
    press_pending()
    assert set(kinds(html(story))) == {"webp"}  # never one of the picture as it was
    assert check_edition() == []
    press_all()
    assert check_edition() == []
    now = cut()
    assert all(now.isdisjoint(before) for before in seen)
    return now


def test_picture_changed_while_it_is_made_smaller_is_not_shown_as_it_was(paper: Paper) -> None:
    from broadsheet.newsroom.actions.pictures import make_smaller

    picture = added(paper, photo())
    paper.story(picture=picture)
    press_pending()
    enter = make_smaller(picture.pk)
    assert enter is not None
    picture.credit = "Bo Reed"
    picture.save()
    assert enter() is False
    assert not picture.renditions.filter(filter_spec__endswith="avif").exists()


def test_picture_whose_file_is_broken_is_said_tried_again_and_holds_nothing_up(
    paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = added(paper, photo(), "good.jpg"), added(paper, photo(), "bad.jpg")
    paper.story("One", "one", picture=bad)
    two = paper.story("Two", "two", picture=good)
    press_pending()
    Path(bad.file.path).write_bytes(b"nothing")
    assert Granter().work()
    press_pending()
    assert "avif" in kinds(html(two))
    row = Unmade.objects.get(wish=key_of(AVIF, bad.pk))
    assert (row.attempts, "cannot be read" in row.error) == (1, True)
    assert Granter().work() == 0
    Path(bad.file.path).write_bytes(photo())
    Unmade.objects.update(again_at=row.again_at - 2 * FIRST)
    assert Granter().work()
    press_pending()
    assert Granter().work() == 0
    assert (Unmade.objects.count(), check_edition()) == (0, [])


def test_process_that_ends_in_the_middle_loses_nothing(
    paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper.story(picture=added(paper, photo()))
    press_pending()

    before = waiting()

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Image.Image, "save", killed)
        with pytest.raises(KeyboardInterrupt):
            Granter().work()
    assert (waiting(), Change.objects.count()) == (before, 0)
    assert (
        Unmade.objects.get().attempts == 1
    )  # so that one that always ends it does not do so at once
    Unmade.objects.update(again_at="2026-01-01T00:00Z")
    assert Granter().work() == before


def test_avif_files_that_were_lost_are_made_again(paper: Paper) -> None:
    picture = added(paper, photo())
    story = paper.story(picture=picture)
    press_all()
    for one in picture.renditions.filter(filter_spec__endswith="avif"):
        Path(one.file.path).unlink()
    story.save_revision().publish()
    press_pending()
    assert waiting() == 1
    press_all()
    assert "avif" in kinds(html(story))
    assert check_edition() == []


def test_purged_story_leaves_no_avif_behind(paper: Paper) -> None:
    story = paper.story(picture=added(paper, photo()))
    press_all()
    digests = [entry.digest for entry in edition().entries() if entry.path.endswith(".avif")]
    assert digests
    story.unpublish()
    press_pending()
    purge(story.address or "")
    assert not any(edition().blobs.path(digest).exists() for digest in digests)


XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" '
    b'xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" photoshop:Credit="Harbour &amp; Sons">'
    b"<dc:creator><rdf:Seq><rdf:li>Lea Or</rdf:li></rdf:Seq></dc:creator>"
    b'<dc:description><rdf:Alt><rdf:li xml:lang="x-default">The\nriver</rdf:li></rdf:Alt></dc:description>'
    b"</rdf:Description></rdf:RDF></x:xmpmeta>"
)


def test_words_of_an_agency_are_read_from_xmp_before_the_cameras() -> None:
    with Image.open(io.BytesIO(photo(xmp=XMP))) as opened:
        said = said_in(opened)
    assert said == Said("The river", "Lea Or / Harbour & Sons", "© 2026 Ann Bell")


@pytest.mark.parametrize(
    "xmp", [b"\0", b"<x", b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>"]
)
def test_damaged_words_are_none(xmp: bytes) -> None:
    with Image.open(io.BytesIO(photo(xmp=xmp))) as opened:
        assert said_in(opened).credit == "Ann Bell"


def test_words_in_iptc_are_read() -> None:
    def record(number: int, text: bytes) -> bytes:
        return b"\x1c\x02" + bytes([number]) + len(text).to_bytes(2, "big") + text

    words = record(80, "Zoë".encode()) + record(110, b"Zo\xeb / Agency") + record(120, b"Flood")
    block = b"8BIM\x04\x04\0\0" + len(words).to_bytes(4, "big") + words + b"\0" * (len(words) % 2)
    segment = b"Photoshop 3.0\0" + block
    plain = io.BytesIO()
    Image.new("RGB", (8, 8)).save(plain, "JPEG")
    jpeg = plain.getvalue()
    app13 = b"\xff\xed" + (len(segment) + 2).to_bytes(2, "big") + segment
    with Image.open(io.BytesIO(jpeg[:2] + app13 + jpeg[2:])) as opened:
        assert said_in(opened) == Said("Flood", "Zoë / Agency", "")


def test_words_in_a_file_of_ours_are_few_and_escaped() -> None:
    assert in_words(Said()) == b""
    words = in_words(Said(credit='A "B" & <c>', copyright="© Ö"))
    assert len(words) < 500
    content = io.BytesIO()
    Image.new("RGB", (8, 8)).save(content, "AVIF", xmp=words)
    with Image.open(content) as opened:
        assert said_in(opened) == Said("", 'A "B" & <c>', "© Ö")


def bomb() -> bytes:
    content = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(content, "PNG")
    return content.getvalue()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: photo()[:9000], "is cut off"),
        (lambda: b"no picture at all", "as a picture"),
        (bomb, "million pixels"),
    ],
    ids=["cut off", "no picture", "bomb"],
)
def test_file_that_is_no_whole_picture_is_refused_in_a_sentence(
    paper: Paper, make: Callable[[], bytes], said: str
) -> None:
    content = make()
    name = "river.png" if content[:4] == b"\x89PNG" else "river.jpg"
    with pytest.raises(BadPicture, match=said):
        added(paper, content, name)
    form = form_with(SimpleUploadedFile(name, content))
    assert not form.is_valid()
    assert "file" in form.errors
    if said != "as a picture":  # which Wagtail says first
        assert said in str(form.errors["file"])


def form_with(file: SimpleUploadedFile, **more: str) -> PictureForm:
    from wagtail.images.forms import get_image_form
    from wagtail.models import Collection

    values = {"title": "River", "collection": str(Collection.get_first_root_node().pk), **more}
    form: PictureForm = get_image_form(Picture)(values, {"file": file})
    return form


def test_upload_at_the_desk_fills_what_is_left_empty(paper: Paper) -> None:
    form = form_with(SimpleUploadedFile("a.jpg", photo(xmp=XMP)), credit="Our own")
    assert form.is_valid(), form.errors
    picture = form.save()
    assert (picture.credit, picture.caption) == ("Our own", "The river")
    assert picture.copyright == "© 2026 Ann Bell"
