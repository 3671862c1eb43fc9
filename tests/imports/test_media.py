"""Attachments: recorded without asking anybody, fetched once when that is wanted, shown in the stories."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from broadsheet.imports.models import Origin
from broadsheet.newsroom.models import Article, Download, Picture
from imports.exports import FOOT, attachment, author, category, head, item
from imports.oldsite import OldSite, old_site, picture
from imports.test_importing import Entries, everything, run_file
from paper import Paper

pytestmark = pytest.mark.usefixtures("beginning")

UPLOADS = "/wp-content/uploads/2020/01"


@pytest.fixture
def site() -> Iterator[OldSite]:
    with old_site() as running:
        running.serve(f"{UPLOADS}/bridge.jpg", picture(size=(800, 600)))
        running.serve(f"{UPLOADS}/plan.pdf", b"%PDF-1.7 plan")
        running.serve(f"{UPLOADS}/other.png", picture("PNG"))
        yield running


@pytest.fixture
def file(paper: Paper, site: OldSite, tmp_path: Path) -> Path:
    uploads = site.url + UPLOADS
    content = (
        f'<img class="wp-image-11" src="{uploads}/bridge-300x200.jpg" alt="Bridge">\n\n'
        f'See <a href="{uploads}/plan.pdf">the plan</a>.\n\n<img src="{uploads}/other-100x75.png" alt="Other">'
    )
    meta = {"_wp_attachment_image_alt": "A bridge at night", "_media_credit": "Bo Reed"}
    path = tmp_path / "export.xml"
    path.write_text(
        head(author("ann", "Ann") + category("city", "City"), site=site.url)
        + item(1, content=content, meta={"_thumbnail_id": "11"})
        + attachment(
            11,
            f"{uploads}/bridge.jpg",
            excerpt__encoded="The <i>bridge</i>",
            meta=meta,
            wp__post_parent=1,
        )
        + attachment(12, f"{uploads}/plan.pdf")
        + attachment(13, f"{uploads}/gone.jpg")
        + item(2, content="Seen:\n\n[gallery]", wp__post_parent=0)
        + attachment(14, f"{uploads}/other.png", title="Other", wp__post_parent=2)
        + FOOT,
        encoding="utf-8",
    )
    return path


def values(slug: str) -> list[tuple[str, Any]]:
    story = Article.objects.get(slug=slug)
    return [(one["type"], one["value"]) for one in story.body.raw_data]


def by_id(entries: Entries) -> dict[str, tuple[str, str]]:
    return {entry["id"]: (entry["result"], entry["reason"]) for entry in entries}


def test_without_fetching_files_are_recorded_and_linked(file: Path, site: OldSite) -> None:
    entries = by_id(run_file(file))
    assert entries["11"] == (
        "created",
        "recorded; run the import again with --fetch-media to fetch it",
    )
    assert Origin.objects.filter(kind="attachment").count() == 4
    assert not Picture.objects.exists()
    assert not site.asked
    assert values("story-1")[0] == (
        "embed",
        {"url": f"{site.url}{UPLOADS}/bridge-300x200.jpg", "title": "Bridge"},
    )
    assert values("story-2")[1] == (
        "embed",
        {"url": f"{site.url}{UPLOADS}/other.png", "title": "other.png"},
    )


@pytest.mark.parametrize("is_brought_before", [False, True])
def test_fetching_puts_pictures_and_documents_in(
    file: Path, site: OldSite, is_brought_before: bool
) -> None:
    if is_brought_before:
        run_file(file)
    entries = by_id(run_file(file, fetch_media=True))
    assert entries["11"] == ("merged" if is_brought_before else "created", "fetched")
    assert entries["13"][0] == "failed"
    assert "answered 404" in entries["13"][1]
    bridge, plan = Picture.objects.get(title="A picture"), Download.objects.get()
    other = Picture.objects.get(title="Other")
    assert (bridge.description, bridge.credit) == ("A bridge at night", "Bo Reed")
    assert bridge.source == f"{site.url}{UPLOADS}/bridge.jpg"
    story = Article.objects.get(slug="story-1")
    assert (story.picture, story.picture_alt, story.picture_caption) == (
        bridge,
        "Bridge",
        "The bridge",
    )
    assert values("story-1") == [
        ("paragraph", f'<p>See <a linktype="document" id="{plan.pk}">the plan</a>.</p>'),
        ("picture", {"image": other.pk, "alt": "Other", "caption": "", "credit": ""}),
    ]
    assert values("story-2")[1][1]["image"] == other.pk
    assert site.asked == {
        f"{UPLOADS}/{name}": 1 for name in ("bridge.jpg", "plan.pdf", "gone.jpg", "other.png")
    }


def test_fetching_again_asks_only_for_what_failed(file: Path, site: OldSite) -> None:
    run_file(file, fetch_media=True)
    before = everything()
    site.asked.clear()
    entries = by_id(run_file(file, fetch_media=True))
    assert site.asked == {f"{UPLOADS}/gone.jpg": 1}
    assert everything() == before
    assert entries["1"] == ("merged", "already here, unchanged")
    site.serve(f"{UPLOADS}/gone.jpg", picture())
    assert by_id(run_file(file, fetch_media=True))["13"] == ("merged", "fetched")


def test_picture_deleted_here_is_not_fetched_again(file: Path, site: OldSite) -> None:
    run_file(file, fetch_media=True)
    Picture.objects.filter(title="Other").delete()
    site.asked.clear()
    entries = by_id(run_file(file, fetch_media=True))
    assert entries["14"] == ("skipped", "it was deleted here; it is not brought again")
    assert f"{UPLOADS}/other.png" not in site.asked


def test_pictures_of_a_story_changed_here_are_not_put_in(file: Path) -> None:
    run_file(file)
    story = Article.objects.get(slug="story-1")
    story.title = "Ours"
    story.save_revision().publish()
    entries = {entry["id"]: entry for entry in run_file(file, fetch_media=True)}
    assert entries["1"]["result"] == "merged"
    assert "Pictures were not put in, since somebody worked on it here" in entries["1"]["notes"]
    assert values("story-1")[0][0] == "embed"


def test_picture_in_no_attachment_is_fetched_from_the_old_site_only(
    paper: Paper, site: OldSite, tmp_path: Path
) -> None:
    site.serve(f"{UPLOADS}/only-100x75.png", picture("PNG"))
    content = (
        f'<img src="{site.url}{UPLOADS}/only-100x75.png" alt="Only"> <img src="http://127.0.0.1:1/far.png">'
        f' <img src="{site.url}{UPLOADS}/none.jpg">'
    )
    file = tmp_path / "export.xml"
    file.write_text(head(category("city", "City"), site=site.url) + item(1, content=content) + FOOT)
    (entry,) = run_file(file, fetch_media=True)
    assert values("story-1")[0][1]["alt"] == "Only"
    assert values("story-1")[0][0] == "picture"
    assert any("A picture was not fetched" in note for note in entry["notes"])
    before = everything()
    assert run_file(file, fetch_media=True)[0]["result"] == "merged"
    assert everything() == before
