"""A small newsroom for tests, made through the actions that users' doors call."""

from __future__ import annotations

import copy
import datetime as dt
import io
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image
from wagtail.models import Locale

from broadsheet.newsroom.actions.founding import found_newsroom
from broadsheet.newsroom.actions.registers import (
    add_picture,
    create_author,
    create_section,
    create_topic,
)
from broadsheet.newsroom.actions.stories import Draft, publish_page, write_story
from broadsheet.newsroom.models import Article, Author, FrontPage, Picture, SectionPage, Topic


@dataclass
class Paper:
    """An English front page (and an Arabic one) with two sections, two authors and a topic."""

    folder: Path
    front: FrontPage = field(init=False)
    city: SectionPage = field(init=False)
    river: SectionPage = field(init=False)
    ann: Author = field(init=False)
    bo: Author = field(init=False)
    floods: Topic = field(init=False)

    def __post_init__(self) -> None:
        # What `broadsheet init` has made already is taken as it is.
        self.front = FrontPage.objects.filter(locale__language_code="en").first() or found_newsroom(
            name="The Test Ledger", languages=["en", "ar"], base_url="http://testserver", by="test"
        )
        self.city = create_section(parent=self.front, title="City", slug="city", by="test")
        self.river = create_section(parent=self.front, title="River", slug="river", by="test")
        self.ann = create_author(name="Ann Bell", locale=self.english, biography="Ann.", by="test")
        self.bo = create_author(name="Bo Reed", locale=self.english, by="test")
        self.floods = create_topic(name="Floods", locale=self.english, by="test")

    @property
    def english(self) -> Locale:
        return Locale.objects.get(language_code="en")

    @property
    def arabic_front(self) -> FrontPage:
        return FrontPage.objects.get(locale__language_code="ar")

    def draft(
        self, headline: str = "Bridge closes", slug: str = "bridge-closes", **more: Any
    ) -> Draft:
        body = more.pop("body", [("paragraph", "<p>The bridge is closed.</p>")])
        return Draft(headline, slug, body, **more)

    def story(
        self,
        headline: str = "Bridge closes",
        slug: str = "bridge-closes",
        *,
        section: SectionPage | None = None,
        on: dt.datetime | None = None,
        **more: Any,
    ) -> Article:
        """A published story, by Ann unless bylines are given."""
        draft = self.draft(headline, slug, **{"bylines": [self.ann], **more})
        story = write_story(section=section or self.city, draft=draft, by="test")
        publish_page(page=story, by="test", first_published=on)
        return Article.objects.get(pk=story.pk)

    def picture(self, title: str = "The bridge", size: tuple[int, int] = (1200, 800)) -> Picture:
        file = self.folder / f"{title.lower().replace(' ', '-')}.jpg"
        content = io.BytesIO()
        Image.linear_gradient("L").resize(size).convert("RGB").save(content, "JPEG")
        file.write_bytes(content.getvalue())
        return add_picture(file=file, title=title, alt="A bridge", credit="Ann Bell", by="test")

    def again(self, edition: Path) -> Paper:
        """A copy for one test, whose edition and media are copies too, at `edition` and beside it."""
        for name in ("edition", "media"):
            if (self.folder / name).exists():
                shutil.copytree(self.folder / name, edition.with_name(name), dirs_exist_ok=True)
        paper = copy.deepcopy(self)
        paper.folder = edition.parent
        return paper
