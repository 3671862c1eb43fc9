"""Runs the benchmarks that are named, or all of NAMES: `python -m benchmarks [NAME …] [--stories N]`."""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

from benchmarks import importing, newsroom

NAMES = ("pressing", "changing", "publishing", "starting", "reading", "importing")


def main() -> None:
    """Make a newsroom of invented stories in a temporary directory and measure with it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("names", nargs="*", metavar="|".join(NAMES))
    parser.add_argument("--stories", type=int, default=1000)
    parser.add_argument("--seconds", type=int, default=5, help="how long each server is asked")
    parser.add_argument(
        "--newsroom", type=Path, help="one made before to measure with, or where to keep it"
    )
    chosen = parser.parse_args()
    names = chosen.names or list(NAMES)
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    print(
        f"{os.cpu_count()} processors, load before {load}; on a busy machine only ratios mean much"
    )
    with tempfile.TemporaryDirectory(prefix="broadsheet-bench-") as scratch:
        Path(scratch).chmod(0o755)  # nginx reads in it under an account of its own
        if "importing" in names:
            importing.measure(Path(scratch), chosen.stories)
        if names == ["importing"]:
            return
        place = chosen.newsroom or Path(scratch) / "newsroom"
        newsroom.make(place, chosen.stories)
        from benchmarks import changing, pressing, publishing, reading, starting

        if "pressing" in names:
            pressing.measure(chosen.stories)
        else:
            pressing.bring_up()
        if "changing" in names:
            changing.measure()
        if "publishing" in names:
            publishing.measure(place)
        if "starting" in names:
            starting.measure(place)
        if "reading" in names:
            reading.measure(Path(scratch), chosen.seconds)


main()
