"""The desk's screens as each role meets them: what it may do is offered and works, what it may not is refused."""

from __future__ import annotations

import html
import io
import re

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from wagtail.models import Page, Task, WorkflowState

from broadsheet.kit.bucket import Bucket, BucketAway, bucket
from broadsheet.newsroom.actions.registers import create_topic
from broadsheet.newsroom.actions.stories import write_story
from broadsheet.newsroom.models import Article, Author, Picture, Topic
from broadsheet.newsroom.renderers.pages import preview
from broadsheet.readers.actions import create_account
from paper import Paper
from proving import sign_in

pytestmark = pytest.mark.usefixtures("beginning")


@pytest.fixture
def reporter(paper: Paper) -> Client:
    return signed_in("reporter")


@pytest.fixture
def editor(paper: Paper) -> Client:
    return signed_in("editor")


def signed_in(role: str) -> Client:
    email = f"{role}@ledger.example"
    user = create_account(email=email, password="a long and quiet river", role=role, by="test")
    return sign_in(Client(), user)


def upload(client: Client, title: str) -> int:
    content = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(content, "PNG")
    answer = client.post(
        reverse("wagtailimages_chooser:create"),
        {
            "image-chooser-upload-title": title,
            "image-chooser-upload-file": SimpleUploadedFile("a.png", content.getvalue()),
            "image-chooser-upload-description": "A red square",
        },
    )
    return answer.status_code


@pytest.mark.parametrize("role", ["reporter", "editor"])
def test_desk_picture_is_uploaded_by_who_writes(paper: Paper, role: str) -> None:
    assert upload(signed_in(role), "Red") == 200
    assert Picture.objects.get().uploaded_by_user.email == f"{role}@ledger.example"


def test_desk_picture_of_somebody_else_is_changed_by_an_editor_only(
    reporter: Client, editor: Client
) -> None:
    upload(editor, "Red")
    address = reverse("wagtailimages:edit", args=[Picture.objects.get().pk])
    assert [client.get(address).status_code for client in (editor, reporter)] == [200, 302]


def test_desk_story_that_a_reporter_submits_waits_for_an_editor_who_publishes_it(
    paper: Paper, reporter: Client, editor: Client
) -> None:
    story = write_story(section=paper.city, draft=paper.draft(), by="test")
    edit = reverse("wagtailadmin_pages:edit", args=[story.pk])
    form = form_of(reporter, edit)
    assert reporter.post(edit, {**form, "action-publish": "1"}).status_code == 302
    assert not Page.objects.get(pk=story.pk).live
    reporter.post(edit, {**form, "action-submit": "1"})
    state = WorkflowState.objects.get().current_task_state
    assert "Approval by an editor" in str(Task.objects.get(pk=state.task_id))
    approve = reverse("wagtailadmin_pages:workflow_action", args=[story.pk, "approve", state.pk])
    reporter.post(approve)
    assert not Page.objects.get(pk=story.pk).live
    editor.post(approve)
    assert Page.objects.get(pk=story.pk).live


def form_of(client: Client, address: str) -> dict[str, str]:
    """What a browser would send of a story's form without a change."""
    page = client.get(address).content.decode()
    fields = dict(re.findall(r'name="([\w-]+(?:FORMS))" value="(\d+)"', page))
    return {
        **fields,
        "title": "Bridge closes",
        "slug": "bridge-closes",
        "body-count": "0",
        "bylines-TOTAL_FORMS": "0",
        "bylines-INITIAL_FORMS": "0",
        "related-TOTAL_FORMS": "0",
        "related-INITIAL_FORMS": "0",
        "kind": "news",
        "comments-TOTAL_FORMS": "0",
        "comments-INITIAL_FORMS": "0",
    }


@pytest.mark.parametrize("way", ["delete", "unpublish"])
def test_desk_front_page_is_taken_away_by_an_administrator_only(
    paper: Paper, editor: Client, way: str
) -> None:
    address = reverse(f"wagtailadmin_pages:{way}", args=[paper.arabic_front.pk])
    answers = [client.get(address).status_code for client in (editor, signed_in("administrator"))]
    assert answers == [302, 200]
    editor.post(address)
    bulk = reverse("wagtail_bulk_action", args=("wagtailcore", "page", way))
    editor.post(f"{bulk}?id={paper.arabic_front.pk}&next=/desk/")
    assert paper.arabic_front.live


def test_desk_front_page_is_not_made_a_second_time(paper: Paper, editor: Client) -> None:
    root = Page.objects.get(depth=1)
    add = reverse("wagtailadmin_pages:add", args=["newsroom", "frontpage", root.pk])
    assert editor.get(add).status_code in (302, 403, 404)
    assert editor.get(reverse("wagtailadmin_pages:add_subpage", args=[root.pk])).status_code == 302


