"""What fifty readers at once get in a second: of the newsstand, of nginx, of a bare application; one story over and
over, the documents that change most, and an archive of which some stories are asked for far more than others."""

from __future__ import annotations

import itertools
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import Request, urlopen

if TYPE_CHECKING:
    from broadsheet.press.edition import Entry

NGINX = """daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log stderr crit;
events {{ worker_connections 256; }}
http {{ access_log off; gzip_static on; include /etc/nginx/mime.types; default_type text/html;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5; keepalive_requests 1000000000;
  server {{ listen 127.0.0.1:{port}; root {folder}/www; index index.html; }} }}"""


DRAWN = 200_000
"""Stories asked for one after the other by Zipf's law, then the same again."""

ZIPF = """local paths, at = {{}}, 0
for line in io.lines("{file}") do paths[#paths + 1] = line end
request = function() at = at % #paths + 1; return wrk.format(nil, paths[at]) end
"""


def measure(folder: Path, seconds: int) -> None:
    """Print requests a second and p99 of each, and their ratios."""
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if nginx is None or shutil.which("wrk") is None:
        print("reading: needs nginx and wrk: apt install nginx-light wrk")
        return
    from broadsheet.press.queries import edition

    found = (e for e in edition().entries() if e.status == 200)  # not those that were withdrawn
    stories = [e for e in found if re.match(r"/\d{4}/\d\d/[^/]+/$", e.path)]
    entry = stories[0]
    page = _put_down(folder / "www", entry)
    granian = [sys.executable, "-m", "granian", "--interface", "asgi", "--log-level", "warning"]
    newsstand = [*granian, "--factory", "broadsheet.project.asgi:whole"]
    bare = {"BARE_BODY": str(page / "index.html.gz"), "BARE_PATH": entry.path}
    port = _free_port()
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port))
    rates = {}
    for name, command, at, environ in (
        ("nginx", [nginx, "-c", str(folder / "nginx.conf"), "-e", "stderr"], port, {}),
        ("bare", [*granian, "benchmarks.bare:application"], 0, bare),
        ("newsstand", newsstand, 0, {}),
    ):
        here = at or _free_port()
        more = [] if at else ["--port", str(here)]
        with _running([*command, *more], here, environ):
            rates[name] = _ask(f"http://127.0.0.1:{here}{entry.path}", seconds)
        print(f"{name:>10}: {rates[name][0]:.0f} requests a second, p99 {rates[name][1]:.1f} ms")
    _measure_export(folder, nginx, entry.path, seconds, rates["nginx"])
    ours, peer, floor = rates["newsstand"], rates["nginx"], rates["bare"]
    print(
        f"newsstand: {ours[0] / peer[0]:.2f} of nginx (at least 0.5), {ours[0] / floor[0]:.2f} of a bare "
        f"application (at least 0.85); p99 {ours[1] / peer[1]:.1f} times nginx's (at most 3)"
    )
    here = _free_port()
    with _running([*newsstand, "--port", str(here)], here, {}):
        for path in (entry.path, "/", "/feed.xml", "/sitemap.xml"):
            rate, p99 = _ask(f"http://127.0.0.1:{here}{path}", seconds)
            print(f"newsstand: {path} {rate:.0f} requests a second, p99 {p99:.1f} ms")
    for story in stories:
        _put_down(folder / "www", story)
    script = _draw(folder, [story.path for story in stories])
    drawn = {}
    for name, command, at in (
        ("nginx", [nginx, "-c", str(folder / "nginx.conf"), "-e", "stderr"], port),
        ("newsstand", newsstand, 0),
    ):
        here = at or _free_port()
        with _running([*command, *([] if at else ["--port", str(here)])], here, {}):
            for _run in ("cold", "warm"):  # the second counts, for both
                drawn[name] = _ask(f"http://127.0.0.1:{here}", seconds, "-s", str(script))
    print(
        f"newsstand: {drawn['newsstand'][0]:.0f} requests a second of {len(stories)} stories drawn by Zipf's law, "
        f"{drawn['newsstand'][0] / drawn['nginx'][0]:.2f} of nginx, p99 "
        f"{drawn['newsstand'][1] / drawn['nginx'][1]:.1f} times nginx's"
    )


