"""What programs read: feeds by the rules of their formats, sitemaps, robots.txt, security.txt, structured data."""

from __future__ import annotations

import datetime as dt
import json
import re
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
import time_machine
from lxml import etree

from broadsheet.newsroom.actions.registers import create_section
from broadsheet.newsroom.models import Article, FrontPage
from broadsheet.press.actions import check_edition, press_pending
from broadsheet.press.queries import edition
from broadsheet.press.tasks import Clock
from links import dead_links
from paper import Paper

pytestmark = pytest.mark.usefixtures("beginning")

ATOM = {"a": "http://www.w3.org/2005/Atom"}
NEWS = {
    "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "n": "http://www.google.com/schemas/sitemap-news/0.9",
}
NOW = dt.datetime(2026, 11, 24, 12, 30, tzinfo=dt.UTC)
HOSTILE = "A <b>&amp; ]]> \x0b\ufffe\u202egnihtemos"


@pytest.fixture
def pressed(paper: Paper) -> Paper:
    front = FrontPage.objects.get(pk=paper.front.pk)
    front.contact_email = "desk@ledger.example"
    front.save_revision().publish()
    section = create_section(parent=paper.arabic_front, title="مدينة", slug="city", by="test")
    with time_machine.travel(NOW, tick=False):
        one = paper.story("One", "one", standfirst="What happened.", topics=[paper.floods])
        paper.story(HOSTILE, "hostile", bylines=["Guest \x0b Writer"], standfirst=HOSTILE)
        paper.story("حريق in the market", "fire", section=section, translation_of=one)
        press_pending()
    return paper


def body(path: str) -> bytes:
    entry = edition().find(path)
    assert entry is not None, path
    assert entry.status == 200
    with edition().open_blob(entry.digest) as blob:
        return blob.read()


def feeds() -> list[str]:
    return [e.path for e in edition().entries() if e.path.rpartition("/")[2].startswith("feed.")]


def test_feeds_are_there_for_site_sections_topics_and_authors_and_pages_name_them(
    pressed: Paper,
) -> None:
    at = ("/", "/city/", "/topics/floods/", "/authors/ann-bell/", "/ar/", "/ar/city/")
    assert set(feeds()) == {f"{p}feed.{end}" for p in at for end in ("xml", "atom", "json")}
    assert b'<a href="/authors/ann-bell/feed.xml">' in body("/authors/ann-bell/")
    for path in at:
        html = body(path).decode()
        for kind, end in (("rss+xml", "xml"), ("atom+xml", "atom"), ("feed+json", "json")):
            assert re.search(
                rf'<link rel="alternate" type="application/{re.escape(kind)}" title="[^"]+" href="{path}feed.{end}">',
                html,
            )
    assert dead_links() == []
    with time_machine.travel(NOW, tick=False):
        assert check_edition() == []


def test_rss_keeps_the_rules_of_its_format(pressed: Paper) -> None:
    for path in (path for path in feeds() if path.endswith(".xml")):
        rss = etree.fromstring(body(path))
        assert (rss.tag, rss.get("version")) == ("rss", "2.0")
        channel = rss.find("channel")
        for name in ("title", "link", "description", "language"):
            assert channel.findtext(name)
        (own,) = channel.findall("a:link", ATOM)
        assert (own.get("href"), own.get("rel")) == (f"http://testserver{path}", "self")
        ids = [item.findtext("guid") for item in channel.iter("item")]
        assert ids
        assert len(set(ids)) == len(ids)
        for item in channel.iter("item"):
            assert item.findtext("link").startswith("http://testserver/")
            assert item.find("guid").get("isPermaLink") == "false"
            assert parsedate_to_datetime(item.findtext("pubDate")).utcoffset() == dt.timedelta()
            assert item.findtext("title") or item.findtext("description")


def test_atom_keeps_the_rules_of_its_format(pressed: Paper) -> None:
    for path in (path for path in feeds() if path.endswith(".atom")):
        feed = etree.fromstring(body(path))
        for at in (feed, *feed.findall("a:entry", ATOM)):
            for name in ("id", "title", "updated"):
                assert len(at.findall(f"a:{name}", ATOM)) == 1
            updated = dt.datetime.fromisoformat(at.findtext("a:updated", namespaces=ATOM))
            assert updated.tzinfo is not None
            assert at.findall("a:link[@rel='alternate']", ATOM)
        assert len(feed.findall("a:link[@rel='self']", ATOM)) == 1
        assert feed.findall("a:author/a:name", ATOM)
        ids = [at.text for at in feed.findall("a:entry/a:id", ATOM)]
        assert len(set(ids)) == len(ids) > 0
        assert all(re.match(r"tag:[a-z.]+,\d{4}-\d\d-\d\d:\S+$", one) for one in ids)


def test_json_feed_keeps_the_rules_of_its_format(pressed: Paper) -> None:
    for path in (path for path in feeds() if path.endswith(".json")):
        feed = json.loads(body(path))
        assert feed["version"] == "https://jsonfeed.org/version/1.1"
        assert feed["feed_url"] == f"http://testserver{path}"
        for item in feed["items"]:
            assert isinstance(item["id"], str)
            assert item["content_text"]
            assert dt.datetime.fromisoformat(item["date_published"]).tzinfo is not None


