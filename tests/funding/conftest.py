"""The stage that money's tests play on: in a transaction of the test, or committed for all to see."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pytest_django import DjangoDbBlocker, Settings

if TYPE_CHECKING:
    import httpx

    from promises import Promises
    from stage import Stage


@pytest.fixture
def stage(db: None, tmp_path: Path, settings: Settings) -> Iterator[Stage]:
    """A stage whose rows are gone after the test."""
    from stage import Stage

    stage = Stage(tmp_path / "sandbox", settings)
    yield stage
    stage.close()


@pytest.fixture
def transactional_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """In place of the usual one: threads and processes see what the test wrote.

    Emptied afterwards by hand, since a flush would take the pages away that migrations made.
    """
    with django_db_blocker.unblock():
        _empty()
        yield
        _empty()


def _empty() -> None:
    """Delete every row of funding, and what kit and the queue keep beside them."""
    from django.apps import apps
    from django.db import connection, connections, transaction

    from broadsheet.funding.models import LedgerHead, triggers

    connections.close_all()
    triggers.lift()
    names = ("readers", "funding", "kit", "django_tasks_database")
    models = [model for name in names for model in apps.get_app_config(name).get_models()]
    with transaction.atomic(), connection.cursor() as cursor:
        for model in reversed(models):
            cursor.execute(f"DELETE FROM {model._meta.db_table}")  # noqa: S608 - names of ours
    LedgerHead.objects.create(pk=1)
    triggers.install()
    connections.close_all()


@pytest.fixture
def open_stage(transactional_db: None, tmp_path: Path, settings: Settings) -> Iterator[Stage]:
    """A stage on which several may act at once."""
    from stage import Stage

    stage = Stage(tmp_path / "sandbox", settings)
    yield stage
    stage.close()


@pytest.fixture(scope="module")
def lookalike() -> Iterator[httpx.Client]:
    """The lookalike of Stripe, served while a module's tests go on, and who asks it for what is not Stripe's."""
    from lookalike.serving import served_lookalike

    with served_lookalike() as client:
        yield client


@pytest.fixture
def standing_still(db: None) -> Iterator[None]:
    """It is and stays the moment at which what a processor says is looked at."""
    import time_machine

    from fetched import NOW

    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def promises(db: None, request: pytest.FixtureRequest) -> Iterator[Promises]:
    """A stage whose clock is moved by the test: everything of pledges."""
    import time_machine

    from promises import BEGIN, Promises

    with time_machine.travel(BEGIN, tick=False) as traveller:
        yield Promises(request.getfixturevalue("stage"), traveller)


@pytest.fixture
def open_promises(transactional_db: None, request: pytest.FixtureRequest) -> Iterator[Promises]:
    """The same, committed: several may act at once."""
    import time_machine

    from promises import BEGIN, Promises

    with time_machine.travel(BEGIN, tick=False) as traveller:
        yield Promises(request.getfixturevalue("open_stage"), traveller)
