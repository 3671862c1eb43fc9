"""The newsroom that tests run in, its database, and the services that some tests need."""

from __future__ import annotations

import contextlib
import fcntl
import gc
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings as examples
from pytest_django import DjangoDbBlocker, Settings

from broadsheet.project.values import table
from commanding import run, run_program
from running import free_port

if TYPE_CHECKING:
    from paper import Paper

pytest.register_assert_rewrite("services")
pytest_plugins = ["services", "browser", "soaking", "storing"]

# A test process keeps all tests and the libraries: at Python's own pace, looking through them for garbage takes two
# thirds of the time of collecting the tests, and some of that of running them.
gc.set_threshold(20_000, 10, 10)

ROOT = Path(__file__).resolve().parent.parent
_newsroom = Path(tempfile.mkdtemp(prefix="broadsheet-tests-"))


_made_by = os.getpid()


def _lay_out() -> None:
    """Make what the newsroom has; again where one process has tests run several times, as for mutants."""
    shutil.copytree(ROOT / "tests" / "ledger", _newsroom, dirs_exist_ok=True)
    for folder in ("theme", "data/media", "data/mail", "data/run", "data/edition"):
        (_newsroom / folder).mkdir(parents=True, exist_ok=True)


_lay_out()
# Settings of a newsroom that the person who runs the tests works on are not the tests' own.
for _variable in ("BROADSHEET_PASSWORD", *(setting.variable for setting in table())):
    os.environ.pop(_variable, None)
    os.environ.pop(f"{_variable}_FILE", None)
os.environ["BROADSHEET_DIR"] = str(_newsroom)
if os.environ.get("BROADSHEET_TEST_DATABASE") == "postgres":
    import services

    os.environ["BROADSHEET_DATABASE_URL"] = services.postgres_or_exit()
# Named here and not in pyproject.toml: there, settings would be read before the newsroom above exists.
os.environ["DJANGO_SETTINGS_MODULE"] = "broadsheet.project.settings"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Let no test process begin with the newsroom of this one, which runs no tests."""
    for name in ("BROADSHEET_DIR", "BROADSHEET_DATABASE_URL", "DJANGO_SETTINGS_MODULE"):
        os.environ.pop(name, None)


def pytest_configure(config: pytest.Config) -> None:
    from django.conf import settings

    _lay_out()
    # No test pulls the plug, and Linux keeps what a killed process wrote: waiting for the disk would show nothing.
    os.fsync = lambda fd: None
    os.sync = lambda: None
    # No test may fail because the machine is busy.
    examples.register_profile("timeless", parent=examples.default, deadline=None)
    examples.load_profile("timeless")
    settings.PRESS_STRICT_READS = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Choose what the run's database can tell apart, and begin with what takes long by itself."""
    on_postgres = os.environ.get("BROADSHEET_TEST_DATABASE") == "postgres"
    chosen, others = [], []
    for item in items:
        if item.get_closest_marker("only_on_postgres") or "transactional_db" in _fixtures(item):
            item.add_marker("races")
        (chosen if _is_for(item, on_postgres=on_postgres) else others).append(item)
    items[:] = sorted(chosen, key=lambda item: item.get_closest_marker("early") is None)
    config.hook.pytest_deselected(items=others)


def pytest_collection_finish() -> None:
    """What is there when the first test begins stays until the last has ended: never look through it again."""
    gc.freeze()


def _is_for(item: pytest.Item, *, on_postgres: bool) -> bool:
    """On PostgreSQL only what uses the database is worth a second run."""
    if not on_postgres:
        return item.get_closest_marker("only_on_postgres") is None
    return bool(
        item.get_closest_marker("django_db") or {"db", "transactional_db"} & _fixtures(item)
    )


def _fixtures(item: pytest.Item) -> set[str]:
    return set(getattr(item, "fixturenames", ()))


def pytest_unconfigure(config: pytest.Config) -> None:
    if os.getpid() == _made_by:
        shutil.rmtree(_newsroom, ignore_errors=True)
    else:  # a copy of that process, which goes on
        _database_file().unlink(missing_ok=True)


def _database_file() -> Path:
    """The SQLite database of this process's tests."""
    return _newsroom / "data" / f"test-{os.getpid()}.sqlite3"


@pytest.fixture(scope="session")
def newsroom_dir() -> Path:
    """The newsroom directory of this test process."""
    return _newsroom


# The database --------------------------------------------------------------------------------
# Making tables takes seconds, so a migrated SQLite file is kept in .cache/ and a migrated database on the server, both
# named by what went into them.


