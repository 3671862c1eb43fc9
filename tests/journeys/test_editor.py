"""An editor's day: a story is written, published, withdrawn, moved and renamed, and no page is ever stale or dead."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from lxml import etree, html
from PIL import Image
from playwright.sync_api import Browser, expect

from commanding import run
from journeys.crawling import Site, crawl
from journeys.desk import Desk, at_desk
from journeys.people import ZONE
from running import Served, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

HEADLINE = "Old mill to become a library"
SLUG = "old-mill-to-become-a-library"
LISTS = ["/", "/authors/ann-bell/", "/feed.xml", "/topics/floods/"]
"""Where a published story stands, besides its section."""


@pytest.fixture(scope="module")
def desk(browser: Browser, served: Served) -> Iterator[Desk]:
    desk = at_desk(browser, served.url, "editor")
    yield desk
    desk.close()


@pytest.fixture(scope="module")
def mill(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("pictures") / "mill.jpg"
    Image.linear_gradient("L").resize((1600, 1000)).convert("RGB").save(file)
    return file


@pytest.fixture(scope="module")
def address(desk: Desk, served: Served, mill: Path) -> str:
    """The address of a story that an editor writes, previews and publishes; the later tests go on with it."""
    desk.page.goto("/desk/")
    desk.page.get_by_role("link", name="City", exact=True).first.click()
    desk.wait_until_settled()
    desk.field("Headline").press_sequentially(HEADLINE)
    desk.field("Standfirst").fill("The council votes for books.")
    desk.sign_by("Ann Bell")
    desk.upload_lead_picture(mill, shows="A brick mill", credit="Bo Reed")
    desk.write_paragraph("The old mill will hold forty thousand books.")
    quotation = desk.insert("Quotation")
    desk.field("Quotation", within=quotation).fill("A town needs a quiet room.")
    desk.field("Speaker", within=quotation).fill("Dee Marsh")
    table = desk.insert("Table")
    desk.field("Caption", within=table).fill("What it costs")
    desk.fill_table(table, [["Year", "Cost"], ["2026", "120"]])
    desk.page.get_by_label("Floods").check()
    previewed = desk.preview()
    assert site(served).naming(HEADLINE) == []
    desk.publish()
    address = desk.live_address()
    assert gist(previewed) == gist(served.get(address)[1].decode())
    return address


@pytest.fixture(scope="module")
def scheduled(desk: Desk) -> tuple[str, dt.datetime]:
    """The address of a story that waits for a minute to come, and that minute."""
    desk.write("Late tram")
    at = (dt.datetime.now(dt.UTC) + dt.timedelta(seconds=75)).replace(second=0, microsecond=0)
    desk.schedule(at)
    desk.do("Schedule to publish")
    desk.expect_said("scheduled")
    return f"/{at.astimezone(ZoneInfo(ZONE)):%Y/%m}/late-tram/", at


def site(served: Served) -> Site:
    """The whole site, without a dead link."""
    found = crawl(served.url)
    assert found.dead == []
    return found


def gist(document: str) -> list[str]:
    """What a reader reads of a page, without what publishing adds: times, addresses of picture files, stories
    that it leads on to."""
    main = html.document_fromstring(document).find(".//main")
    for added in main.xpath(".//time | .//section[@aria-labelledby='related']"):
        added.drop_tree()
    for picture in main.iter("source", "img"):
        for name in ("src", "srcset"):
            picture.attrib.pop(name, None)
    return etree.tostring(main, encoding="unicode").replace("<", "\n<").split()


def test_published_story_is_everywhere_when_the_desk_answers(address: str, served: Served) -> None:
    assert re.fullmatch(rf"/\d{{4}}/\d\d/{SLUG}/", address)
    page = served.get(address)[1].decode()
    for words in ("What it costs", "forty thousand books", "Dee Marsh", 'alt="A brick mill"'):
        assert words in page
    named = site(served).naming(HEADLINE)
    assert {*LISTS, "/city/", address} <= set(named)


def test_story_scheduled_is_shown_nowhere_before_its_minute(
    scheduled: tuple[str, dt.datetime], served: Served
) -> None:
    address, at = scheduled
    named = crawl(served.url).naming("Late tram")
    status = served.get(address)[0]
    if dt.datetime.now(dt.UTC) < at:
        assert (status, named) == (404, [])


def test_withdrawn_story_is_gone_everywhere_and_links_to_it_become_text(
    address: str, desk: Desk, served: Served
) -> None:
    desk.find("River rises again")
    desk.link_in_new_paragraph(to=HEADLINE)
    desk.publish()
    river = desk.live_address()
    assert f'href="{address}"' in served.get(river)[1].decode()
    desk.find(HEADLINE)
    desk.menu("Unpublish")
    desk.confirm("Yes, unpublish it")
    desk.expect_said("unpublished")
    assert served.get(address)[0] == 410
    assert site(served).naming(HEADLINE) == []
    assert "<p>More</p>" in served.get(river)[1].decode()


def test_story_published_again_is_back_at_its_address(
    address: str, desk: Desk, served: Served
) -> None:
    desk.find(HEADLINE)
    desk.publish()
    assert desk.live_address() == address
    assert {*LISTS, "/city/", address} <= set(site(served).naming(HEADLINE))


def test_story_moved_to_another_section_keeps_its_address(
    address: str, desk: Desk, served: Served
) -> None:
    desk.find(HEADLINE)
    desk.move_to("River")
    desk.expect_said("moved")
    named = site(served).naming(HEADLINE)
    assert {*LISTS, "/river/", address} <= set(named)
    assert "/city/" not in named


def test_story_renamed_is_found_at_both_addresses(address: str, desk: Desk, served: Served) -> None:
    desk.find(HEADLINE)
    desk.field("Headline").fill("Library opens in the old mill")
    desk.field("Slug", tab="Promote").fill("library-in-the-mill")
    desk.publish()
    new = address.replace(SLUG, "library-in-the-mill")
    assert desk.live_address() == new
    found = site(served)
    assert found.naming(HEADLINE) == []
    assert {*LISTS, "/river/", new} <= set(found.naming("Library opens in the old mill"))
    assert desk.page.request.get(address).url == served.url + new


def test_story_whose_headline_has_400_characters_loses_none(desk: Desk, served: Served) -> None:
    words = ("A headline that nobody shortened, and then went on. " * 8)[:400]
    desk.page.goto("/desk/")
    desk.page.get_by_role("link", name="City", exact=True).first.click()
    desk.wait_until_settled()
    headline = desk.field("Headline")
    headline.click()
    desk.page.keyboard.insert_text(words)  # as from the clipboard
    desk.page.keyboard.press("Tab")
    assert headline.evaluate("box => box.scrollHeight <= box.offsetHeight")
    desk.publish()
    address = desk.live_address()
    assert len(address) < 215
    page = html.document_fromstring(served.get(address)[1])
    assert page.find(".//h1").text_content().strip() == words
    assert words in served.get("/city/")[1].decode()


def test_author_and_section_renamed_are_renamed_on_every_page(
    address: str, desk: Desk, served: Served
) -> None:
    desk.register("author", "Ann Bell")
    desk.field("Name").fill("Ann Bell-Reed")
    desk.save()
    desk.find("River")
    desk.field("Title").fill("River and harbour")
    desk.publish()
    found = site(served)
    assert [
        path for path in found.naming("Ann Bell") if "Ann Bell-Reed" not in found.answers[path].text
    ] == []
    assert "/river/" in found.naming("River and harbour")


def test_author_and_topic_come_and_go_with_the_desk(desk: Desk, served: Served) -> None:
    for register, name, prefix in (("author", "Flo Ash", "authors"), ("topic", "Trams", "topics")):
        slug = name.lower().replace(" ", "-")
        desk.page.goto(f"/desk/snippets/newsroom/{register}/add/?locale=en")
        desk.field("Name").press_sequentially(name)
        expect(desk.field("Slug")).to_have_value(slug)
        desk.save()
        assert desk.live_address() == f"/{prefix}/{slug}/"
        assert served.get(f"/{prefix}/{slug}/")[0] == 200
        desk.register(register, name)
        desk.field("Slug").fill("another")
        desk.save()
        assert desk.page.request.get(f"/{prefix}/{slug}/").url == f"{served.url}/{prefix}/another/"
        desk.register(register, name)
        desk.menu("Delete")
        desk.confirm("Yes, delete")
        desk.expect_said("deleted")
        assert served.get(f"/{prefix}/another/")[0] in (404, 410)
        assert site(served).naming(name) == []


def test_author_who_signed_a_story_is_not_deleted_and_the_desk_says_why(desk: Desk) -> None:
    desk.register("author", "Bo Reed")
    desk.menu("Delete")
    main = desk.page.get_by_role("main")
    expect(main).to_contain_text("prevent it from being deleted")
    expect(main.get_by_role("button", name="delete")).to_have_count(0)


def test_reporter_is_offered_submitting_but_no_publishing(browser: Browser, served: Served) -> None:
    reporter = at_desk(browser, served.url, "reporter")
    reporter.write("Heron on the weir")
    assert reporter.actions() == ["Submit to Editors"]
    reporter.do("Submit to Editors")
    reporter.expect_said("submitted")
    assert site(served).naming("Heron on the weir") == []
    reporter.close()


def test_two_editors_of_one_story_lose_nothing_silently(
    desk: Desk, browser: Browser, served: Served
) -> None:
    eva = at_desk(browser, served.url, "second editor")
    for editor in (desk, eva):
        editor.find("Ferry timetable")
        editor.wait_until_settled()
    desk.field("Standfirst").fill("Words of Ed.")
    desk.expect_saved()
    eva.field("Standfirst").fill("Words of Eva.")
    expect(eva.page.get_by_text("Saving will overwrite a newer version.")).to_be_visible()
    eva.do("Publish")
    warning = eva.page.get_by_role("dialog", name="ed@ledger.example saved a new version")
    expect(warning).to_contain_text("overwrite the changes made by ed@ledger.example")
    warning.get_by_role("button", name="Publish").click()
    eva.expect_said("published")
    assert "Words of Eva." in served.get(eva.live_address())[1].decode()
    assert sum("Words of Ed." in text for text in eva.versions("Ferry timetable")) == 1
    eva.close()


def test_one_editor_with_two_tabs_loses_nothing_silently(desk: Desk) -> None:
    other = desk.in_another_tab()
    for tab in (desk, other):
        tab.find("River rises again")
        tab.wait_until_settled()
    desk.field("Standfirst").fill("First tab.")
    desk.expect_saved()
    other.field("Standfirst").fill("Second tab.")
    expect(other.page.get_by_text("Saving will overwrite a newer version.")).to_be_visible()
    other.page.close()
    assert any("First tab." in text for text in desk.versions("River rises again"))


def test_story_scheduled_is_everywhere_after_its_minute(
    scheduled: tuple[str, dt.datetime], served: Served
) -> None:
    address, at = scheduled
    wait_until(lambda: served.get(address)[0] == 200, "the scheduled story")
    assert dt.datetime.now(dt.UTC) >= at
    assert {"/", "/city/", "/feed.xml"} <= set(site(served).naming("Late tram"))


def test_edition_equals_a_full_run_in_the_end(address: str, served: Served) -> None:
    run("press", "check", "--dir", served.directory, BROADSHEET_URL=served.url)
