"""Bringing an export over: what everything becomes, and that a second time changes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, Revision

from broadsheet.imports.models import Origin
from broadsheet.imports.wordpress.actions import Choices, import_export
from broadsheet.imports.wordpress.journal import Journal
from broadsheet.kit.models import AuditEntry, Change
from broadsheet.newsroom.actions.schedules import publish_due
from broadsheet.newsroom.actions.stories import publish_page, withdraw_page
from broadsheet.newsroom.models import Article, Author, SectionPage, StaticPage, Topic
from broadsheet.newsroom.queries.editions import address_of
from imports.exports import FOOT, attachment, author, category, export, head, item
from paper import Paper

pytestmark = pytest.mark.usefixtures("beginning")

NOTES = {"footnotes": '[{"id":"a","content":"n"}]'}
Entries = list[dict[str, Any]]
Bring = Callable[..., Entries]


@pytest.fixture
def bring(paper: Paper, tmp_path: Path) -> Bring:
    """Import an export made of these items and return the report's entries."""

    def run(*items: str, language: str = "", **more: Any) -> Entries:
        file = tmp_path / "export.xml"
        file.write_text(export(*items, **more), encoding="utf-8")
        return run_file(file, language=language)

    return run


def run_file(file: Path, **more: Any) -> Entries:
    journal = Journal()
    summary = import_export(
        choices=Choices(file, **more), journal=journal, progress=lambda *said: None
    )
    counts = journal.counts()
    assert counts["items"] == sum(
        counts[name] for name in ("created", "merged", "skipped", "failed")
    )
    assert summary.is_good is (summary.about["complete"] and not counts["failed"])
    return list(journal.entries())


def results(entries: Entries) -> list[tuple[str, str]]:
    return [(entry["result"], entry["reason"]) for entry in entries]


def story(slug: str) -> Article:
    return Article.objects.get(slug=slug)


def everything() -> tuple[object, ...]:
    """All that an import may write."""
    return tuple(
        list(model.objects.order_by("pk").values())
        for model in (Page, Revision, Change, AuditEntry, Redirect, Origin, Author, Topic, Article)
    )


def test_post_becomes_a_story_as_it_was(bring: Bring) -> None:
    (entry,) = bring(
        item(
            7,
            "Rain &amp; <em>floods</em>",
            "First.\n\nSecond.",
            excerpt__encoded="It <b>rained</b>.",
            labels=[("category", "city", "City"), ("post_tag", "rain", "Rain")],
            slug="rain",
        )
    )
    found = story("rain")
    assert (found.title, found.standfirst) == ("Rain & floods", "It rained.")
    assert (entry["result"], entry["new_address"]) == ("created", "/2020/01/rain/")
    assert found.live
    assert found.first_published_at == dt.datetime(2020, 1, 15, 10, tzinfo=dt.UTC)
    assert found.last_published_at == dt.datetime(2020, 1, 16, 11, tzinfo=dt.UTC)
    assert [byline.name for byline in found.bylines.all()] == ["Ann Bell"]
    assert [topic.name for topic in found.topics.all()] == ["Rain"]
    assert found.get_parent().slug == "city"
    assert found.original_html == "First.\n\nSecond."
    assert [block.value.source for block in found.body] == ["<p>First.</p>", "<p>Second.</p>"]
    assert found.live_revision == found.latest_revision
    assert not found.has_unpublished_changes
    assert Change.objects.filter(key=f"page:{found.pk}").exists()


def test_second_import_changes_nothing(bring: Bring) -> None:
    items = (
        item(1, content='See <a href="/2020/01/story-2/">the other</a>, <a href="/gone/">gone</a>.'),
        item(2, labels=[("category", "city", "City"), ("post_tag", "x", "X")]),
        item(3, "About", kind="page", slug="about", labels=[]),
        item(4, wp__status="draft"),
        item(5, wp__status="future", wp__post_date_gmt="2090-01-01 00:00:00", content="<img src='/a.jpg'>"),
        attachment(6, "https://old.example/wp-content/uploads/a.jpg"),
        item(7, kind="nav_menu_item"),
        item(8, content='<sup data-fn="a">1</sup> <a href="/gone/">gone</a>', meta=NOTES),
    )  # fmt: skip
    assert {entry["result"] for entry in bring(*items)} == {"created", "skipped"}
    before = everything()
    again = bring(*items)
    assert everything() == before
    assert {entry["result"] for entry in again} == {"merged", "skipped"}
    assert again[0]["reason"] == "already here, unchanged"


