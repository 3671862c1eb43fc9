"""The readers' search: what is found, in which order, what never is, and a page for whatever is asked."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page, PageViewRestriction

from broadsheet.newsroom.actions import indexing
from broadsheet.newsroom.actions.indexing import catch_up, index_pending, rebuild_index
from broadsheet.newsroom.actions.registers import create_section, create_topic
from broadsheet.newsroom.actions.schedules import publish_due
from broadsheet.newsroom.actions.stories import publish_page, withdraw_page, write_story
from broadsheet.newsroom.checks import search_problems
from broadsheet.newsroom.models import Article, SearchEntry, SearchMark
from broadsheet.newsroom.queries import finding
from broadsheet.newsroom.queries.finding import Narrowing
from broadsheet.newsroom.rules.questions import understand
from paper import Paper

pytestmark = pytest.mark.usefixtures("beginning")

NOW = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)


def page(query: str = "", prefix: str = "", **more: Any) -> str:
    answer = Client().get(f"{prefix}/search/", {"q": query, **more})
    assert answer.status_code == 200
    return answer.content.decode()


def headlines(query: str, prefix: str = "", **more: Any) -> list[str]:
    """What the page shows as found, in its order."""
    found = re.findall(r"<h2><a href=\"[^\"]*\">(.*?)</a></h2>", page(query, prefix, **more))
    return [unescape(re.sub(r"<[^>]+>", "", headline)) for headline in found]


def on(day: int) -> dt.datetime:
    return dt.datetime(2026, 10, day, 12, 0, tzinfo=dt.UTC)


def tell(
    paper: Paper,
    headline: str = "Bridge closes",
    slug: str = "bridge-closes",
    text: str = "Nothing more.",
    **more: Any,
) -> Article:
    return paper.story(headline, slug, body=[("paragraph", f"<p>{text}</p>")], **more)


def test_search_finds_words_of_headline_standfirst_text_byline_and_topic(paper: Paper) -> None:
    story = tell(
        paper,
        standfirst="Ferries run again.",
        topics=[paper.floods],
        text="The <b>old</b> pier.",
    )
    tell(paper, "Other", "other", bylines=[paper.bo])
    index_pending()
    for query in ("bridge", "ferries", "old pier", "ann bell", "floods", "Bridge FERRIES bell"):
        assert headlines(query) == [story.headline], query
    assert headlines("bridge zeppelin") == []


def test_search_orders_by_headline_then_what_it_is_about_then_time(paper: Paper) -> None:
    tell(paper, "Mill burns", "a", on=on(1))
    tell(paper, "Fire at night", "b", on=on(2), text="The mill. A mill, that mill.")
    tell(paper, "Council meets", "c", on=on(3), text="Of the mill nothing was said.")
    tell(paper, "Old mill opens", "d", on=on(4))
    index_pending()
    ranked = ["Old mill opens", "Mill burns", "Fire at night", "Council meets"]
    assert headlines("mill") == ranked
    assert headlines("mill", sort="newest") == [
        "Old mill opens",
        "Council meets",
        "Fire at night",
        "Mill burns",
    ]


def test_search_reads_phrases_exclusions_and_beginnings(paper: Paper) -> None:
    tell(paper, "River high", "a", on=on(1), text="The river rose in the night.")
    tell(paper, "Night river", "b", on=on(2), text="In the river the night.")
    index_pending()
    assert headlines('"in the night"') == ["River high"]
    assert headlines("“in the night”") == ["River high"]
    assert headlines('"high the"') == [], "a phrase does not run from the headline into the text"
    assert headlines("river -rose") == ["Night river"]
    assert headlines('river -"rose in"') == ["Night river"]
    assert headlines("riv") == ["Night river", "River high"]
    assert headlines("riv high") == []


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("Élection à Orléans", "election orleans"),
        ("L’eau manque", "eau"),
        ("La señora niña", "nina SENORA"),
        ("Straße gesperrt", "strasse"),
        ("City's plan", "city plan"),
        ("Bill of 2026", "٢٠٢٦"),
    ],
)
def test_search_passes_over_accents_case_and_elisions(
    paper: Paper, written: str, asked: str
) -> None:
    tell(paper, written, "a")
    index_pending()
    assert headlines(asked) == [written]


def arabic_story(paper: Paper, headline: str, slug: str = "a") -> Article:
    front = paper.arabic_front
    section = create_section(parent=front, title="مدينة", slug="city", by="test")
    return tell(paper, headline, slug, section=section, bylines=["ليلى"])


@pytest.mark.parametrize(
    "asked", ["المدرسة", "مدرسه", "مَدْرَسَة", "المـدرسـة", "أعلى", "اعلي", "إعلى المدرسة", "مدر"]
)
def test_search_in_arabic_passes_over_marks_and_kinds_of_letters(paper: Paper, asked: str) -> None:
    story = arabic_story(paper, "المدرسة الأعلى في المدينة")
    index_pending()
    assert headlines(asked, "/ar") == [story.headline]
    assert headlines(asked) == []


def test_search_page_in_arabic_is_right_to_left_and_speaks_arabic(paper: Paper) -> None:
    arabic_story(paper, "الجسر مغلق")
    index_pending()
    html = page("جسر", "/ar")
    assert '<html lang="ar" dir="rtl">' in html
    assert "<bdi><mark>الجسر</mark> مغلق</bdi>" in html
    assert 'action="/ar/search/"' in html
    assert "/ar/search/?q=" in page("جسر"), "the other edition has an answer"


def test_search_marks_hits_and_escapes_everything_else(paper: Paper) -> None:
    tell(
        paper,
        "Café <script>alert(1)</script> opens",
        "a",
        text="Before it. The ca&#769;fe &lt;b&gt;was&lt;/b&gt; a bakery.",
    )
    index_pending()
    html = page("cafe bakery")
    assert "<mark>Café</mark> &lt;script&gt;alert(1)&lt;/script&gt; opens" in html
    assert "&lt;b&gt;was&lt;/b&gt; a <mark>bakery</mark>." in html
    assert "<script" not in html


def test_a_hit_that_is_half_of_a_short_compound_leaves_it_whole(paper: Paper) -> None:
    tell(paper, "“Ninety-four” homes & <b>a-b</b>", "a")
    index_pending()
    html = page("four")
    assert '<span class="whole">“Ninety-<mark>four</mark>”</span> homes &amp; ' in html
    assert '<span class="whole">&lt;b&gt;a-b&lt;/b&gt;</span></bdi>' in html


def test_an_excerpt_tells_apart_what_stands_apart_in_the_story(paper: Paper) -> None:
    said = {"text": "We hold it.", "speaker": "Ann Bell", "role": "the engineer"}
    table = {"data": [["Year", "Tonnes"], ["2025", "1,250"]], "first_row_is_table_header": True}
    body = [
        ("paragraph", "<p>The pier is old.[^1]</p><p>Nobody knew:</p>"),
        ("list", "<ul><li>the mayor</li><li>the harbour</li></ul>"),
        ("heading", {"text": "What now", "level": "2"}),
        ("quotation", said),
        ("paragraph", "<p>It rained.<br>It rained on.</p>"),
        ("table", {"caption": "What came", "table": table}),
        ("footnotes", ["<p>Built in 1880.</p>"]),
    ]
    paper.story("Bridge closes", "a", body=body)
    index_pending()
    assert (
        "The <mark>pier</mark> is old. Nobody knew: the mayor · the harbour · What now · "
        "We hold it. – Ann Bell, the <mark>engineer</mark> · It rained. It rained on. · "
        "What came · Year · Tonnes · 2025 · 1,250 · Built in 1880."
    ) in page("pier engineer")


def test_an_excerpt_in_arabic_names_who_spoke_with_arabic_marks(paper: Paper) -> None:
    said = {"text": "نصمد.", "speaker": "ليلى", "role": "المهندسة"}
    section = create_section(parent=paper.arabic_front, title="مدينة", slug="city", by="test")
    body = [("quotation", said), ("paragraph", "<p>ارتفع النهر.</p>")]
    paper.story("الجسر", "a", section=section, bylines=["ليلى"], body=body)
    index_pending()
    html = page("النهر", "/ar")
    assert "<bdi>نصمد. – ليلى، المهندسة · ارتفع <mark>النهر</mark>.</bdi>" in html


# What is never found --------------------------------------------------------------------------


def restrict(page: Page) -> None:
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)


def test_search_never_finds_a_draft_or_what_a_draft_says(paper: Paper) -> None:
    write_story(section=paper.city, draft=paper.draft("Secret draft", "secret"), by="test")
    story = tell(paper, "Public words", "public")
    story.title = "Unpublished words"
    story.save_revision()
    index_pending()
    assert headlines("secret") == headlines("unpublished") == []
    assert headlines("public") == ["Public words"]


@pytest.mark.parametrize("worker_has_run", [False, True])
def test_search_loses_a_story_at_once_when_it_leaves(paper: Paper, worker_has_run: bool) -> None:
    leaving = {
        "withdrawn": lambda story: withdraw_page(page=story, by="test"),
        "deleted": lambda story: story.delete(),
        "private": restrict,
        "in a private section": lambda story: restrict(story.get_parent()),
        "renamed": lambda story: rename(story, "Other words", "other"),
    }
    for number, (how, leave) in enumerate(leaving.items()):
        section = create_section(parent=paper.front, title=how, slug=f"s{number}", by="test")
        story = tell(paper, "Vanishing zebra", f"zebra-{number}", section=section)
        index_pending()
        assert headlines("zebra") == ["Vanishing zebra"], how
        leave(story)
        if worker_has_run:
            index_pending()
        html = page("zebra")
        assert "Vanishing" not in html, how
        assert "No story answers" in html, how
        index_pending()
        assert (
            SearchEntry.objects.exclude(story=story.pk).count() + 1 >= SearchEntry.objects.count()
        )


def rename(story: Article, title: str, slug: str) -> None:
    story.title, story.slug, story.body = title, slug, []
    story.save_revision().publish()


def test_search_finds_a_story_again_that_is_private_no_more(paper: Paper) -> None:
    tell(paper, "Zebra", "zebra")
    restrict(paper.city)
    index_pending()
    assert headlines("zebra") == []
    PageViewRestriction.objects.all().delete()
    index_pending()
    assert headlines("zebra") == ["Zebra"]


def test_search_finds_a_scheduled_story_from_its_hour_to_its_end(paper: Paper) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        story = write_story(section=paper.city, draft=paper.draft("Later", "later"), by="test")
        story.go_live_at = NOW + dt.timedelta(hours=1)
        story.expire_at = NOW + dt.timedelta(hours=2)
        story.save_revision()
        publish_page(page=story, by="test")
        seen = []
        for _hour in range(3):
            publish_due()
            index_pending()
            seen.append(headlines("later"))
            clock.shift(dt.timedelta(minutes=61))
    assert seen == [[], ["Later"], []]


def test_search_in_a_language_without_front_page_finds_nothing(paper: Paper) -> None:
    arabic_story(paper, "الجسر مغلق")
    index_pending()
    paper.arabic_front.unpublish()
    index_pending()
    assert headlines("جسر", "/ar") == []


def test_search_that_mends_a_word_never_betrays_a_withdrawn_story(paper: Paper) -> None:
    story = tell(paper, "Zeppelin lands", "zeppelin")
    tell(paper, "Museum opens", "museum")
    index_pending()
    assert "zeppelin</bdi></a>" in page("zepelin")
    assert "museum</bdi></a>" in page("musuem")
    withdraw_page(page=story, by="test")
    index_pending()
    assert "zeppelin" not in page("zepelin")


# Names, sections, narrowing down ---------------------------------------------------------------


def test_search_follows_a_new_name_of_an_author_and_a_topic(paper: Paper) -> None:
    tell(paper, topics=[paper.floods])
    index_pending()
    paper.ann.name = "Anna Quill"
    paper.ann.save()
    paper.floods.name = "High water"
    paper.floods.save()
    assert headlines("bell") == ["Bridge closes"], "a name that changed hides nothing meanwhile"
    index_pending()
    assert headlines("quill water") == ["Bridge closes"]
    assert headlines("bell") == headlines("floods") == []
    paper.floods.delete()
    index_pending()
    assert headlines("water") == []


def test_search_narrows_down_by_section_author_topic_and_year(paper: Paper) -> None:
    inner = create_section(parent=paper.city, title="Transport", slug="transport", by="test")
    tell(paper, "Tram one", "a", on=dt.datetime(2025, 1, 1, 3, tzinfo=dt.UTC))  # 2024 in New York
    tell(paper, "Tram two", "b", section=inner, bylines=[paper.bo], on=on(2))
    tell(paper, "Tram three", "c", section=paper.river, topics=[paper.floods], on=on(3))
    index_pending()
    assert headlines("tram", section=paper.city.pk) == ["Tram two", "Tram one"]
    assert headlines("tram", section=inner.pk) == ["Tram two"]
    assert headlines("tram", author=paper.ann.pk) == ["Tram three", "Tram one"]
    assert headlines("tram", topic=paper.floods.pk) == ["Tram three"]
    assert headlines("tram", year=2024) == ["Tram one"]
    assert headlines("tram", year=2026, author=paper.bo.pk, section=paper.city.pk) == ["Tram two"]
    html = re.sub(r"<[^>]+>", "", page("tram"))
    assert re.search(r"City 2\b.*River 1\b.*Transport 1\b", " ".join(html.split()))
    assert f"/search/?q=tram&amp;author={paper.ann.pk}" in page("tram")
    inner.move(paper.river, pos="last-child")
    assert headlines("tram", section=paper.city.pk) == ["Tram one"], (
        "a section moves with its stories"
    )


def test_search_pages_are_stable_while_stories_appear(paper: Paper) -> None:
    for number in range(23):
        tell(paper, f"Tram {number}", f"tram-{number}", on=on(1) + dt.timedelta(hours=number))
    index_pending()
    first = headlines("tram", sort="newest")
    more = re.search(r'href="([^"]+)" rel="next', page("tram", sort="newest"))
    assert more is not None
    address = unescape(more[1])
    second = re.findall("Tram</mark> (\\d+)", Client().get(address).content.decode())
    tell(paper, "Tram new", "tram-new", on=on(9))
    index_pending()
    again = Client().get(address).content.decode()
    assert re.findall("Tram</mark> (\\d+)", again) == second == [str(n) for n in range(12, 2, -1)]
    assert first == [f"Tram {n}" for n in range(22, 12, -1)]
    assert "12 to 21" in re.sub(r"<[^>]+>", "", again)


# Whatever is asked -----------------------------------------------------------------------------

HOSTILE = [
    "",
    " ",
    '"',
    '""',
    "-",
    "--",
    "-bridge",
    "*",
    "bridge*",
    "(",
    ")))",
    "AND",
    "bridge OR",
    "NEAR(bridge closes)",
    "bridge NOT closes",
    "tokens:bridge",
    "=en",
    "h:bridge",
    "^bridge",
    "'; DROP TABLE x; --",
    "bridge' & !'x",
    "\\",
    "\x00",
    "bri\x00dge",
    "\u202ebridge\u2066",
    "🌊🔥",
    "…!?",
    "ـــ",
    "a" * 10_000,
    "ab " * 4_000,
    '"' * 500,
    "%",
    "_",
    "ﷺ",
    "⑴ ½",
    "東京",
]


@pytest.mark.parametrize("query", HOSTILE)
def test_search_for_anything_whatsoever_is_a_sensible_page(paper: Paper, query: str) -> None:
    tell(paper)
    index_pending()
    html = page(query)
    assert "\x00" not in html
    assert not set(html) & set("\u202e\u2066")
    assert html.count("<h1>") == 1


@pytest.mark.parametrize("value", ["x", "-1", "1e9", "9" * 30, "٣", "", "0", "\x00"])
@pytest.mark.parametrize("name", ["section", "author", "topic", "year", "after", "sort"])
def test_search_with_any_parameter_is_a_page(paper: Paper, name: str, value: str) -> None:
    tell(paper)
    index_pending()
    assert "<h1>" in page("bridge", **{name: value})


def test_search_answer_is_private_strict_and_has_no_cookie(paper: Paper) -> None:
    answer = Client().get("/search/?q=bridge")
    assert answer.cookies == {}
    assert answer["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "form-action 'self';" in answer["Content-Security-Policy"]
    assert '<meta name="robots" content="noindex">' in answer.content.decode()
    assert Client().post("/search/", {"q": "bridge"}).status_code == 405


def test_search_asks_the_database_as_often_for_three_hits_as_for_one(paper: Paper) -> None:
    tell(paper, "Tram one", "one", topics=[paper.floods], picture=paper.picture())
    tell(paper, "Boat", "boat")
    index_pending()
    page("tram")
    with CaptureQueriesContext(
        connection,
    ) as one:
        assert len(headlines("tram")) == 1
    tell(paper, "Tram two", "two", bylines=[paper.ann, paper.bo])
    tell(paper, "Tram three", "three", section=paper.river)
    index_pending()
    with CaptureQueriesContext(connection) as three:
        assert len(headlines("tram", sort="newest")) == 3
    assert len(three) == len(one)


# The index -------------------------------------------------------------------------------------


def test_search_index_is_made_anew_the_same(paper: Paper) -> None:
    tell(paper, topics=[paper.floods], on=on(1))
    arabic_story(paper, "الجسر مغلق", "b")
    index_pending()
    before = list(SearchEntry.objects.order_by("place").values())
    assert rebuild_index() == 2
    assert list(SearchEntry.objects.order_by("place").values()) == before
    assert headlines("bridge") == ["Bridge closes"]
    assert not SearchMark.objects.exists()


def test_search_catches_up_with_what_nobody_said(paper: Paper) -> None:
    gone, kept = tell(paper, "Zebra gone", "gone"), tell(paper, "Zebra kept", "kept")
    index_pending()
    assert list(search_problems()) == []
    Page.objects.filter(pk=gone.pk).update(live=False)
    assert headlines("zebra") == ["Zebra kept"], "what is shown is always asked of the story itself"
    SearchEntry.objects.filter(story=kept.pk).update(version=0)
    assert len(list(search_problems())) == 2
    assert catch_up() == 2
    assert catch_up() == 0, "it is marked already"
    index_pending()
    assert list(search_problems()) == []
    assert SearchEntry.objects.count() == 1


def test_search_is_seen_to_a_little_at_a_time_and_gives_way_between(
    paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        tell(paper, f"Zebra {number}", f"zebra-{number}")
    index_pending()
    SearchEntry.objects.update(version=0)
    monkeypatch.setattr(indexing, "MARKED", 2)
    assert catch_up() == 3
    monkeypatch.setattr(indexing, "BATCH", 1)
    held: list[bool] = []

    def go_on() -> bool:
        held.append(connection.in_atomic_block)
        return len(held) < 2

    outside = connection.in_atomic_block
    assert index_pending(go_on=go_on) == 2
    assert held == [outside] * 2
    assert index_pending() == 1
    assert list(search_problems()) == []


def test_search_reports_changes_that_wait_too_long(paper: Paper) -> None:
    tell(paper)
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=3)):
        ((problem, mend),) = search_problems()
    assert "changes wait since" in problem
    assert "broadsheet search rebuild" in mend


def test_search_with_a_story_that_cannot_be_read_finds_the_others(paper: Paper) -> None:
    broken = tell(paper, "Zebra broken", "broken")
    tell(paper, "Zebra whole", "whole")
    index_pending()
    Article.objects.filter(pk=broken.pk).update(
        body='[{"type": "paragraph", "value": {"a": 1}}, 3]'
    )
    SearchMark.objects.create(story=broken.pk)
    index_pending()
    assert headlines("zebra") == ["Zebra whole"]


def test_search_of_more_than_it_counts_shows_the_newest(
    paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    from broadsheet.newsroom.models import fulltext

    for number in range(8):
        month = dt.datetime(2026, number + 1, 1, tzinfo=dt.UTC)
        section = paper.river if number == 6 else paper.city
        tell(paper, f"Tram {number}", f"tram-{number}", on=month, section=section)
    index_pending()
    monkeypatch.setattr(fulltext, "MOST", 5)
    monkeypatch.setattr(fulltext, "SOME", 3)
    answer = finding.answer(understand("tram"), "en", Narrowing())
    assert (len(answer.places), answer.is_all) == (3, False)
    assert headlines("tram") == ["Tram 7", "Tram 6", "Tram 5"]
    html = page("tram")
    assert "More than 5,000 stories" in html
    assert "Most relevant first" not in html
    assert f'section={paper.river.pk}" rel="nofollow"><bdi>River</bdi></a>' in html, "uncounted"


def test_search_of_a_topic_is_narrowed_by_id_not_by_name(paper: Paper) -> None:
    other = create_topic(name="Floods", locale=paper.english, by="test")
    tell(paper, "Tram", "tram", topics=[other])
    index_pending()
    assert headlines("tram", topic=paper.floods.pk) == []
    assert headlines("tram", topic=other.pk) == ["Tram"]
