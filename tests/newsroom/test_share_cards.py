"""The cards that other sites show beside links: drawn behind the press, in every script, and never stale."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image

from broadsheet.kit.wishes import key_of
from broadsheet.newsroom.models import Article, ShareCardFile
from broadsheet.newsroom.queries.editions import plate as plate_of
from broadsheet.newsroom.renderers import sharing
from broadsheet.press.actions import check_edition, press_pending, purge
from broadsheet.press.actions.granting import Granter
from broadsheet.press.models import Unmade
from broadsheet.press.queries import edition
from broadsheet.theme.models import Look
from broadsheet.theme.share_cards import LARGEST, SIZE, ShareCard, drawn
from broadsheet.theme.typesetting import NoFace, fit, measure, speakable
from paper import Paper

PLAIN = {"paper": "#fffdfa", "ink": "#1b1917", "accent": "#9b1c1f"}
LONG = ("The engineers warned that the bridge would not stand another flood, papers show " * 4)[
    :255
]


def press_all() -> None:
    press_pending()
    while Granter().work():
        press_pending()


def image(path: str) -> str:
    """The picture that a page names for others to show, after looking that it is there, of that size."""
    entry = edition().find(path)
    assert entry is not None
    with edition().open_blob(entry.digest) as blob:
        page = blob.read().decode()
    said = dict(re.findall(r'<meta property="og:image(:\w+)?" content="([^"]*)"', page))
    if not said:
        return ""
    shown = edition().find(said[""].removeprefix("http://testserver"))
    assert shown is not None, said
    with edition().open_blob(shown.digest) as blob, Image.open(blob) as opened:
        assert opened.size == (int(said[":width"]), int(said[":height"]))
    assert said[":alt"]
    assert shown.size <= LARGEST
    return shown.path


def test_card_comes_after_the_page_and_the_page_never_names_what_is_not_there(paper: Paper) -> None:
    with_picture = paper.story("One", "one", picture=paper.picture())
    without = paper.story("Two", "two")
    press_pending()
    assert image(without.address or "") == ""
    assert image(with_picture.address or "").endswith(".jpg")  # its picture
    press_all()
    cards = {image(story.address or "") for story in (with_picture, without)}
    cards.add(image("/"))
    assert len(cards) == 3
    assert all("/card." in card for card in cards)
    assert image("/city/") == image("/authors/ann-bell/") == image("/")
    assert check_edition() == []


def test_card_changes_with_what_it_shows_and_with_nothing_else(paper: Paper) -> None:
    one, two = paper.story("One", "one"), paper.story("Two", "two", section=paper.river)
    press_all()

    def stamps() -> list[str]:
        press_pending()
        assert check_edition() == []
        press_all()
        assert check_edition() == []
        found = dict(ShareCardFile.objects.values_list("page", "stamp"))
        assert image(one.address or "").split("/")[2] == found[one.pk]
        return [found[pk] for pk in (one.pk, two.pk, paper.front.pk)]

    def differing(before: list[str], after: list[str]) -> list[bool]:
        return [one != other for one, other in zip(before, after, strict=True)]

    first = stamps()
    story = Article.objects.get(pk=one.pk)
    story.standfirst = "Not on the card."
    story.save_revision().publish()
    assert differing(first, same := stamps()) == [False, False, False]
    story.headline = "Another headline, longer than a title can be, " + "and on, " * 40
    story.save_revision().publish()
    plate = plate_of("en")
    assert plate
    assert sharing.story_card(story, plate, "City").headline == story.headline
    assert image_while_changing(one) == image("/")  # never the old headline
    assert differing(same, second := stamps()) == [True, False, False]
    paper.river.title = "Water"
    paper.river.save_revision().publish()
    assert differing(second, third := stamps()) == [False, True, False]
    look = Look.load()
    look.accent = "#0a5c4a"
    look.save()
    assert differing(third, fourth := stamps()) == [True, True, True]
    look.logo = paper.picture("Logo", (300, 60))
    look.save()
    assert differing(fourth, fifth := stamps()) == [True, True, True]
    paper.front.refresh_from_db()
    paper.front.title = "The Other Ledger"
    paper.front.save_revision().publish()
    assert differing(fifth, stamps()) == [True, True, True]


def image_while_changing(story: Article) -> str:
    press_pending()
    return image(story.address or "")


def test_purged_story_leaves_no_card_behind(paper: Paper) -> None:
    story = paper.story("Secret", "secret")
    press_all()
    card = edition().find(image(story.address or ""))
    file = ShareCardFile.objects.get(page=story.pk).file
    assert card is not None
    assert file.storage.exists(file.name)
    story.unpublish()
    press_pending()
    purge(story.address or "")
    assert not ShareCardFile.objects.filter(page=story.pk).exists()
    assert not edition().blobs.path(card.digest).exists()


def test_headline_that_nothing_can_draw_leaves_the_page_without_a_card(paper: Paper) -> None:
    unknown = next((c for c in "\U00016f00\U0001e900\U00010380桥" if not _is_drawn(c)), None)
    if unknown is None:
        pytest.skip("This machine has a face for every script.")
    story = paper.story(f"Bridge {unknown}", "bridge")
    press_all()
    assert "no face" in Unmade.objects.get(wish=key_of(sharing.CARD, story.pk)).error
    assert image(story.address or "") == image("/")
    assert check_edition() == []


def _is_drawn(text: str) -> bool:
    try:
        return bool(speakable(text))
    except NoFace:
        return False


@pytest.mark.parametrize(
    ("headline", "direction"),
    [
        (LONG, "ltr"),
        ("W" * 400, "ltr"),
        ("Donaudampfschifffahrtsgesellschaftskapitänswitwe", "ltr"),
        ("حريق في السوق " * 18, "rtl"),
        ("شركة Apple تشتري (COVID-19) بمبلغ 20 مليون", "rtl"),
        ("ראש העיר: הגשר ייסגר ב־3 בנובמבר", "rtl"),
        ("گزارش ویژه: می‌خواهد پل بسته شود؛ ٹریفک ڑک گئی", "rtl"),
        ("🔥 Fire 👨‍👩‍👧 on the docks", "ltr"),
        ("🔥", "ltr"),
        ("", "ltr"),
    ],
)
@pytest.mark.parametrize("has_photo", [False, True])
def test_nothing_overflows_a_card(headline: str, direction: str, has_photo: bool) -> None:
    card = ShareCard(headline, "City", "The Ledger", direction, **PLAIN)  # type: ignore[arg-type]
    photo = Image.linear_gradient("L").resize((440, 630)) if has_photo else None
    content, _ending = drawn(card, None, photo)
    assert len(content) <= LARGEST
    with Image.open(io.BytesIO(content)) as opened:
        assert opened.size == SIZE
        shown = opened.convert("RGB")
    start = (440 if direction == "rtl" else 0) if has_photo else 0
    end = start + (760 if has_photo else 1200)
    for margin in ((start, 20, start + 20, 630), (end - 20, 20, end, 630), (start, 600, end, 630)):
        spread = [high - low for low, high in shown.crop(margin).getextrema()]  # JPEG is not exact
        assert max(spread) < 12, margin


def test_letters_of_our_languages_are_drawn_and_emoji_are_left_out() -> None:
    for text in ("Łódź Ñandú ß “…” €", "ابتث پچژگ ٹڈڑںےہ ٣", "אבגדה ץ ־ ״"):
        assert speakable(text) == text
    assert speakable("🔥 Fire 👨‍👩‍👧") == "Fire"


def test_lines_keep_words_whole_as_long_as_they_can() -> None:
    setting = fit(LONG, 1000, 300, (60, 40, 30))
    assert setting.height <= 300
    assert all(measure(line, setting.size, setting.weight) <= 1000 for line in setting.lines)
    assert " ".join(setting.lines) in LONG
    cut = fit("W" * 400, 400, 100, (30,))
    assert cut.lines[-1].endswith("…")
    assert all(measure(line, cut.size, cut.weight) <= 400 for line in cut.lines)