@pytest.mark.parametrize(
    ("fields", "state", "note"),
    [
        ({"wp__status": "draft"}, "draft", ""),
        ({"wp__status": "pending"}, "draft", "waits for review"),
        ({"wp__status": "private"}, "draft", "private there"),
        ({"wp__post_password": "secret"}, "draft", "needs a password"),
        ({"wp__status": "acf-disabled"}, "draft", "not known here"),
        ({"wp__status": None}, "draft", "does not say whether it is published"),
        ({"wp__status": "future", "wp__post_date_gmt": "2090-05-01 00:00:00"}, "scheduled", "2090-05-01"),
        ({"wp__status": "publish", "wp__post_date_gmt": "2090-05-01 00:00:00"}, "scheduled", "2090-05-01"),
        ({"wp__status": "future"}, "live", "is published"),
        ({"wp__post_date_gmt": "0000-00-00 00:00:00"}, "live", ""),
        (
            dict.fromkeys(["wp__post_date_gmt", "wp__post_date", "pubDate"], "0000-00-00 00:00:00"),
            "live",
            "dated from this import",
        ),
    ],
)  # fmt: skip
def test_status_decides_who_sees_it(
    bring: Bring, fields: dict[str, str | None], state: str, note: str
) -> None:
    (entry,) = bring(item(7, slug="it", **fields))
    found = story("it")
    assert found.live is (state == "live")
    assert (found.go_live_at is not None) is (state == "scheduled")
    assert Revision.objects.filter(approved_go_live_at__isnull=False).exists() is (
        state == "scheduled"
    )
    assert note in " ".join(entry["notes"])
    assert Redirect.objects.filter(redirect_page=found).exists() is (state != "draft")


@pytest.mark.parametrize(
    "kind", ["nav_menu_item", "wp_template", "custom_css", "revision", "product"]
)
def test_other_types_are_skipped_with_a_reason(bring: Bring, kind: str) -> None:
    (entry,) = bring(item(7, kind=kind))
    assert entry["result"] == "skipped"
    assert entry["reason"]
    assert not Article.objects.exists()


@pytest.mark.parametrize("status", ["trash", "auto-draft", "inherit"])
def test_unwanted_statuses_are_skipped_with_a_reason(bring: Bring, status: str) -> None:
    (entry,) = bring(item(7, wp__status=status))
    assert entry["result"] == "skipped"
    assert entry["reason"]


def test_categories_become_sections_and_topics(bring: Bring) -> None:
    tree = (
        category("news", "News", ident=1)
        + category("local", "Local &amp; near", "news", ident=2)
        + category("sport", "Sport", ident=3)
        + category("2019", "2019", "news", ident=6)
        + category("round", "Round", "round-2", ident=4)
        + category("round-2", "Round 2", "round", ident=5)
    )
    several = [("category", "sport", "Sport"), ("category", "local", "Local &amp; near")]
    bring(
        item(1, slug="deepest", labels=several),
        item(2, slug="marked", labels=several, meta={"_yoast_wpseo_primary_category": "3"}),
        item(3, slug="none", labels=[("category", "uncategorized", "Uncategorized")]),
        item(4, slug="circle", labels=[("category", "round", "Round")]),
        item(5, slug="unlisted", labels=[("category", "new", "New &amp; old")]),
        item(6, slug="year", labels=[("category", "2019", "2019")]),
        before=tree,
    )
    assert story("year").get_parent().slug == "2019-2"
    assert story("year").get_parent().get_parent().slug == "news"
    local = story("deepest").get_parent().specific
    assert (local.title, local.get_parent().slug) == ("Local & near", "news")
    assert [topic.name for topic in story("deepest").topics.all()] == ["Sport"]
    assert story("marked").get_parent().slug == "sport"
    assert story("none").get_parent().title == "Archive"
    assert story("circle").get_parent().slug == "round"
    assert story("unlisted").get_parent().title == "New & old"


