"""Whether the database's tables are those of this version; changing them is `broadsheet upgrade`'s business."""

from __future__ import annotations

from django.apps import apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from broadsheet import __version__
from broadsheet.project.processes import Outdated, Unstartable


def need_schema() -> None:
    """Raise Outdated unless the database has exactly the tables that this version expects."""
    need_tables()
    need_no_newer()
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise Outdated(
            "The database is of an older version. Bring it up to date: broadsheet upgrade"
        )


def need_tables() -> None:
    """Raise Outdated where the database is empty: a newsroom that lost its database must not begin anew."""
    if MigrationRecorder.Migration._meta.db_table not in connection.introspection.table_names():
        raise Outdated(
            "The database is empty, which no newsroom's is. Stop serving and put the last backup back: "
            "broadsheet restore"
        )


def need_no_newer() -> None:
    """Raise Outdated where a newer version has changed the tables in ways that this one does not know."""
    loader = MigrationLoader(connection)
    known = set(loader.disk_migrations)
    for migration in loader.disk_migrations.values():
        known.update(migration.replaces)
    ours = {app.label for app in apps.get_app_configs() if app.name.startswith("broadsheet.")}
    strange = {key for key in loader.applied_migrations if key[0] in ours and key not in known}
    if strange:
        raise Outdated(
            f"The database is of a newer version than this Broadsheet ({__version__}). Install that "
            "version, or restore the backup that was made before the upgrade: broadsheet restore"
        )


def need_no_tables() -> None:
    """Raise Unstartable unless the database is empty: a new newsroom never moves into one that is in use."""
    if connection.introspection.table_names():
        raise Unstartable(
            f"The database {connection.settings_dict['NAME']} is not empty; nothing in it was changed. "
            "Name an empty one with --database-url."
        )
