"""Which bodies have only the form that was made in haste, and putting their smallest forms in its place."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping

from broadsheet.press.edition.entry import Form

HASTY = """SELECT DISTINCT entries.digest FROM entries
    JOIN variants ON variants.digest = entries.digest AND coding = 'gzip'
    WHERE until IS NULL AND NOT EXISTS
    (SELECT 1 FROM variants best WHERE best.digest = entries.digest AND best.coding = 'br') LIMIT ?"""


def hasty(connection: sqlite3.Connection, count: int) -> list[str]:
    """At most `count` bodies that readers get now and that have only their first compressed form."""
    return [digest for (digest,) in connection.execute(HASTY, (count,))]


def put_forms(connection: sqlite3.Connection, forms: Mapping[str, Mapping[str, Form]]) -> None:
    """Note the forms of bodies by content coding; what is not in the manifest any more is passed by."""
    rows = [
        {"digest": digest, "coding": coding, "form": form.digest, "size": form.size}
        for digest, made in forms.items()
        for coding, form in made.items()
    ]
    connection.execute(
        "INSERT OR REPLACE INTO variants SELECT value ->> 'digest', value ->> 'coding', value ->> 'form', "
        "value ->> 'size' FROM json_each(?) WHERE value ->> 'digest' IN (SELECT digest FROM entries)",
        (json.dumps(rows),),
    )