def test_section_author_and_topic_of_the_newsroom_are_used_where_names_agree(
    bring: Bring, paper: Paper
) -> None:
    bring(item(1, labels=[("category", "city", "City"), ("post_tag", "floods-3", "Floods")]))
    found = story("story-1")
    assert found.get_parent().pk == paper.city.pk
    assert [byline.author for byline in found.bylines.all()] == [paper.ann]
    assert list(found.topics.all()) == [paper.floods]


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({"dc__creator": "bob"}, ["bob"]),
        ({"dc__creator": "ANN"}, ["Ann Bell"]),
        ({"dc__creator": None}, []),
        ({"labels": [("author", "cap-ann", "ann"), ("author", "cap-zed", "Zed Guest")]}, ["Ann Bell", "Zed Guest"]),
        ({"dc__creator": "x" * 300}, ["x" * 254 + "…"]),
    ],
)  # fmt: skip
def test_creator_becomes_the_byline(bring: Bring, fields: dict[str, Any], names: list[str]) -> None:
    bring(item(1, **fields))
    assert [byline.name for byline in story("story-1").bylines.all()] == names


def test_pages_stand_beneath_each_other_whatever_their_order(bring: Bring) -> None:
    entries = bring(
        item(1, "Child", kind="page", slug="child", wp__post_parent=2, labels=[]),
        item(3, "Grandchild", kind="page", slug="grandchild", wp__post_parent=1, labels=[]),
        item(2, "Parent", kind="page", slug="search", wp__post_parent=0, labels=[]),
        item(4, "Ring", kind="page", slug="ring", wp__post_parent=5, labels=[]),
        item(5, "Ring 2", kind="page", slug="2020", wp__post_parent=4, labels=[]),
        item(6, "x" * 400, kind="page", slug="city", wp__post_parent=99, labels=[]),
    )
    assert [entry["result"] for entry in entries] == ["created"] * 6
    assert [entry["new_address"] for entry in entries] == [
        "/search-2/child/", "/search-2/child/grandchild/", "/search-2/", "/ring/", "/ring/2020/", "/city-2/",
    ]  # fmt: skip
    assert "search became search-2" in entries[2]["notes"][0]
    assert StaticPage.objects.get(slug="city-2").body[0].value["text"] == "x" * 400


def test_links_inside_the_archive_lead_to_what_it_became(bring: Bring) -> None:
    before = '<a href="https://www.old.example/2020/01/later/#x">a</a> <a href="/?p=2">b</a>'
    terms = '<a href="/category/city">c</a> <a href="/tag/rain/">d</a> <a href="/author/ann/">e</a>'
    bring(
        item(1, content=f"{before} {terms}", slug="first"),
        item(2, slug="later", labels=[("category", "city", "City"), ("post_tag", "rain", "Rain")]),
    )
    later, city = story("later"), SectionPage.objects.get(slug="city")
    (block,) = story("first").body
    assert block.value.source == (
        f'<p><a linktype="page" id="{later.pk}">a</a> <a linktype="page" id="{later.pk}">b</a>'
        f' <a linktype="page" id="{city.pk}">c</a> <a href="/topics/rain/">d</a> <a href="/authors/ann-bell/">e</a></p>'
    )
    assert story("first").last_published_at == dt.datetime(2020, 1, 16, 11, tzinfo=dt.UTC)


def test_old_addresses_lead_on(bring: Bring) -> None:
    entries = bring(
        item(1, slug="same"),
        item(2, slug="other", link="https://old.example/news/%D8%B9%D8%B1%D8%A8%D9%8A/"),
        item(3, slug="long", link="https://old.example/" + "x" * 300),
        item(4, slug="desk", link="https://old.example/desk/"),
        item(5, "About", kind="page", slug="about", link="https://old.example/about/", labels=[]),
        item(6, slug="away", link="https://elsewhere.example/x/", guid="not an address"),
    )
    led = {
        row.old_path: row.redirect_page_id or row.redirect_link for row in Redirect.objects.all()
    }
    assert led.pop("/feed") == "/feed.xml"
    assert led == {
        "/category/city": SectionPage.objects.get(slug="city").pk,
        "/author/ann": "/authors/ann-bell/",
        "/?p=1": story("same").pk,
        "/?p=2": story("other").pk,
        "/news/عربي": story("other").pk,
        "/?p=3": story("long").pk,
        "/?p=4": story("desk").pk,
        "/desk": story("desk").pk,
        "/?p=5": StaticPage.objects.get(slug="about").pk,
        "/?page_id=5": StaticPage.objects.get(slug="about").pk,
        "/?p=6": story("away").pk,
    }
    assert "longer than 255" in " ".join(entries[2]["notes"])
    assert "needs for itself" in " ".join(entries[3]["notes"])


