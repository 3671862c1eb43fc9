"""An edition in which every name and text is hostile, for the newsroom whose pages the tests look at."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image
from wagtail.models import Locale

from broadsheet.newsroom.actions.fronts import arrange_front
from broadsheet.newsroom.actions.registers import (
    add_download,
    add_picture,
    create_author,
    create_section,
    create_topic,
)
from broadsheet.newsroom.actions.stories import Draft, publish_page, write_story
from broadsheet.newsroom.models import (
    Article,
    Author,
    Download,
    FrontPage,
    Picture,
    SectionPage,
    Topic,
)
from pages import hostile

BY = "test"
RECORDINGS = {
    "sound.mp3": b"ID3\x04" + bytes(4096),
    "film.mp4": b"\x00\x00\x00\x18ftypmp42" + bytes(4096),
    "said.vtt": b"WEBVTT\n\n00:00.000 --> 00:02.000\nRain.\n",
}
"""The beginnings of files; nobody plays them."""


def hostile_edition(code: str, folder: Path, now: dt.datetime) -> dict[str, str]:
    """The edition of a language; addresses of its pages by `<kind or slug> <language>`."""
    edition = Wreck(code, folder)
    for number, story in enumerate(hostile.stories(code)):
        edition.publish(story, now - dt.timedelta(days=9 - number))
    edition.arrange()
    for picture in Picture.objects.filter(title=f"broken {code}"):
        file = Path(picture.file.path)
        file.write_bytes(file.read_bytes()[:200])  # what an interrupted upload leaves
    return {f"{kind} {code}": address for kind, address in edition.addresses().items()}


def plain_picture(folder: Path, name: str, size: tuple[int, int]) -> Path:
    """A picture of one grey that runs into another: small as a file, quick to make into any size."""
    file = folder / f"{name}.jpg"
    Image.linear_gradient("L").resize(size).convert("RGB").save(file, "JPEG", quality=40)
    return file


@dataclass(slots=True)
class Wreck:
    """What one hostile edition has so far."""

    code: str
    folder: Path
    locale: Locale = field(init=False)
    sections: list[SectionPage] = field(default_factory=list)
    library: dict[str, Picture | Download] = field(default_factory=dict)
    authors: dict[str, Author] = field(default_factory=dict)
    topics: dict[str, Topic] = field(default_factory=dict)
    stories: dict[str, Article] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.locale = Locale.objects.get(language_code=self.code)
        for number, title in enumerate(self.titles()):
            section = create_section(
                parent=self.front(),
                title=title,
                slug=f"section-{number}",
                introduction=title,
                by=BY,
            )
            self.sections.append(section)
        for name in ("sound", "broken"):
            file = plain_picture(self.folder, f"{name}-{self.code}", (360, 240))
            self.library[name] = add_picture(file=file, title=f"{name} {self.code}", by=BY)
        for name, content in RECORDINGS.items():
            path = self.folder / f"{self.code}-{name}"
            path.write_bytes(content)
            self.library[name] = add_download(file=path, title=name, by=BY)

    def front(self) -> FrontPage:
        return FrontPage.objects.get(locale=self.locale)

    def titles(self) -> tuple[str, str, str]:
        return hostile.unbroken(self.code, 120), hostile.MARK, hostile.long(self.code, 200)

    def publish(self, story: hostile.Story, at: dt.datetime) -> None:
        """Write a story with all it names, and publish it."""
        words = {"locale": self.locale, "by": BY}
        for name in story.bylines:
            role, life = name[:255], story.standfirst
            self.authors[name] = create_author(name=name, role=role, biography=life, **words)
        for name in story.topics:
            self.topics[name] = create_topic(name=name, description=story.standfirst, **words)
        draft = Draft(
            headline=story.headline,
            slug=story.slug,
            body=[(kind, self.from_library(value)) for kind, value in story.body],
            standfirst=story.standfirst,
            bylines=[self.authors[name] for name in story.bylines],
            topics=[self.topics[name] for name in story.topics],
            picture=self.library.get(story.picture),
            picture_alt=story.caption[:255],
            picture_caption=story.caption,
        )
        section = self.sections[len(self.stories) % len(self.sections)]
        page = write_story(section=section, draft=draft, by=BY)
        publish_page(page=page, by=BY, first_published=at)
        self.stories[story.slug] = page

    def from_library(self, value: Any) -> Any:
        """A block's value with pictures and files themselves in place of their names."""
        if isinstance(value, dict):
            names = {name: one for name, one in value.items() if isinstance(one, str)}
            return value | {name: self.library.get(one, one) for name, one in names.items()}
        return value

    def arrange(self) -> None:
        """A front page that leads with the worst."""
        unbroken, script, long = self.titles()
        chosen = [self.stories[slug].pk for slug in ("longest", "script", "emoji")]
        arrange_front(
            front=self.front(),
            name=unbroken,
            tagline=long[:160],
            statement=script,
            contact_email="desk@ledger.example",
            body=[
                {"type": "lead", "value": {"story": self.stories["unbroken"].pk}},
                {"type": "stories", "value": {"heading": unbroken, "stories": chosen}},
                {"type": "strip", "value": None},
                {"type": "section", "value": {"section": self.sections[1].pk, "count": 4}},
                {"type": "latest", "value": {"heading": script, "count": 6}},
            ],
            by=BY,
        )

    def addresses(self) -> dict[str, str]:
        prefix = f"/{self.code}"
        author, topic = list(self.authors.values())[-1], list(self.topics.values())[-1]
        return {
            **{slug: str(story.address) for slug, story in self.stories.items()},
            "front": f"{prefix}/",
            "section": f"{prefix}/section-0/",
            "script-section": f"{prefix}/section-1/",
            "author": f"{prefix}/authors/{author.slug}/",
            "topic": f"{prefix}/topics/{topic.slug}/",
            "month": f"{prefix}/2026/11/",
            "error": f"{prefix}/no-such-page/",
            "give": f"{prefix}/give/",
            "mistaken": f"{prefix}/give/confirm/?amount={'9' * 40}",
        }