@contextlib.contextmanager
def _one_migrates() -> Iterator[str]:
    """The name of the schema, while no other process of this checkout makes it."""
    digest = hashlib.sha256(f"{version('django')} {version('wagtail')}".encode())
    shipped = ROOT / "src" / "broadsheet" / "project" / "tables.sql"
    for path in [*sorted((ROOT / "src").glob("broadsheet/*/migrations/*.py")), shipped]:
        digest.update(path.name.encode() + path.read_bytes())
    (ROOT / ".cache").mkdir(exist_ok=True)
    with (ROOT / ".cache" / "migrated.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield digest.hexdigest()[:16]


@pytest.fixture(scope="session")
def migrated_file() -> Path:
    """An empty, migrated SQLite database for copying. Of all processes that need it, the first has it made."""
    with _one_migrates() as schema:
        kept = ROOT / ".cache" / f"migrated-{schema}.sqlite3"
        if not kept.exists():
            run_program("migrating.py", kept)
    return kept


@pytest.fixture(scope="session")
def migrated_on_postgres() -> str:
    """The name of an empty, migrated PostgreSQL database to be a template, made in the same way."""
    from services import postgres_template

    with _one_migrates() as schema:
        return postgres_template(
            f"broadsheet_migrated_{schema}", lambda address: run_program("migrating.py", address)
        )


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request: pytest.FixtureRequest) -> None:
    from django.conf import settings

    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        database["TEST"]["NAME"] = str(_database_file())
        database["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"
        shutil.copyfile(request.getfixturevalue("migrated_file"), database["TEST"]["NAME"])
    else:
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        database["TEST"]["NAME"] = f"broadsheet_test_{worker}_{os.getpid()}"
        database["TEST"]["TEMPLATE"] = request.getfixturevalue("migrated_on_postgres")


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest) -> None:
    """As pytest-django has it. A copy of a process that had it, as for a mutant, does without the second it takes."""
    if os.getpid() == _made_by:
        request.getfixturevalue("django_db_setup")
        return
    from django.db import connection

    request.getfixturevalue("django_db_modify_db_settings")
    connection.settings_dict["NAME"] = connection.settings_dict["TEST"]["NAME"]


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    from django.conf import settings

    return bool(settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"))


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A newsroom in two languages, just made by `broadsheet init` for all test processes: copy it, then change it."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    directory = shared / "founded" / "ledger"
    words = (
        "--name",
        "The Ledger",
        "--timezone",
        "Europe/Lisbon",
        "--language",
        "en",
        "--language",
        "ar",
    )
    with (shared / "founded.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not directory.exists():
            run("init", directory, *words, "--port", free_port())
    return directory


@pytest.fixture
def newsroom(founded: Path, tmp_path: Path) -> Path:
    """A copy of it, for the test to work on."""
    return Path(shutil.copytree(founded, tmp_path / "newsroom"))


@pytest.fixture(scope="session")
def founded_on_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A newsroom as `broadsheet init` makes it, on PostgreSQL. Not to be changed: tests copy it."""
    from services import postgres_databases

    directory = tmp_path_factory.mktemp("founded") / "newsroom"
    with postgres_databases() as create:
        run("init", directory, "--database-url", create())
        yield directory


@pytest.fixture
def newsroom_on_postgres(
    founded_on_postgres: Path, new_postgres: Callable[..., str], tmp_path: Path
) -> Path:
    """A copy of it with a database of its own, for the test to work on."""
    directory = Path(shutil.copytree(founded_on_postgres, tmp_path / "newsroom"))
    secret = directory / "secrets" / "database_url"
    secret.write_text(new_postgres(template=secret.read_text("utf-8").strip()), encoding="utf-8")
    return directory


# The newsroom's content ----------------------------------------------------------------------


@pytest.fixture
def edition_dir(settings: Settings, tmp_path: Path) -> Path:
    """An edition directory of this test's own, and media beside it."""
    from django.core.cache import cache

    cache.clear()
    settings.EDITION_DIR = tmp_path / "edition"
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "edition"


@pytest.fixture
def paper(request: pytest.FixtureRequest, db: None, edition_dir: Path, tmp_path: Path) -> Paper:
    """A small newsroom, nothing of it pressed yet."""
    from paper import Paper

    if "beginning" in request.fixturenames:
        made: Paper = request.getfixturevalue("beginning")
        return made.again(edition_dir)
    return Paper(tmp_path)


@pytest.fixture(scope="module")
def beginning(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Paper]:
    """A paper made once for a module that uses this fixture in all its tests; `paper` is then a copy.

    It is in the database until the module ends, and what a test does is rolled back to here.
    """
    from django.core.cache import cache
    from django.db import transaction
    from django.test import override_settings

    from paper import Paper

    cache.clear()  # it knows renditions of pictures that other tests made
    folder = tmp_path_factory.mktemp("paper")
    places = override_settings(EDITION_DIR=folder / "edition", MEDIA_ROOT=folder / "media")
    case = transaction.atomic()
    case._from_testcase = True  # as Django's own test cases mark theirs
    with django_db_blocker.unblock(), places, case:
        yield Paper(folder)
        transaction.set_rollback(True)