def _put_down(root: Path, entry: Entry) -> Path:
    """Write a document as nginx serves it, plain and compressed; returns its folder."""
    from broadsheet.press.queries import edition

    page = root / entry.path.strip("/")
    page.mkdir(parents=True, exist_ok=True)
    for name, coding in (("index.html", "identity"), ("index.html.gz", "gzip")):
        with edition().open_blob(entry.digest, coding) as blob:
            (page / name).write_bytes(blob.read())
    return page


def _draw(folder: Path, paths: list[str]) -> Path:
    """A script for wrk that asks for paths by Zipf's law (the n-th most read as often as 1 in n)."""
    chance = random.Random(3)  # noqa: S311 - the same readers every time
    chance.shuffle(paths)
    weights = list(itertools.accumulate(1 / rank for rank in range(1, len(paths) + 1)))
    asked = chance.choices(paths, cum_weights=weights, k=DRAWN)
    (folder / "asked.txt").write_text("\n".join(asked) + "\n")
    (folder / "zipf.lua").write_text(ZIPF.format(file=folder / "asked.txt"))
    return folder / "zipf.lua"


EXPORT = """daemon off; worker_processes 1; pid {folder}/export.pid; error_log stderr crit;
events {{ worker_connections 256; }}
http {{ access_log off; client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5; keepalive_requests 1000000000;
  include {folder}/export/nginx/http.conf; include {folder}/export/nginx/redirects.conf;
  server {{ listen 127.0.0.1:{port}; include {folder}/export/nginx/server.conf; }} }}"""


def _measure_export(
    folder: Path, nginx: str, path: str, seconds: int, peer: tuple[float, float]
) -> None:
    """Print what nginx does with an export of the edition, and that it sends the edition's bytes."""
    from broadsheet.press.export import Export, Site
    from broadsheet.press.queries import edition

    began = time.process_time()
    site = Site(("en",), ("/desk/",), frozenset(), "127.0.0.1:9")
    done = Export(edition(), folder / "export", site, None).bring_up()
    spent, port = time.process_time() - began, _free_port()
    (folder / "export.conf").write_text(EXPORT.format(folder=folder, port=port))
    with _running([nginx, "-c", str(folder / "export.conf"), "-e", "stderr"], port, {}):
        url = f"http://127.0.0.1:{port}{path}"
        for coding in ("identity", "gzip"):
            with (
                edition().open_blob(str(edition().find(path).digest), coding) as blob,  # type: ignore[union-attr]
                urlopen(Request(url, headers={"Accept-Encoding": coding})) as answer,
            ):
                if answer.read() != blob.read():
                    raise SystemExit(f"{path} has other bytes in {coding}")
        rate = _ask(url, seconds)
    print(
        f"    export: {rate[0]:.0f} requests a second by nginx, {rate[0] / peer[0]:.2f} of the same file in a bare "
        f"tree, p99 {rate[1]:.1f} ms, bytes equal; {done.written} files written in {spent:.1f} s of a processor"
    )


def _ask(url: str, seconds: int, *more: str) -> tuple[float, float]:
    """Requests a second and p99 in milliseconds, after a second that is not counted."""
    for length in (1, seconds):
        command = [
            "wrk",
            "-t1",
            "-c50",
            f"-d{length}s",
            "--latency",
            "-H",
            "Accept-Encoding: gzip",
            *more,
            url,
        ]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in said:
        raise SystemExit(said)
    rate, p99 = (
        re.search(r"Requests/sec:\s+([\d.]+)", said),
        re.search(r"99%\s+([\d.]+)(us|ms|s)", said),
    )
    if rate is None or p99 is None:
        raise SystemExit(said)
    return float(rate[1]), float(p99[1]) * {"us": 0.001, "ms": 1, "s": 1000}[p99[2]]


@contextmanager
def _running(command: list[str], port: int, environ: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(command, env={**os.environ, **environ})
    try:
        deadline = time.monotonic() + 30
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"{command[0]} does not serve")
            time.sleep(0.05)
        # The application behind the newsstand loads meanwhile, and would be measured, too.
        with suppress(OSError):
            urlopen(f"http://127.0.0.1:{port}/desk/login/", timeout=60).close()
        yield
    finally:
        process.terminate()
        process.wait(20)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
