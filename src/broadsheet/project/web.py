"""The web process: Granian around the newsstand."""

from __future__ import annotations

import os
from pathlib import Path

from broadsheet.press.edition import Edition
from broadsheet.project.processes import die_with_parent, hold


def serve(directory: Path, host: str, port: int) -> None:
    """Serve until TERM or INT. Raises Busy when this newsroom has a web process already."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    lock = hold(directory / "data" / "run", "web")
    # A damaged edition is to be told in a sentence, before Granian tells of its worker's end.
    Edition(directory / "data" / "edition").close()
    # Granian's own child must not outlive it either, even where it is killed with -9.
    os.register_at_fork(after_in_child=die_with_parent)
    Granian(
        "broadsheet.project.asgi:application",
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        websockets=False,
        runtime_blocking_threads=4,
        workers_kill_timeout=5,
        log_level=LogLevels.warning,
    ).serve()
    lock.close()
