"""An archive of any size to measure with: stories of invented words, put into the database without telling anybody."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import random
import uuid
from typing import Any

BATCH = 500
FIRST = dt.datetime(2016, 1, 1, tzinfo=dt.UTC)
APART = dt.timedelta(minutes=50)


def vocabulary(chance: random.Random, size: int = 60_000) -> list[str]:
    """Invented words that can be spoken, the commonest first."""
    consonants = "b c d f g h l m n p r s t v w st tr pl br ch sh".split()
    vowels = "a e i o u ea ou".split()
    found: dict[str, None] = {}
    while len(found) < size:
        parts = range(chance.choice([1, 2, 2, 3, 3, 4]))
        word = "".join(chance.choice(consonants) + chance.choice(vowels) for _part in parts)
        found[word + chance.choice(["", "s", "n", "r", "t", ""])] = None
    return list(found)


class Archive:
    """Stories of words drawn by Zipf's law, copied from one that was really published in the newsroom at hand."""

    def __init__(self) -> None:
        from broadsheet.newsroom.actions.registers import (
            create_author,
            create_section,
            create_topic,
        )
        from broadsheet.newsroom.actions.stories import Draft, publish_page, write_story
        from broadsheet.newsroom.models import FrontPage

        self.chance = random.Random(7)  # noqa: S311 - the same archive every time
        self.words = vocabulary(self.chance)
        self.weights = list(
            itertools.accumulate(1 / (rank + 2.7) ** 1.07 for rank in range(len(self.words)))
        )
        front = FrontPage.objects.get()
        self.sections = [
            create_section(parent=front, title=f"Section {n}", slug=f"s{n}", by="bench")
            for n in range(12)
        ]
        self.authors = [
            create_author(name=f"Author {n}", locale=front.locale, by="bench").pk for n in range(60)
        ]
        self.topics = [
            create_topic(name=f"Topic {n}", locale=front.locale, by="bench").pk for n in range(300)
        ]
        draft = Draft("Model", "model", [("paragraph", "<p>Model.</p>")])
        self.model = write_story(section=self.sections[0], draft=draft, by="bench")
        publish_page(page=self.model, by="bench")

    def text(self, count: int) -> str:
        return " ".join(self.chance.choices(self.words, cum_weights=self.weights, k=count))

    def fill(self, count: int) -> None:
        """Put so many stories into the database, without revisions and without telling anybody."""
        for start in range(0, count, BATCH):
            self._batch(range(start, min(start + BATCH, count)))
        for section in self.sections:
            section.refresh_from_db()
            type(section).objects.filter(pk=section.pk).update(
                numchild=section.get_children().count()
            )

    def _batch(self, numbers: range) -> None:
        from django.db import connection, transaction
        from wagtail.models import Page

        from broadsheet.newsroom.models import Article, Byline

        with transaction.atomic():
            pages = Page.objects.bulk_create([self._page(number) for number in numbers])
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT * FROM newsroom_article WHERE page_ptr_id = %s", [self.model.pk]
                )
                names = [column[0] for column in cursor.description]
                model = dict(zip(names, cursor.fetchone(), strict=True))
                marks = ", ".join(["%s"] * len(names))
                cursor.executemany(
                    f"INSERT INTO newsroom_article ({', '.join(names)}) VALUES ({marks})",  # noqa: S608
                    [list({**model, **self._story(page)}.values()) for page in pages],
                )
            Byline.objects.bulk_create(
                Byline(article_id=page.pk, author_id=self.chance.choice(self.authors))
                for page in pages
            )
            Article.topics.through.objects.bulk_create(
                Article.topics.through(article_id=page.pk, topic_id=topic)
                for page in pages
                for topic in self.chance.sample(self.topics, 2)
            )

    def _page(self, number: int) -> Any:
        from wagtail.models import Page

        section = self.sections[number % len(self.sections)]
        values = {
            field.attname: getattr(self.model, field.attname) for field in Page._meta.local_fields
        }
        moment = FIRST + number * APART
        path = Page._get_path(section.path, section.depth + 1, number + 100)  # noqa: SLF001
        slug = f"story-{number}"
        values |= {
            "id": None,
            "path": path,
            "slug": slug,
            "title": self.text(9),
            "url_path": f"{section.url_path}{slug}/",
            "translation_key": uuid.uuid4(),
            "first_published_at": moment,
            "last_published_at": moment,
            "live_revision_id": None,
            "latest_revision_id": None,
        }
        return Page(**values)

    def _story(self, page: Any) -> dict[str, Any]:
        count = max(60, int(self.chance.lognormvariate(6.1, 0.5)))
        body = [
            {"type": "paragraph", "id": str(uuid.uuid4()), "value": f"<p>{self.text(60)}</p>"}
            for _paragraph in range(count // 60)
        ]
        return {
            "page_ptr_id": page.pk,
            "standfirst": self.text(20),
            "body": json.dumps(body),
            "address": f"/{page.first_published_at:%Y/%m}/{page.slug}/",
        }
