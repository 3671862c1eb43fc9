"""Pages as readers get them: kinds of stories, what a story leads on to, series, notes, the first static pages."""

from __future__ import annotations

import datetime as dt

import pytest
from bs4 import BeautifulSoup

from broadsheet.kit import clock
from broadsheet.kit.public import key_of, kinds
from broadsheet.kit.reads import recording
from broadsheet.newsroom.actions.first_pages import write_first_pages
from broadsheet.newsroom.actions.registers import create_topic
from broadsheet.newsroom.actions.stories import publish_page
from broadsheet.newsroom.choices import StoryKind
from broadsheet.newsroom.models import Article, RelatedStory, Series, StaticPage
from broadsheet.newsroom.queries import stories
from broadsheet.newsroom.renderers import pages
from broadsheet.newsroom.renderers.texts import story_text
from paper import Paper

DAY = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


def shown(page: Article | StaticPage) -> BeautifulSoup:
    document = kinds()["page"].render(str(page.pk))
    assert document is not None
    return BeautifulSoup(document.body, "lxml")


def texts(tree: BeautifulSoup, selector: str) -> list[str]:
    return [" ".join(found.get_text().split()) for found in tree.select(selector)]


def test_opinion_and_analysis_are_labelled_and_news_is_not(paper: Paper) -> None:
    labels = {}
    for kind in StoryKind:
        story = paper.story(f"A {kind} story", f"a-{kind}", kind=kind)
        labels[kind.value] = texts(shown(story), ".story-head .label")
    assert labels == {
        "news": [],
        "feature": [],
        "opinion": ["Opinion"],
        "analysis": ["Analysis"],
        "interview": ["Interview"],
        "pictures": ["In pictures"],
    }
    front = shown(paper.front)
    assert "Opinion" in texts(front, ".card .label")


@pytest.mark.parametrize("ahead", [1, 2, 3, 100])
def test_a_month_shows_its_stories_however_many_were_asked_for_ahead(
    paper: Paper, monkeypatch: pytest.MonkeyPatch, ahead: int
) -> None:
    monkeypatch.setattr(stories, "AHEAD", ahead)
    flood = create_topic(name="Flood", locale=paper.city.locale, by="test")
    zone = clock.newsroom_zone()
    for number, day in enumerate([(2026, 2, 28), (2026, 3, 1), (2026, 3, 31), (2026, 4, 1)]):
        on = dt.datetime(*day, tzinfo=zone)
        paper.story(f"Day {number}", f"day-{number}", topics=[flood], on=on)
    paper.story("By another", "another", bylines=[], on=dt.datetime(2026, 3, 2, tzinfo=zone))
    for scope in (f"author/{paper.ann.pk}", f"topic/{flood.pk}"):
        with recording() as reads:
            month = kinds()["month"].render(f"{scope}/2026-03")
        assert month is not None
        assert texts(BeautifulSoup(month.body, "lxml"), ".card h2") == ["Day 2", "Day 1"]
        assert f"list:month/{scope}/2026-03" in reads.keys
        assert f"list:latest/{scope}" not in reads.keys, "a newer story does not change it"


def test_a_headline_keeps_short_compounds_whole_unless_it_runs_in_both_directions(
    paper: Paper,
) -> None:
    said = {
        "“Ninety-four” wait, 2025–26, <b>a-b</b>": ["“Ninety-four”", "2025–26,", "<b>a-b</b>"],
        "A self-financing-co-operative - no more": [],
        "طائرات F-16 فوق النهر": [],
        "כתב-העת חוזר": ["כתב-העת"],
    }
    for number, (headline, whole) in enumerate(said.items()):
        story = shown(paper.story(headline, f"s-{number}"))
        assert texts(story, "h1") == [headline]
        assert texts(story, "h1 .whole") == whole


def test_a_story_leads_on_to_older_ones_of_its_topic_and_never_changes_that(paper: Paper) -> None:
    first = paper.story("Rain", "rain", on=DAY, topics=[paper.floods])
    other = paper.story("Buses", "buses", on=DAY + dt.timedelta(days=1), section=paper.river)
    story = paper.story("Flood", "flood", on=DAY + dt.timedelta(days=2), topics=[paper.floods])
    paper.story("Later", "later", on=DAY + dt.timedelta(days=3), topics=[paper.floods])
    assert texts(shown(story), ".related h3") == ["Rain"]
    publish_page(page=story, by="test")
    assert texts(shown(story), ".related h3") == ["Rain"]
    assert texts(shown(first), ".related h3") == []

    RelatedStory.objects.filter(article=story).update(story=other)
    assert texts(shown(story), ".related h3") == ["Buses"]


