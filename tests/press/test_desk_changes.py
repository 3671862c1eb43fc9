"""Everything that the desk's own screens can do to public pages reaches the edition."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from wagtail.actions.copy_for_translation import CopyPageForTranslationAction
from wagtail.actions.copy_page import CopyPageAction
from wagtail.actions.create_alias import CreatePageAliasAction
from wagtail.models import Locale, Page

from broadsheet.newsroom.models import Article, Picture
from broadsheet.press.actions import check_edition, press_pending
from broadsheet.press.queries import edition
from broadsheet.readers.models import User
from paper import Paper


@pytest.fixture
def desk(paper: Paper, client: Client) -> Client:
    user = User.objects.create_superuser("chief@ledger.example", "secret")
    client.force_login(user)
    paper.one = paper.story("One", "one", topics=[paper.floods])  # type: ignore[attr-defined]
    paper.two = paper.story("Two", "two", picture=paper.picture())  # type: ignore[attr-defined]
    press_pending()
    assert check_edition() == []
    return client


def bulk(desk: Client, action: str, pages: list[Page], **data: object) -> None:
    query = "&".join(f"id={page.pk}" for page in pages)
    url = reverse("wagtail_bulk_action", args=("wagtailcore", "page", action))
    answer = desk.post(f"{url}?{query}&next=/desk/", data)
    assert answer.status_code == 302, answer.content


def post(desk: Client, name: str, *args: object, **data: object) -> None:
    answer = desk.post(reverse(name, args=args), data)
    assert answer.status_code == 302, answer.content


def replace_picture(desk: Client, paper: Paper) -> None:
    content = io.BytesIO()
    Image.new("RGB", (900, 900), "red").save(content, "PNG")
    picture = Picture.objects.get()
    post(
        *(desk, "wagtailimages:edit", picture.pk),
        title="Red",
        description="Red",
        collection=picture.collection_id,
        file=SimpleUploadedFile("red.png", content.getvalue(), "image/png"),
        focal_point_x=10,
        focal_point_y=10,
        focal_point_width=20,
        focal_point_height=20,
    )


def revert(desk: Client, paper: Paper) -> None:
    story = Article.objects.get(slug="one")
    first = story.latest_revision
    story.title = "One, again"
    story.save_revision().publish()
    first.publish()


CHANGES: dict[str, Callable[[Client, Paper], object]] = {
    "bulk unpublish": lambda d, p: bulk(d, "unpublish", [p.one, p.two]),  # type: ignore[attr-defined]
    "bulk unpublish with all below": lambda d, p: bulk(
        d, "unpublish", [p.city], include_descendants="on"
    ),
    "bulk delete": lambda d, p: bulk(d, "delete", [p.one]),  # type: ignore[attr-defined]
    "bulk delete of a section": lambda d, p: bulk(d, "delete", [p.city]),
    "bulk move": lambda d, p: bulk(d, "move", [p.one], chooser=p.river.pk),  # type: ignore[attr-defined]
    "unpublish": lambda d, p: post(d, "wagtailadmin_pages:unpublish", p.one.pk),  # type: ignore[attr-defined]
    "delete": lambda d, p: post(d, "wagtailadmin_pages:delete", p.one.pk),  # type: ignore[attr-defined]
    "move": lambda d, p: post(d, "wagtailadmin_pages:move_confirm", p.one.pk, p.river.pk),  # type: ignore[attr-defined]
    "move of a section": lambda d, p: post(
        d, "wagtailadmin_pages:move_confirm", p.city.pk, p.river.pk
    ),
    "reorder": lambda d, p: d.post(
        reverse("wagtailadmin_pages:set_page_position", args=(p.river.pk,)) + "?position=0"
    ),
    "delete of an author's story and author": lambda d, p: (
        Article.objects.all().delete(),
        p.ann.delete(),
    ),
    "delete of a topic": lambda d, p: post(d, "wagtailsnippets_newsroom_topic:delete", p.floods.pk),
    "picture replaced": replace_picture,
    "picture deleted": lambda d, p: post(d, "wagtailimages:delete", Picture.objects.get().pk),
    "revert to an old revision": revert,
    "copy": lambda d, p: CopyPageAction(
        p.one,
        update_attrs={"slug": "copy", "title": "Copy"},
        keep_live=True,  # type: ignore[attr-defined]
    ).execute(skip_permission_checks=True),
    "alias": lambda d, p: CreatePageAliasAction(p.one, update_slug="alias").execute(  # type: ignore[attr-defined]
        skip_permission_checks=True
    ),
    "copy for translation": lambda d, p: CopyPageForTranslationAction(
        p.city, Locale.objects.get(language_code="ar"), copy_parents=True
    ).execute(skip_permission_checks=True),
    "tree fixed": lambda d, p: Page.fix_tree(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_desk_change_reaches_the_edition(
    desk: Client, paper: Paper, change: Callable[[Client, Paper], object]
) -> None:
    change(desk, paper)
    press_pending()
    assert check_edition() == []


def test_desk_draft_saved_presses_nothing(desk: Client, paper: Paper) -> None:
    story = Article.objects.get(slug="one")
    story.title = "Not yet"
    story.save_revision()
    number = edition().number
    outcome = press_pending()
    assert (outcome.changes, outcome.renders, edition().number) == (0, 0, number)
