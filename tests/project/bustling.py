"""A program: a newsroom in which stories are published and gifts given while it is backed up, `bustling.py DIR FILE…`.

Each FILE is one backup. The last line printed says how many stories, pictures and gifts there were by then.
"""

from __future__ import annotations

import itertools
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable
from pathlib import Path

from broadsheet.project.cli.keeping import take_backup
from broadsheet.project.cli.opening import open_desk
from running import wait_until

PAUSE = 0.3
"""Seconds between two works of a kind, so that none keeps the others out."""

BETWEEN = 3
"""Every kind of work is done so many times, at least, between two backups."""


def main(directory: Path, files: list[Path]) -> None:
    found, _values = open_desk(directory)
    from django.db import connections

    from broadsheet.press.actions import press_pending

    done = {"stories": 0, "gifts": 0, "presses": 0}
    faults: list[str] = []
    over = threading.Event()

    def work(name: str, act: Callable[[int], object]) -> None:
        try:
            for number in itertools.count():
                act(number)
                done[name] += 1
                if over.wait(PAUSE):
                    break
        except Exception:  # noqa: BLE001 - told by the program's end
            faults.append(traceback.format_exc())
        connections.close_all()

    give, publish = giving(), publishing()
    works = {"stories": publish, "gifts": give, "presses": lambda _number: press_pending()}
    threads = [threading.Thread(target=work, args=pair) for pair in works.items()]
    for thread in threads:
        thread.start()
    try:
        for file in files:
            goal = {name: number + BETWEEN for name, number in done.items()}
            wait_until(
                lambda goal=goal: faults or all(done[name] >= goal[name] for name in done),
                f"every kind of work goes on, not only {done}",
            )
            take_backup(found, file)
    finally:
        over.set()
        for thread in threads:
            thread.join()
    connections.close_all()
    if faults:
        sys.exit("\n".join(faults))
    print(done["stories"], done["gifts"])


def publishing() -> Callable[[int], object]:
    """Publishes a story with a picture of its own, then one without."""
    from paper import Paper

    paper = Paper(Path(tempfile.mkdtemp()))

    def publish(number: int) -> None:
        picture = None if number % 2 else paper.picture(f"Picture {number}", (64 + number, 48))
        paper.story(f"Story {number}", f"story-{number}", picture=picture)

    return publish


def giving() -> Callable[[int], object]:
    """Gives to a campaign, through a sandbox in this process."""
    from broadsheet.funding.actions import Gift, record_donation
    from broadsheet.funding.gateways.opening import in_process_sandbox
    from broadsheet.funding.models import Campaign
    from broadsheet.kit import clock
    from broadsheet.kit.money import Money
    from journeys.ledger import open_campaigns

    open_campaigns()
    campaign = Campaign.objects.get(slug="presses")
    sandbox = in_process_sandbox()

    def give(number: int) -> None:
        amount = Money(500 + number, campaign.currency)
        gift = Gift(amount=amount, email=f"sam{number}@reader.example", campaign=campaign)
        record_donation(gift=gift, at=clock.now(), sandbox=sandbox, by="test")

    return give


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(file) for file in sys.argv[2:]])
