"""A newsroom of invented stories to measure with."""

from __future__ import annotations

import datetime as dt
import os
import random
import subprocess
import sys
import time
from pathlib import Path

WORDS = (
    "river council bridge vote night tram budget school harbour strike rent flood market library "
    "doctor question answer street neighbour record minute winter letter engine ferry"
).split()


def make(directory: Path, stories: int) -> None:
    """Found a newsroom with five sections and `stories` stories over five years, and set Django up for it."""
    command = [sys.executable, "-m", "broadsheet.project.cli", "init", str(directory)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    os.environ["BROADSHEET_DIR"] = str(directory)
    os.environ["DJANGO_SETTINGS_MODULE"] = "broadsheet.project.settings"
    import django

    django.setup()
    from django.db import transaction

    from broadsheet.newsroom.actions.registers import create_author, create_section, create_topic
    from broadsheet.newsroom.models import FrontPage

    begun = time.perf_counter()
    front = FrontPage.objects.get()
    chance = random.Random(1)  # noqa: S311 - the same stories every time
    sections = [
        create_section(parent=front, title=name.title(), slug=name, by="bench")
        for name in ("city", "work", "water", "culture", "opinion")
    ]
    authors = [
        create_author(name=f"Author {n}", locale=front.locale, by="bench") for n in range(20)
    ]
    topics = [create_topic(name=f"Topic {n}", locale=front.locale, by="bench") for n in range(30)]
    newest = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
    for first in range(0, stories, 100):
        with transaction.atomic():
            for number in range(first, min(first + 100, stories)):
                on = newest - dt.timedelta(minutes=number * 5 * 365 * 24 * 60 / stories)
                story(
                    *(number, chance.choice(sections), [chance.choice(authors)]),
                    topics=chance.sample(topics, 2),
                    on=on,
                )
    print(f"{stories} stories written in {time.perf_counter() - begun:.0f} s")


def story(
    number: int, section: object, bylines: list[object], topics: list[object], on: object
) -> object:
    """Write and publish one story of some 600 words; returns it."""
    from broadsheet.newsroom.actions.stories import Draft, publish_page, write_story

    chance = random.Random(number)  # noqa: S311
    body = [
        ("paragraph", f"<p>{' '.join(chance.choices(WORDS, k=60)).capitalize()}.</p>")
        for _ in range(10)
    ]
    made = write_story(
        section=section,  # type: ignore[arg-type]
        draft=Draft(
            " ".join(chance.choices(WORDS, k=7)).capitalize(),
            f"story-{number}",
            body,
            standfirst=" ".join(chance.choices(WORDS, k=20)).capitalize(),
            bylines=bylines,  # type: ignore[arg-type]
            topics=topics,  # type: ignore[arg-type]
        ),
        by="bench",
    )
    publish_page(page=made, by="bench", first_published=on)  # type: ignore[arg-type]
    return made
