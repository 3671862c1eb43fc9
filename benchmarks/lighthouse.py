"""Lighthouse on one page of each kind that readers see most, as on a mid-range phone with simulated slow 4G.

    make demo PORT=8000        # in another terminal
    make lighthouse URL=http://127.0.0.1:8000

prints a table and fails where a score is below 100. Chromium is needed, and npm for installing Lighthouse.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path
from typing import Any

TOOLS = Path(__file__).parent / "tools"
LIGHTHOUSE = TOOLS / "node_modules" / ".bin" / "lighthouse"
KINDS = {
    "front": r"/",
    "section": r"/[a-z][a-z-]{3,}/",  # shorter ones are languages
    "article": r"/\d{4}/\d{2}/[^/]+/",
    "author": r"/authors/[^/]+/",
    "campaign": r"/campaigns/[^/]+/",
    "give": r"/give/",
}
NOT_SECTIONS = {"/give/", "/about/", "/search/", "/contact/"}
TIMES = {
    "FCP": "first-contentful-paint",
    "LCP": "largest-contentful-paint",
    "TBT": "total-blocking-time",
    "CLS": "cumulative-layout-shift",
    "bytes": "total-byte-weight",
}


def pages(url: str) -> dict[str, str]:
    """The first page of each kind that the front page leads to."""
    with urllib.request.urlopen(url + "/", timeout=30) as answer:
        links = ["/", *re.findall(r'href="(/[^"#?]*)"', answer.read().decode())]
    found = {}
    for kind, pattern in KINDS.items():
        fitting = [path for path in links if re.fullmatch(pattern, path)]
        if kind == "section":
            fitting = [path for path in fitting if path not in NOT_SECTIONS]
        if not fitting:
            sys.exit(f"The front page of {url} leads to no {kind}. Serve the demo: make demo")
        found[kind] = fitting[0]
    return found


def measure(url: str) -> dict[str, Any]:
    """Lighthouse's report on an address, with its defaults: mobile, simulated throttling.

    Chromium sometimes does not tell when it began (NO_NAVSTART); Lighthouse says itself to run it again then.
    """
    for _ in range(3):
        ended, report = _run(url)
        if report is not None:
            return report
    sys.exit(f"Lighthouse could not measure {url}: {ended.stderr.strip()[-400:]}")


def _run(url: str) -> tuple[subprocess.CompletedProcess[str], dict[str, Any] | None]:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        ended = subprocess.run(
            [
                *(LIGHTHOUSE, url, "--quiet", "--output=json", f"--output-path={report}"),
                "--chrome-flags=--headless=new --no-sandbox",
            ],
            env={**os.environ, "CHROME_PATH": shutil.which("chromium") or ""},
            check=False,
            capture_output=True,
            text=True,
            timeout=180,
        )
        return ended, None if ended.returncode else json.loads(report.read_text("utf-8"))


def lost(report: dict[str, Any]) -> list[str]:
    """The audits that cost points."""
    audits = report["audits"]
    return [
        f"{category['id']}: {audits[ref['id']]['title']} {audits[ref['id']].get('explanation', '')}"
        for category in report["categories"].values()
        if category["score"] < 1
        for ref in category["auditRefs"]
        if ref["weight"] and (audits[ref["id"]]["score"] or 0) < 1
        if audits[ref["id"]]["scoreDisplayMode"] not in ("notApplicable", "manual", "informative")
    ]


def main(url: str, chosen: list[str]) -> int:
    """Print the table, of the `chosen` kinds where some are; 1 where a score is below 100."""
    if not LIGHTHOUSE.exists():
        sys.exit("Lighthouse is missing. Install it: make lighthouse does (apt install nodejs npm)")
    print("page      perf  a11y  best  seo    FCP    LCP   TBT    CLS  bytes")
    below = False
    for kind, path in pages(url).items():
        if chosen and kind not in chosen:
            continue
        report = measure(url + path)
        scores = [round(100 * c["score"]) for c in report["categories"].values()]
        fcp, lcp, tbt, cls, size = (
            report["audits"][name]["numericValue"] for name in TIMES.values()
        )
        print(
            f"{kind:9} {scores[0]:4}  {scores[1]:4}  {scores[2]:4} {scores[3]:4} "
            f"{fcp / 1000:5.2f}s {lcp / 1000:5.2f}s {tbt:3.0f}ms {cls:6.3f} {size:6.0f}"
        )
        for line in lost(report):
            print(f"          {line}")
        below = below or min(scores) < 100
    return int(below)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1].rstrip("/"), sys.argv[2:]))
