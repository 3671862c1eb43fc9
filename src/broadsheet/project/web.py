"""A process that listens: Granian around the newsstand, the application, or both."""

from __future__ import annotations

import os
from pathlib import Path

from broadsheet.press.edition import Edition
from broadsheet.project.processes import die_with_parent
from broadsheet.project.roles import APP, NEWSSTAND, newsstand_at, take_up

WHOLE = "whole"
"""The newsstand with the application behind it, in one process."""


def serve(directory: Path, what: str, host: str, port: int) -> None:
    """Serve until TERM or INT. `what` is a function of `asgi`.

    Raises Busy when this newsroom has a process that does the same already.
    """
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    doing = {NEWSSTAND: [newsstand_at(port)], APP: [APP], WHOLE: [APP, newsstand_at(port)]}[what]
    locks = take_up(directory / "data" / "run", doing)
    if what != APP:
        # A damaged edition is to be told in a sentence, before Granian tells of its worker's end.
        Edition(directory / "data" / "edition").close()
    # Granian's own child must not outlive it either, even where it is killed with -9.
    os.register_at_fork(after_in_child=die_with_parent)
    Granian(
        f"broadsheet.project.asgi:{what}",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        websockets=False,
        runtime_blocking_threads=4,
        workers_kill_timeout=5,
        log_level=LogLevels.warning,
    ).serve()
    locks.close()
