"""A newsroom of invented stories to measure with."""

from __future__ import annotations

import multiprocessing
import os
import random
import socket
import subprocess
import sys
import time
from pathlib import Path

WORDS = (
    "river council bridge vote night tram budget school harbour strike rent flood market library "
    "doctor question answer street neighbour record minute winter letter engine ferry"
).split()


def make(directory: Path, stories: int) -> None:
    """Found a newsroom with an archive of `stories` stories over years, and set Django up for it.

    One that is there already is used as it is.
    """
    if not directory.exists():
        command = [sys.executable, "-m", "broadsheet.project.cli", "init", str(directory)]
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            command += ["--port", str(one.getsockname()[1])]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        # In a process of its own, whose memory is not what is measured afterwards.
        writer = multiprocessing.get_context("spawn").Process(
            target=_fill, args=(directory, stories)
        )
        writer.start()
        writer.join()
        if writer.exitcode:
            raise SystemExit("The archive could not be written.")
    _set_up(directory)


def _set_up(directory: Path) -> None:
    os.environ["BROADSHEET_DIR"] = str(directory)
    os.environ["DJANGO_SETTINGS_MODULE"] = "broadsheet.project.settings"
    import django

    django.setup()


def _fill(directory: Path, stories: int) -> None:
    _set_up(directory)
    from benchmarks.archive import Archive

    begun = time.perf_counter()
    Archive().fill(stories)
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
