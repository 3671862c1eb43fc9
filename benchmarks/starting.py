"""How soon a newsroom that is started answers: a reader from its edition, and an editor."""

from __future__ import annotations

import time
from pathlib import Path

from benchmarks.serving import served, wait_for

PAGE, DESK = 1.5, 6.0
"""Seconds until the first page, and until the editor's desk."""


def measure(newsroom: Path) -> None:
    """Start `broadsheet serve` on the newsroom; print seconds to the first page and to the desk, and how it ends."""
    begun = time.perf_counter()
    with served(newsroom) as port:
        wait_for(port, "/")
        page = time.perf_counter() - begun
        wait_for(port, "/desk/login/")
        desk = time.perf_counter() - begun
        ended = time.perf_counter()
    print(
        f"start: first page after {page:.2f} s ({page / PAGE:.2f} of {PAGE}), desk after {desk:.2f} s "
        f"({desk / DESK:.2f} of {DESK}); stopped in {time.perf_counter() - ended:.1f} s"
    )