def test_feeds_hold_no_control_characters_and_keep_directions_apart(pressed: Paper) -> None:
    for path in feeds():
        assert not re.search(
            "[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\u202a-\u202e]", body(path).decode()
        )
    arabic = etree.fromstring(body("/ar/feed.atom"))
    assert arabic.get("{http://www.w3.org/XML/1998/namespace}lang") == "ar"
    title = arabic.findtext("a:entry/a:title", namespaces=ATOM)
    assert title == "\u2068حريق in the market\u2069"


def test_feed_entry_keeps_its_id_when_the_story_moves(pressed: Paper) -> None:
    def ids() -> dict[str, str]:
        return {one["title"]: one["id"] for one in json.loads(body("/city/feed.json"))["items"]}

    before = ids()
    story = Article.objects.get(slug="one")
    story.slug = "uno"
    story.save_revision().publish()
    press_pending()
    assert ids() == before
    assert b"/uno/" in body("/city/feed.json")


def test_news_sitemap_has_two_days_and_follows_the_clock(pressed: Paper) -> None:
    def titles() -> list[str]:
        tree = etree.fromstring(body("/sitemap-news.xml"))
        for url in tree.findall("s:url", NEWS):
            assert url.findtext("s:loc", namespaces=NEWS).startswith("http://testserver/")
            for name in ("publication/n:name", "publication/n:language", "publication_date"):
                assert url.findtext(f"n:news/n:{name}", namespaces=NEWS)
        return sorted(tree.xpath("//n:title/text()", namespaces=NEWS))

    turning = Clock()
    assert len(titles()) == 3
    with time_machine.travel(NOW + dt.timedelta(hours=40), tick=False):
        paper_story = pressed.story("Two", "two")
        press_pending()
        assert len(titles()) == 4
    with time_machine.travel(NOW + dt.timedelta(hours=49), tick=False):
        turning.turn()
        press_pending()
        assert titles() == ["Two"]
        assert check_edition() == []
        turning.turn()
        assert press_pending().changes == 0
    assert paper_story.live


def test_robots_and_security_files_say_what_the_standards_want(pressed: Paper) -> None:
    robots = body("/robots.txt").decode()
    for found in re.findall(r"Sitemap: http://testserver(\S+)", robots):
        assert body(found)
    text = body("/.well-known/security.txt").decode()
    fields = dict(line.split(": ", 1) for line in text.splitlines())
    assert fields["Contact"] == "mailto:desk@ledger.example"
    ahead = dt.datetime.fromisoformat(fields["Expires"]) - NOW
    assert dt.timedelta(days=240) < ahead < dt.timedelta(days=365)
    turning = Clock()
    with time_machine.travel(NOW + dt.timedelta(days=40), tick=False):
        turning.turn()
        press_pending()
        assert check_edition() == []
    assert body("/.well-known/security.txt").decode() != text


def test_story_data_is_an_article_its_publisher_and_the_way_to_it(pressed: Paper) -> None:
    html = body("/2026/11/one/").decode()
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    assert found
    graph: dict[str, Any] = {one["@type"]: one for one in json.loads(found[1])["@graph"]}
    article = graph["NewsArticle"]
    assert {"headline", "datePublished", "dateModified", "author"} <= article.keys()
    assert article["publisher"]["@type"] == "NewsMediaOrganization"
    steps = graph["BreadcrumbList"]["itemListElement"]
    assert [(s["position"], s["name"]) for s in steps] == [
        (1, "The Test Ledger"),
        (2, "City"),
        (3, "One"),
    ]
    assert [body(s["item"].removeprefix("http://testserver")) for s in steps]


def test_translations_name_each_other_and_one_for_everybody_else(pressed: Paper) -> None:
    for path in ("/2026/11/one/", "/ar/2026/11/fire/"):
        links = dict(
            re.findall(r'hreflang="([\w-]+)" href="http://testserver([^"]+)"', body(path).decode())
        )
        assert links == {
            "en": "/2026/11/one/",
            "ar": "/ar/2026/11/fire/",
            "x-default": "/2026/11/one/",
        }


def test_text_edition_has_the_words_leads_back_and_follows_the_story(pressed: Paper) -> None:
    html = body("/2026/11/one/text/").decode()
    assert "The bridge is closed." in html
    assert '<link rel="canonical" href="http://testserver/2026/11/one/">' in html
    style = html.partition("<style>")[2].partition("</style>")[0]
    assert 0 < len(style) < 300, "only what makes it fit a phone, by day and by night"
    assert "<img" not in html
    assert 'dir="rtl"' in body("/ar/2026/11/fire/text/").decode()
    assert 'href="/2026/11/one/text/"' in body("/2026/11/one/").decode()
    with time_machine.travel(NOW, tick=False):
        Article.objects.get(slug="one").unpublish()
        press_pending()
        left = edition().find("/2026/11/one/text/")
        assert left is not None
        assert left.status == 410
        assert check_edition() == []
