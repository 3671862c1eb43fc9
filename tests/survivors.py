"""A program that says which mutants of `make mutants` no test noticed, and fails unless each is explained.

`tests/funding/survivors.txt` explains: a mutant's name and why no test has to notice it, one a line.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

EXPLAINED = Path(__file__).resolve().parent / "funding" / "survivors.txt"


def results() -> dict[str, str]:
    """What became of each mutant that was not noticed."""
    printed = subprocess.run(
        [sys.executable, "-m", "mutmut", "results"], capture_output=True, text=True, check=True
    ).stdout
    lines = (line.strip().rpartition(": ") for line in printed.splitlines() if ": " in line)
    return {name: status for name, _, status in lines}


def explained() -> dict[str, str]:
    """The reason of each mutant that may survive."""
    lines = (line.split(maxsplit=1) for line in EXPLAINED.read_text("utf-8").splitlines())
    return {words[0]: words[1] for words in lines if words and not words[0].startswith("#")}


def main() -> int:
    """Say what is to be done; return the exit status."""
    found, reasons = results(), explained()
    # One that loops for ever was noticed; one that only takes long is, or is not, as the machine is busy.
    alive = {name for name, status in found.items() if status in {"survived", "no tests"}}
    slow = {name for name, status in found.items() if status == "timeout"}
    unexplained, noticed = alive - set(reasons), set(reasons) - alive - slow
    untried = sum(status == "not checked" for status in found.values())
    for name in sorted(unexplained):
        print(f"no test notices it, and nothing explains it: mutmut show {name}")
    for name in sorted(noticed):
        print(f"explained, but noticed or gone: take it out of {EXPLAINED.name}: {name}")
    if untried:
        print(f"{untried} were not tried: run it to its end")
    print(f"{len(alive)} survived, {len(alive & set(reasons))} of them explained.")
    return int(bool(untried or unexplained or noticed))


if __name__ == "__main__":
    sys.exit(main())
