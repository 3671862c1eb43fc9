"""What the newsroom's tables refuse and how stories get their addresses."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from broadsheet.newsroom.actions.registers import create_section
from broadsheet.newsroom.actions.stories import publish_page, write_story
from broadsheet.newsroom.models import Article, Author, Byline, Topic
from paper import Paper

pytestmark = pytest.mark.usefixtures("beginning")


def test_article_draft_has_no_address(paper: Paper) -> None:
    story = write_story(section=paper.city, draft=paper.draft(), by="test")
    assert (story.live, story.address) == (False, None)


def test_article_published_address_survives_a_move_to_another_section(paper: Paper) -> None:
    story = paper.story(on=dt.datetime(2024, 3, 5, tzinfo=dt.UTC))
    assert story.address == "/2024/03/bridge-closes/"
    story.move(paper.river, pos="last-child")
    moved = Article.objects.get(pk=story.pk)
    assert moved.get_parent().pk == paper.river.pk
    assert moved.address == moved.url == "/2024/03/bridge-closes/"


def test_article_second_one_of_the_month_with_its_slug_is_refused(paper: Paper) -> None:
    paper.story()
    with pytest.raises(ValidationError, match="choose another slug"):
        write_story(section=paper.river, draft=paper.draft(), by="test")
    assert Article.objects.count() == 1


def test_article_whose_address_was_taken_since_it_was_written_is_not_published(
    paper: Paper,
) -> None:
    late = write_story(section=paper.river, draft=paper.draft("Late", "late"), by="test")
    paper.story("Early", "late")
    with pytest.raises(ValidationError, match="choose another slug"):
        publish_page(page=late, by="test")
    assert not Article.objects.get(pk=late.pk).live


def test_article_address_is_unique_in_the_database(paper: Paper) -> None:
    first, second = paper.story(), paper.story("Other", "other")
    with pytest.raises(IntegrityError), transaction.atomic():
        Article.objects.filter(pk=second.pk).update(address=first.address)


def test_byline_with_author_and_guest_or_neither_is_refused(paper: Paper) -> None:
    story = paper.story()
    for author, guest in ((paper.ann, "Guest"), (None, "")):
        with (
            pytest.raises(IntegrityError, match="newsroom_byline_author_or_guest"),
            transaction.atomic(),
        ):
            Byline.objects.create(article=story, author=author, guest=guest)


@pytest.mark.parametrize("model", [Author, Topic])
def test_register_second_row_with_a_slug_of_its_language_is_refused(
    paper: Paper, model: type[Author | Topic]
) -> None:
    model.objects.create(name="One", slug="one", locale=paper.english)
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.create(name="Two", slug="one", locale=paper.english)


@pytest.mark.parametrize("slug", ["desk", "2026", "ar"])
def test_section_with_an_address_the_site_needs_is_refused(paper: Paper, slug: str) -> None:
    with pytest.raises(ValidationError, match="needed by the site"):
        create_section(parent=paper.front, title="No", slug=slug, by="test")
