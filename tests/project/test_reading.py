"""How often pages are read, in a newsroom that is really served: a clean end loses no count."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from broadsheet.press.newsstand import Spool
from broadsheet.project import env
from running import Served, fetch


def test_stopped_right_after_reading_keeps_every_count(newsroom: Path) -> None:
    served = Served(newsroom)
    try:
        answers = [
            fetch(served.port, "/", **{"User-Agent": "Mozilla/5.0 Firefox/140.0"}) for _ in range(3)
        ]
    finally:
        served.stop()
    assert [status for status, _body in answers] == [200] * 3
    waiting = Spool(newsroom / env.READING).take() or ("", {})
    with closing(sqlite3.connect(newsroom / "data" / "newsroom.sqlite3")) as database:
        taken = database.execute("SELECT sum(count) FROM newsroom_hourlyreading").fetchone()[0]
    assert sum(waiting[1].values()) + (taken or 0) == 3