def test_desk_story_offers_the_topics_of_its_language_and_those_it_has(
    paper: Paper, editor: Client
) -> None:
    arabic = paper.arabic_front.locale
    kept = create_topic(name="مدينة", locale=arabic, by="test")
    create_topic(name="نهر", locale=arabic, by="test")
    story = paper.story(topics=[kept])
    page = editor.get(reverse("wagtailadmin_pages:edit", args=[story.pk])).content.decode()
    offered = re.findall(r'name="topics" value="(\d+)"', page)
    assert sorted(map(int, offered)) == sorted([paper.floods.pk, kept.pk])


@pytest.mark.parametrize(("model", "prefix"), [(Author, "authors"), (Topic, "topics")])
def test_desk_register_leads_to_the_page_that_readers_see(
    paper: Paper, editor: Client, model: type[Author | Topic], prefix: str
) -> None:
    name = model._meta.model_name
    add = reverse(f"wagtailsnippets_newsroom_{name}:add") + "?locale=ar"
    answer = editor.post(add, {"name": "أحمد", "slug": "ahmad"}, follow=True)
    assert f'href="/ar/{prefix}/ahmad/"' in answer.content.decode()


def test_desk_slug_follows_from_the_title_when_none_was_written(
    paper: Paper, editor: Client
) -> None:
    add = reverse("wagtailadmin_pages:add", args=["newsroom", "article", paper.city.pk])
    written = {**form_of(editor, add), "title": f"Élan: {LONG}", "slug": " "}
    editor.post(add, {**written, "action-publish": "1"})
    story = Article.objects.get()
    assert (story.live, len(story.slug)) == (True, 191)
    assert story.slug.startswith("élan-a-headline-that-nobody-shortened-and-then")
    name = reverse("wagtailsnippets_newsroom_author:add") + "?locale=ar"
    editor.post(name, {"name": "أحمد  علي", "slug": ""})
    assert Author.objects.get(name__startswith="أحمد").slug == "أحمد-علي"
    answer = editor.post(add, {**written, "title": "?!"})
    assert "This field is required." in answer.content.decode()


def test_desk_preview_of_a_draft_shows_its_topics(paper: Paper) -> None:
    draft = paper.draft(topics=[paper.floods], bylines=[paper.ann])
    story = write_story(section=paper.city, draft=draft, by="test")
    assert "/topics/floods/" in preview(story)


def test_desk_schedule_says_in_whose_time(paper: Paper, editor: Client) -> None:
    story = paper.story()
    page = editor.get(reverse("wagtailadmin_pages:edit", args=[story.pk])).content.decode()
    assert f"In the newsroom’s time: {settings.TIME_ZONE.replace('_', ' ')}" in page
    assert "current_time_zone" not in editor.get(reverse("wagtailadmin_account")).content.decode()


LONG = "A headline that nobody shortened, and then went on. " * 8


def test_desk_headline_is_as_long_as_its_editor_wants(paper: Paper, editor: Client) -> None:
    story = write_story(section=paper.city, draft=paper.draft(), by="test")
    edit = reverse("wagtailadmin_pages:edit", args=[story.pk])
    # A browser would cut what is pasted at the field's length, without a word.
    lines = re.findall(
        r'<textarea[^>]*name="(?:title|dateline|picture_alt)"[^>]*>',
        editor.get(edit).content.decode(),
    )
    assert len(lines) == 3
    assert [line for line in lines if "maxlength" in line] == []
    editor.post(edit, {**form_of(editor, edit), "title": f"{LONG}\n", "action-publish": "1"})
    story = Article.objects.get(pk=story.pk)
    assert (story.live, story.headline) == (True, LONG.strip())
    assert story.title == story.draft_title == story.headline[:253].rpartition(" ")[0] + "…"
    shown = html.unescape(editor.get(edit).content.decode())
    assert f">\n{LONG.strip()}</textarea>" in shown
    copied = story.copy(update_attrs={"title": "A copy", "slug": "a-copy"})
    assert copied.headline == "A copy"
    editor.post(edit, {**form_of(editor, edit), "title": "Short again", "action-publish": "1"})
    assert Article.objects.get(pk=story.pk).headline == "Short again"


def test_desk_section_name_that_is_too_long_is_said_and_kept_whole(
    paper: Paper, editor: Client
) -> None:
    edit = reverse("wagtailadmin_pages:edit", args=[paper.city.pk])
    answer = editor.post(edit, {**form_of(editor, edit), "slug": "city", "title": LONG})
    page = answer.content.decode()
    assert LONG.strip() in page
    assert "at most 255 characters (it has 415)" in page
    assert Page.objects.get(pk=paper.city.pk).title == "City"


@pytest.mark.usefixtures("stored")
def test_desk_picture_that_cannot_be_kept_is_said_and_not_there(
    editor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise BucketAway("away")

    editor.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr(Bucket, "put", away)
        assert upload(editor, "Red") == 503
    assert not Picture.objects.exists()
    assert upload(editor, "Red") == 200
    name = Picture.objects.get().file.name
    assert b"".join(bucket().get(f"media/{name}")).startswith(b"\x89PNG")
