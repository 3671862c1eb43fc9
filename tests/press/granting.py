"""A program that makes what documents wish for, as the worker does, until nothing is left or it is killed."""

from __future__ import annotations

import sys

import django

django.setup()

from broadsheet.kit import clock  # noqa: E402
from broadsheet.press.actions import press_pending  # noqa: E402
from broadsheet.press.actions.granting import Granter, waiting  # noqa: E402
from broadsheet.press.models import Unmade  # noqa: E402


def main() -> None:
    """Print how much waits, each time after something was made. What an earlier one was killed at is tried at once."""
    Unmade.objects.update(again_at=clock.now())
    granter = Granter()
    while waiting():
        sys.stdout.write(f"{waiting()}\n")
        sys.stdout.flush()
        granter.work(most=3)
        press_pending()
    granter.work()


main()
