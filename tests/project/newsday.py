"""A program: a day in a newsroom that is served, `newsday.py DIR`: a story every five seconds, a gift every two.

Prints each story's address when its publication is committed, until its input ends; the last line says how many gifts.
"""

from __future__ import annotations

import itertools
import sys
import threading
from pathlib import Path

from broadsheet.project.cli.opening import open_desk

STORY_EVERY, GIFT_EVERY = 5.0, 2.0
"""Seconds."""


def main(directory: Path) -> None:
    open_desk(directory)
    from bustling import giving
    from django.db import connections

    from paper import Paper

    over = threading.Event()
    gifts = itertools.count()
    give = giving()

    def be_given() -> None:
        while not over.wait(GIFT_EVERY):
            give(next(gifts))
        connections.close_all()

    giver = threading.Thread(target=be_given)
    threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
    paper = Paper(directory)
    giver.start()
    for number in itertools.count():
        print(paper.story(f"Story {number}", f"story-{number}").address, flush=True)
        if over.wait(STORY_EVERY):
            break
    giver.join()
    print(next(gifts))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
