"""Everything that the desk's own screens can do to public pages reaches the edition."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from wagtail.actions.copy_for_translation import CopyPageForTranslationAction
from wagtail.actions.copy_page import CopyPageAction
from wagtail.actions.create_alias import CreatePageAliasAction
from wagtail.models import Collection, Locale, Page, PageViewRestriction

from broadsheet.newsroom.actions.registers import create_section
from broadsheet.newsroom.actions.stories import write_story
from broadsheet.newsroom.models import Article, Download, FrontPage, Picture
from broadsheet.press.actions import check_edition, press_pending
from broadsheet.press.queries import edition
from broadsheet.readers.models import User
from links import dead_links
from paper import Paper
from proving import sign_in


@pytest.fixture(scope="module")
def pressed(beginning: Paper) -> Paper:
    """Two stories in an edition that is as it should be."""
    beginning.one = beginning.story("One", "one", topics=[beginning.floods])  # type: ignore[attr-defined]
    beginning.two = beginning.story("Two", "two", picture=beginning.picture())  # type: ignore[attr-defined]
    press_pending()
    assert check_edition() == []
    return beginning


@pytest.fixture
def paper(pressed: Paper, db: None, edition_dir: Path) -> Paper:
    return pressed.again(edition_dir)


@pytest.fixture
def desk(paper: Paper, client: Client) -> Client:
    sign_in(client, User.objects.create_superuser("chief@ledger.example", "secret"))
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


def copy(desk: Client, page: Page, to: Page, slug: str, **more: str) -> None:
    post(
        *(desk, "wagtailadmin_pages:copy", page.pk),
        new_title="Copy",
        new_slug=slug,
        new_parent_page=to.pk,
        **more,
    )


def alias_follows(desk: Client, paper: Paper) -> None:
    story = Article.objects.get(slug="one")
    CreatePageAliasAction(story, update_slug="alias").execute(skip_permission_checks=True)
    press_pending()
    story.title = "One, changed"
    story.save_revision().publish()
    assert Article.objects.get(slug="alias").title == "One, changed"


def translate(desk: Client, paper: Paper) -> None:
    arabic = Locale.objects.get(language_code="ar")
    action = CopyPageForTranslationAction(
        Article.objects.get(slug="one"), arabic, copy_parents=True
    )
    action.execute(skip_permission_checks=True).save_revision().publish()


def rename_front(desk: Client, paper: Paper) -> None:
    front = FrontPage.objects.get(pk=paper.front.pk)
    front.slug = "home"
    front.save_revision().publish()


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
    "copied at the desk": lambda d, p: copy(d, p.one, p.city, "copy"),  # type: ignore[attr-defined]
    "copied and published under a slug that is taken": lambda d, p: copy(
        *(d, p.one, p.river, "one"),
        publish_copies="on",  # type: ignore[attr-defined]
    ),
    "section copied with its stories": lambda d, p: copy(
        *(d, p.city, p.front, "copy"), copy_subpages="on", publish_copies="on"
    ),
    "alias under a slug that is taken": lambda d, p: CreatePageAliasAction(
        p.one,  # type: ignore[attr-defined]
        parent=p.river,
    ).execute(skip_permission_checks=True),
    "alias follows its story": alias_follows,
    "story translated and published": translate,
    "story with links moved to another language": lambda d, p: p.one.move(  # type: ignore[attr-defined]
        create_section(parent=p.arabic_front, title="س", slug="s", by="test"), pos="last-child"
    ),
    "section made private": lambda d, p: PageViewRestriction.objects.create(
        page=p.city, restriction_type="login"
    ),
    "front page's own slug changed": rename_front,
    "tree fixed": lambda d, p: Page.fix_tree(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_desk_change_reaches_the_edition(
    desk: Client, paper: Paper, change: Callable[[Client, Paper], object]
) -> None:
    change(desk, paper)
    press_pending()
    assert check_edition() == []
    assert dead_links() == []


def test_desk_draft_saved_presses_nothing(desk: Client, paper: Paper) -> None:
    story = Article.objects.get(slug="one")
    story.title = "Not yet"
    story.save_revision()
    draft = paper.draft("Not yet either", "not-yet-either")
    write_story(section=paper.city, draft=draft, by="test")
    number = edition().number
    outcome = press_pending()
    assert (outcome.changes, outcome.renders, edition().number) == (0, 0, number)


def test_desk_copy_of_a_front_page_is_refused(desk: Client, paper: Paper) -> None:
    address = reverse("wagtailadmin_pages:copy", args=(paper.front.pk,))
    form = {"new_title": "Copy", "new_slug": "copy", "new_parent_page": "1"}
    answer = desk.post(address, form, follow=True)
    assert "you do not have permission" in answer.content.decode().lower()
    assert FrontPage.objects.filter(locale=paper.english).count() == 1


def test_private_pages_are_nowhere_until_they_are_public_again(desk: Client, paper: Paper) -> None:
    restriction = PageViewRestriction.objects.create(page=paper.city, restriction_type="login")
    press_pending()
    for entry in edition().entries():
        with edition().open_blob(entry.digest) as blob:
            text = blob.read()
        assert b"The bridge is closed" not in text, entry.path
        assert b">One<" not in text, entry.path
    one = edition().find(Article.objects.get(slug="one").address)
    assert one is not None
    assert one.status == 410
    restriction.delete()
    press_pending()
    assert check_edition() == []
    one = edition().find(Article.objects.get(slug="one").address)
    assert one is not None
    assert one.status == 200


def test_desk_offers_no_privacy_that_readers_could_not_use(desk: Client, paper: Paper) -> None:
    address = reverse("wagtailadmin_pages:set_privacy", args=(paper.city.pk,))
    edit = reverse("wagtailadmin_pages:edit", args=(paper.city.pk,))
    assert 'show="set-privacy"' not in desk.get(edit).content.decode()
    assert desk.post(address, {"restriction_type": "login"}).headers["location"] == "/desk/"
    assert not PageViewRestriction.objects.exists()
    PageViewRestriction.objects.create(page=paper.city, restriction_type="login")
    assert desk.post(address, {"restriction_type": "none"}).status_code == 200
    assert not PageViewRestriction.objects.exists()


def test_desk_document_made_private_is_withdrawn_from_readers(desk: Client, paper: Paper) -> None:
    root = Collection.get_first_root_node()
    closed = root.add_child(name="Closed")
    file = SimpleUploadedFile("plan.txt", b"the plan")
    plan = Download.objects.create(title="Plan", file=file, collection=closed)
    link = f'<p><a linktype="document" id="{plan.pk}">The plan</a></p>'
    story = paper.story("Plan", "plan", body=[("paragraph", link)])
    press_pending()
    (path,) = (entry.path for entry in edition().entries() if "/documents/" in entry.path)
    close = reverse("wagtailadmin_collections:set_privacy", args=[closed.pk])
    assert desk.post(close, {"restriction_type": "login"}).json()["is_public"] is False
    press_pending()
    assert edition().find(path) is None
    entry = edition().find(story.address or "")
    assert entry is not None
    assert b"<p>The plan</p>" in edition().open_blob(entry.digest).read()
    assert check_edition() == []
