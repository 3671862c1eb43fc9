"""An editor's day in a real browser; what readers see is never stale and leads nowhere dead."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from journeys.conftest import Watched

pytestmark = pytest.mark.browser


def picture() -> bytes:
    content = io.BytesIO()
    Image.linear_gradient("L").resize((1600, 1067)).convert("RGB").save(content, "JPEG")
    return content.getvalue()


def publish(page: Page) -> None:
    """Open the menu beside the save button and publish."""
    page.locator("footer").get_by_role("button", name="More actions").click()
    page.locator("footer").get_by_role("button", name=re.compile("^Publish")).click()
    page.wait_for_load_state("networkidle")


def page_id(page: Page) -> str:
    found = re.search(r"/desk/pages/(\d+)/", page.url)
    assert found, page.url
    return found[1]


def add_section(desk: Watched, title: str) -> str:
    """A section made in the desk; returns the id of its page."""
    page = desk.page
    page.goto(f"{desk.home}/desk/pages/")
    page.locator("table.listing").get_by_role("link", name="The Test Ledger", exact=True).click()
    front = page_id(page)
    page.goto(f"{desk.home}/desk/pages/add/newsroom/sectionpage/{front}/")
    page.fill("#id_title", title)
    expect(page.locator("#id_slug")).to_have_value(title.lower())
    publish(page)
    page.get_by_role("link", name=title, exact=True).first.click()
    return page_id(page)


def write_story(desk: Watched, section: str, headline: str) -> str:
    """A draft with a byline, a lead picture and a paragraph; returns the id of its page."""
    page = desk.page
    page.goto(f"{desk.home}/desk/pages/add/newsroom/article/{section}/")
    page.fill("#id_title", headline)
    page.fill("#id_standfirst", "What it means for those who cross it every day.")
    page.click("#id_bylines-ADD")
    page.locator("#id_bylines-0-author-chooser").get_by_role(
        "button", name=re.compile("Choose")
    ).click()
    page.locator(".modal-body").get_by_role("link", name="Ann Bell").click()
    page.locator("#id_picture-chooser").get_by_role("button", name=re.compile("Choose")).click()
    page.locator(".modal-body").get_by_role("tab", name="Upload").click()
    page.locator(".modal-body input[type=file]").set_input_files(
        {"name": "bridge.jpg", "mimeType": "image/jpeg", "buffer": picture()}
    )
    page.locator(".modal-body #id_image-chooser-upload-title").fill("The bridge")
    page.locator(".modal-body button[type=submit]", has_text="Upload").click()
    expect(page.locator("#id_picture-chooser")).to_contain_text("The bridge")
    page.fill("#id_picture_alt", "The bridge seen from the quay")
    page.locator("#panel-child-content-body-content, #panel-content-body").get_by_role(
        "button", name="Insert a block"
    ).first.click()
    page.get_by_role("option", name="Paragraph").click()
    page.locator(".public-DraftEditor-content").first.fill("The old bridge is closed from Monday.")
    page.get_by_role("button", name="Save draft").click()
    page.wait_for_url("**/edit/")
    return page_id(page)


def test_editor_publishes_corrects_moves_and_withdraws_a_story(
    desk: Watched, reader: Watched
) -> None:
    page = desk.page
    page.goto(f"{desk.home}/desk/snippets/newsroom/author/add/")
    page.fill("#id_name", "Ann Bell")
    page.fill("#id_slug", "ann-bell")
    page.fill("#id_biography", "Ann Bell writes about the city.")
    page.get_by_role("button", name="Save").click()
    page.wait_for_load_state("networkidle")
    city, river = add_section(desk, "City"), add_section(desk, "River")
    story = write_story(desk, city, "Bridge closes")
    assert "Bridge closes" not in reader.read("/")

    page.goto(f"{desk.home}/desk/pages/{story}/edit/preview/")
    assert "The old bridge is closed from Monday." in page.content()

    page.goto(f"{desk.home}/desk/pages/{story}/edit/")
    publish(page)
    for path in ("/", "/city/", "/authors/ann-bell/"):
        assert "Bridge closes" in reader.read(path), path
    reader.page.get_by_role("link", name="Bridge closes").first.click()
    address = reader.page.url.removeprefix(reader.home)
    assert re.fullmatch(r"/\d{4}/\d\d/bridge-closes/", address)
    text = reader.page.locator("main").inner_text()
    assert "The old bridge is closed from Monday." in text
    assert "Ann Bell" in text
    shown = reader.page.get_by_alt_text("The bridge seen from the quay")
    assert shown.evaluate("picture => picture.complete && picture.naturalWidth > 0")

    page.goto(f"{desk.home}/desk/pages/{story}/edit/")
    page.fill("#id_title", "Bridge stays open")
    page.get_by_role("tab", name="Promote").click()
    page.fill("#id_slug", "bridge-stays-open")
    publish(page)
    front = reader.read("/")
    assert "Bridge stays open" in front
    assert "Bridge closes" not in front
    reader.read(address)
    assert reader.page.url.endswith("/bridge-stays-open/"), "the old address leads to the new one"

    page.goto(f"{desk.home}/desk/pages/{story}/move/{river}/confirm/")
    page.get_by_role("button", name=re.compile("Yes, move")).click()
    page.wait_for_load_state("networkidle")
    assert "Bridge stays open" in reader.read("/river/")
    assert "Bridge stays open" not in reader.read("/city/")

    page.goto(f"{desk.home}/desk/pages/{story}/unpublish/")
    page.get_by_role("button", name=re.compile("Yes, unpublish")).click()
    page.wait_for_load_state("networkidle")
    for path in ("/", "/river/", "/authors/ann-bell/", "/feed.xml"):
        assert "Bridge stays open" not in reader.read(path), path
    gone = reader.context.request.get(f"{reader.home}{address.replace('closes', 'stays-open')}")
    assert gone.status == 410