def test_a_series_has_a_page_and_each_part_shows_all_in_order(paper: Paper) -> None:
    series = Series.objects.create(name="The river", slug="the-river", locale=paper.english)
    parts = [
        paper.story(f"Part {n}", f"part-{n}", on=DAY + dt.timedelta(days=n), series=series)
        for n in (1, 2, 3)
    ]
    part = shown(parts[1])
    assert texts(part, ".series li") == ["Part 1", "Part 2", "Part 3"]
    assert texts(part, ".series [aria-current]") == ["Part 2"]
    page = kinds()["series"].render(str(series.pk))
    assert page is not None
    assert page.path == "/series/the-river/"
    assert texts(BeautifulSoup(page.body, "lxml"), "h2 a")[:3] == [
        "Part 3",
        "Part 2",
        "Part 1",
    ]
    assert kinds()["series"].path(str(series.pk)) == "/series/the-river/"
    assert list(kinds()["series"].born_of({key_of(series)})) == [str(series.pk)]


def test_notes_lead_there_and_back_and_a_mark_without_a_note_stays_text(paper: Paper) -> None:
    body = [
        {"type": "paragraph", "value": "<p>Eleven metres[^1] of peat[^2], again[^1].</p>"},
        {"type": "footnotes", "value": ["<p>The <b>report</b>.</p>"]},
    ]
    tree = shown(paper.story(body=body))
    assert [link.get("href") for link in tree.select("sup a")] == ["#note-1", "#note-1"]
    assert [mark.get("id") for mark in tree.select("sup")] == ["ref-1", None]
    assert "peat[^2]" in tree.get_text()
    assert tree.select("#note-1 a")[0].get("href") == "#ref-1"


def test_a_long_story_has_contents_and_says_how_long_it_takes(paper: Paper) -> None:
    chapter = [("heading", {"text": "Why", "level": "2"}), ("paragraph", "<p>" + "word " * 400)]
    body = [{"type": kind, "value": value} for kind, value in chapter * 3]
    tree = shown(paper.story(body=body))
    links = [link.get("href").removeprefix("#") for link in tree.select(".contents a")]
    assert len(links) == 3
    assert all(tree.select_one(f"h2#{name}") for name in links)
    assert "5 minutes’ reading" in texts(tree, ".story-meta .meta")[0]
    assert shown(paper.story("Short", "short")).select(".contents") == []


def test_a_draft_with_every_kind_can_be_previewed(paper: Paper) -> None:
    for kind in StoryKind:
        draft = Article(title="Draft", slug="draft", kind=kind, locale=paper.english)
        paper.city.refresh_from_db()
        paper.city.add_child(instance=draft)
        assert "Draft" in pages.preview(draft)
        draft.delete()


def test_first_pages_say_what_is_true_and_leave_the_rest_to_the_newsroom(paper: Paper) -> None:
    made = write_first_pages(front=paper.front, by="test")
    write_first_pages(front=paper.arabic_front, by="test")
    assert [page.slug for page in made if page.live] == ["privacy", "donation-terms"]
    assert [page.slug for page in made if not page.live] == [
        "corrections",
        "ethics",
        "masthead",
        "contact",
    ]
    assert write_first_pages(front=paper.front, by="test") == []
    terms = shown(StaticPage.objects.get(slug="donation-terms", locale=paper.english))
    assert "A gift to The Test Ledger pays" in terms.get_text()
    assert "Every month or year" in texts(terms, "h2")
    privacy = shown(StaticPage.objects.get(slug="privacy", locale=paper.english)).get_text()
    for said in ("In your own room", "one cookie", "have yourself erased", "for a few days"):
        assert said in privacy
    arabic = StaticPage.objects.get(slug="privacy", locale__language_code="ar")
    assert texts(shown(arabic), "h1") == ["الخصوصية"]
    others = [link.get("hreflang") for link in shown(arabic).select("link[hreflang]")]
    assert others == ["ar", "en", "x-default"]


def test_chart_is_a_table_of_bars_that_are_shares_of_the_longest(paper: Paper) -> None:
    bars = [
        {"name": "2025", "number": "1250.5", "shown": "", "is_marked": False},
        {"name": "<b>2026</b>", "number": "2501", "shown": "2,501 tonnes", "is_marked": True},
        {"name": "None", "number": "0", "shown": "", "is_marked": False},
    ]
    value = {"caption": "What the river carried", "bars": bars, "source": "The harbour"}
    story = paper.story(body=[("chart", value), ("chart", value | {"bars": []})])
    (chart,) = shown(story).select("figure.chart")
    assert [rect["width"] for rect in chart.select("rect")] == ["50.0", "100.0", "0.0"]
    cells = [cell.get_text() for cell in chart.select("th, .figure")]
    assert cells == ["2025", "1,250.5", "<b>2026</b>", "2,501 tonnes", "None", "0"]
    assert [row.th.get_text() for row in chart.select("tr.marked") if row.th] == ["<b>2026</b>"]
    assert "Source: The harbour" in chart.get_text()
    plain = kinds()["text"].render(str(story.pk))
    assert plain is not None
    assert "What the river carried" in plain.body.decode()
    assert "2,501 tonnes" in story_text(story)