def test_story_that_was_changed_here_is_never_overwritten(bring: Bring) -> None:
    bring(item(1, "Old", "Old words."))
    found = story("story-1")
    found.title = "Ours"
    found.save_revision()
    for newer in ("Newer words.", "Newest words."):
        (entry,) = bring(item(1, "New", newer))
        assert entry["result"] == "skipped"
        assert "somebody worked on it here" in entry["reason"]
    assert story("story-1").get_latest_revision_as_object().title == "Ours"
    publish_page(page=story("story-1"), by="test")
    before = everything()
    assert bring(item(1, "New", "Newer words."))[0]["result"] == "skipped"
    assert everything() == before


def test_story_that_was_withdrawn_or_deleted_here_stays_so(bring: Bring) -> None:
    bring(item(1), item(2))
    withdraw_page(page=story("story-1"), by="test")
    story("story-2").delete()
    before = everything()
    entries = bring(item(1, content="New."), item(2, content="New."))
    assert [entry["result"] for entry in entries] == ["skipped", "skipped"]
    assert "deleted here" in entries[1]["reason"]
    assert everything() == before


def test_newer_export_brings_what_nobody_touched_up_to_date(bring: Bring) -> None:
    bring(item(1, "Old", "Old words."), item(2, wp__status="draft"), item(3), item(4))
    entries = bring(
        item(
            1, "New", "New words.", labels=[("category", "else", "Else"), ("post_tag", "n", "New")]
        ),
        item(2),
        item(3, wp__status="private"),
        item(4, wp__status="trash"),
    )
    assert [entry["result"] for entry in entries] == ["merged", "merged", "merged", "skipped"]
    found = story("story-1")
    assert (found.title, found.get_parent().slug) == ("New", "city")
    assert [block.value.source for block in found.body] == ["<p>New words.</p>"]
    assert found.original_html == "New words."
    assert [topic.name for topic in found.topics.all()] == ["New"]
    assert (
        "Its section there is another one now, it stays in its section here: Else"
        in entries[0]["notes"]
    )
    assert (story("story-2").live, story("story-3").live, story("story-4").live) == (
        True,
        False,
        False,
    )
    assert story("story-2").first_published_at == dt.datetime(2020, 1, 15, 10, tzinfo=dt.UTC)
    assert bring(item(1, "New", "New words.", labels=[("category", "else", "Else"), ("post_tag", "n", "New")]))[0][
        "reason"
    ] == "already here, unchanged"  # fmt: skip


def test_scheduled_story_that_went_live_is_still_the_imports(bring: Bring) -> None:
    soon = item(1, wp__status="future", wp__post_date_gmt="2090-01-01 00:00:00")
    bring(soon)
    Page.objects.filter(slug="story-1").update(go_live_at="2020-01-01T00:00:00Z")
    waiting = Revision.objects.filter(approved_go_live_at__isnull=False)
    waiting.update(approved_go_live_at="2020-01-01T00:00:00Z")
    assert [due.error for due in publish_due()] == [""]
    assert bring(soon)[0]["reason"] == "already here, unchanged"
    (entry,) = bring(item(1, content="Changed.", wp__status="publish"))
    assert entry["reason"] == "brought up to date from a newer export"


def test_same_slugs_and_same_ids_are_all_kept(bring: Bring) -> None:
    link = "https://old.example/?p=0"
    items = (
        item(1, "One", slug="same", link=link),
        item(2, "Two", slug="same", link=link, labels=[("category", "else", "Else")]),
        item(3, "Three", slug="same", link=link, wp__post_date_gmt="2021-01-01 00:00:00"),
        item(1, "Another one", slug="other"),
        item(1, "One", slug="same", link=link),
    )
    entries = bring(*items)
    assert [entry["result"] for entry in entries] == ["created"] * 4 + ["merged"]
    assert [entry["new_address"] for entry in entries[:4]] == [
        "/2020/01/same/", "/2020/01/same-2/", "/2020/12/same-2/", "/2020/01/other/",
    ]  # fmt: skip
    before = everything()
    assert {entry["result"] for entry in bring(*items)} == {"merged"}
    assert everything() == before


@pytest.mark.parametrize(
    ("fields", "title", "address"),
    [
        ({"title": "x" * 400}, "x" * 400, "/2020/01/s/"),
        ({"title": ""}, "Words of the story", "/2020/01/s/"),
        ({"title": None}, "Words of the story", "/2020/01/s/"),
        ({"title": "<script>alert(1)</script>"}, "Words of the story", "/2020/01/s/"),
        ({"slug": "y" * 400}, "T", f"/2020/01/{'y' * 100}/"),
        ({"slug": "%d9%85%d8%b1%d8%ad%d8%a8%d8%a7"}, "T", "/2020/01/مرحبا/"),
        ({"slug": "%d9%85%d8", "title": "T"}, "T", "/2020/01/م/"),
        ({"slug": "../../etc"}, "T", "/2020/01/etc/"),
        ({"slug": "", "title": "!!!", "link": ""}, "!!!", "/2020/01/story-7/"),
        ({"title": "\u202eevil"}, "evil", "/2020/01/s/"),
    ],
)
def test_titles_and_slugs_of_every_kind(
    bring: Bring, fields: dict[str, Any], title: str, address: str
) -> None:
    given = {"title": "T", "slug": "s", **fields}
    (entry,) = bring(item(7, given.pop("title"), "Words of the story", **given))
    assert (entry["result"], entry["new_address"]) == ("created", address)
    found = Article.objects.get()
    assert found.headline == title


def test_item_lacking_nearly_everything_is_kept_as_a_draft(bring: Bring) -> None:
    bare = "<item><title>Alone</title><content:encoded>Words</content:encoded></item>"
    (entry,) = bring(bare)
    assert entry["result"] == "created"
    assert not Article.objects.get(title="Alone").live
    assert bring(bare)[0]["result"] == "merged"


def test_one_failing_item_leaves_the_others_and_nothing_of_its_own(
    bring: Bring, tmp_path: Path
) -> None:
    broken = item(2, extra="<p>broken")
    broken = broken.replace("<wp:post_id>", "<wp:post_id")
    entries = bring(item(1), broken, item(3))
    assert [entry["result"] for entry in entries] == ["created", "failed", "created"]
    assert "not well-formed" in entries[1]["reason"]
    assert Article.objects.count() == 2


def test_file_that_breaks_off_keeps_what_was_whole_and_says_so(
    bring: Bring, tmp_path: Path
) -> None:
    text = export(*(item(number) for number in range(1, 6)))
    file = tmp_path / "cut.xml"
    file.write_text(text[: text.index("<wp:post_id><![CDATA[4]]>")])
    entries = run_file(file)
    assert [entry["result"] for entry in entries] == ["created"] * 3 + ["failed"]
    assert "breaks off" in entries[3]["reason"]
    file.write_text(text)
    assert [entry["result"] for entry in run_file(file)] == ["merged"] * 3 + ["created"] * 2


def test_comments_are_counted_and_said_not_to_be_brought(bring: Bring) -> None:
    comment = "<wp:comment><wp:comment_id>1</wp:comment_id></wp:comment>"
    (entry,) = bring(item(1, extra=comment * 3))
    assert entry["comments"] == 3
    assert "Comments are not brought over: 3" in entry["notes"]


def test_edition_of_another_language_takes_it(bring: Bring, paper: Paper) -> None:
    (entry,) = bring(
        item(1, "مرحبا", slug="x", labels=[("category", "محلي", "محلي")], wp__post_name="مرحبا"),
        language="ar",
    )
    assert entry["new_address"] == "/ar/2020/01/مرحبا/"
    found = Article.objects.get(title="مرحبا")
    assert found.get_parent().get_parent().pk == paper.arabic_front.pk
    assert found.bylines.first().author.locale.language_code == "ar"


def test_menu_decides_which_pages_stand_in_the_foot(bring: Bring) -> None:
    meta = {"_menu_item_object": "page", "_menu_item_object_id": "2"}
    bring(
        item(1, kind="page", slug="a", labels=[]),
        item(2, kind="page", slug="b", labels=[]),
        item(3, kind="nav_menu_item", meta=meta, labels=[]),
    )
    shown = dict(StaticPage.objects.values_list("slug", "show_in_menus"))
    assert shown == {"a": False, "b": True}


def test_authors_address_is_kept_private(bring: Bring) -> None:
    bring(
        item(1, dc__creator="zoe"),
        before=author("zoe", "Zoe", "Writes <b>well</b>.") + category("city", "City"),
    )
    zoe = Author.objects.get(name="Zoe")
    assert (zoe.email, zoe.biography) == ("", "Writes well.")


def test_export_without_items_is_no_failure(bring: Bring, tmp_path: Path) -> None:
    file = tmp_path / "empty.xml"
    file.write_text(head() + FOOT)
    assert run_file(file) == []


def test_address_of_a_draft_is_not_led_to(bring: Bring) -> None:
    bring(item(1, wp__status="private"))
    assert address_of(story("story-1"))
    assert not Redirect.objects.filter(old_path__startswith="/?p").exists()
