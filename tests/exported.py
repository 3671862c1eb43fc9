"""Exports served by real servers, and what they answer beside what the newsstand answers."""

from __future__ import annotations

import asyncio
import http.client
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from broadsheet.press.newsstand import Newsstand
from running import fetch, free_port, wait_until

COMPARED = (
    "allow",
    "cache-control",
    "cdn-cache-control",
    "content-encoding",
    "content-language",
    "content-length",
    "content-security-policy",
    "content-type",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "location",
    "permissions-policy",
    "referrer-policy",
    "retry-after",
    "last-modified",
    "x-content-type-options",
)
"""Headers that have to be the same. Not: the date, the entity tag, who serves, and ranges of what is compressed."""


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def told(self) -> tuple[int, dict[str, str], bytes]:
        """What is compared. Caddy sends compressed forms in chunks, without their length, and no length of nothing."""
        kept = {name: value for name, value in self.headers.items() if name in COMPARED}
        if "content-encoding" in kept or kept.get("content-length") == "0":
            kept.pop("content-length", None)
        return self.status, kept, self.body


def ask_newsstand(stand: Newsstand, target: str, method: str, coding: str) -> Answer:
    """An answer of the newsstand to a request line's target."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    path, _, query = target.partition("?")
    scope = {
        "type": "http",
        "method": method,
        "path": unquote(path),
        "raw_path": path.encode("latin-1"),
        "query_string": query.encode(),
        "headers": [(b"accept-encoding", coding.encode())] if coding else [],
    }
    asyncio.run(stand(scope, None, send))  # type: ignore[arg-type]
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    body = b"".join(message["body"] for message in sent[1:])
    return Answer(sent[0]["status"], headers, body)


@dataclass
class Server:
    """A server that answers from an export until its block ends."""

    port: int
    process: subprocess.Popen[bytes]
    reload: str
    _connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def ask(self, target: str, method: str = "GET", coding: str = "", **headers: str) -> Answer:
        """Its answer. Every header is to be there once."""
        try:
            return self._ask(target, method, coding, **headers)
        except http.client.RemoteDisconnected:  # its configuration was loaded anew
            return self._ask(target, method, coding, **headers)

    def _ask(self, target: str, method: str, coding: str, **headers: str) -> Answer:
        self._connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in ({"Accept-Encoding": coding} if coding else {}).items():
            self._connection.putheader(name, value)
        for name, value in headers.items():
            self._connection.putheader(name.replace("_", "-"), value)
        self._connection.endheaders()
        response = self._connection.getresponse()
        pairs = [(name.lower(), value) for name, value in response.getheaders()]
        assert len(dict(pairs)) == len(pairs), (target, pairs)
        return Answer(response.status, dict(pairs), response.read())


@contextmanager
def served_by_nginx(nginx: str, export: Path, folder: Path) -> Iterator[Server]:
    """Debian's nginx with the export's configuration, included as its pages say."""
    folder.mkdir()
    port = free_port()
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    # Started by root, its workers would be an account that may not look into the tests' folders.
    account = "user root;" if os.geteuid() == 0 else ""
    config = folder / "nginx.conf"
    config.write_text(
        f"daemon off; {account} pid {folder}/nginx.pid; error_log {folder}/error.log;\n"
        f"worker_processes 1; events {{}} http {{ access_log off; {temporary}\n"
        f"include {export}/nginx/http.conf; include {export}/nginx/redirects.conf;\n"
        f"server {{ listen 127.0.0.1:{port}; include {export}/nginx/server.conf; }} }}\n"
    )
    command = [nginx, "-c", str(config), "-e", str(folder / "error.log")]
    yield from _running(command, port, f"{nginx} -c {config} -e {folder}/error.log -s reload")
    assert "[emerg]" not in (folder / "error.log").read_text()


@contextmanager
def served_by_caddy(caddy: str, export: Path, folder: Path) -> Iterator[Server]:
    """Debian's Caddy with the export's configuration."""
    folder.mkdir()
    port, admin = free_port(), free_port()
    config = folder / "Caddyfile"
    config.write_text(
        f"{{\n\tadmin 127.0.0.1:{admin}\n\tauto_https off\n}}\n"
        f"import {export}/caddy/broadsheet.caddy\n"
        f"http://:{port} {{\n\tbind 127.0.0.1\n\timport broadsheet\n}}\n"
    )
    command = [caddy, "run", "--adapter", "caddyfile", "--config", str(config)]
    again = f"{caddy} reload --adapter caddyfile --config {config} --address 127.0.0.1:{admin}"
    yield from _running(
        command, port, again, XDG_CONFIG_HOME=str(folder), XDG_DATA_HOME=str(folder)
    )


def _running(command: list[str], port: int, again: str, **environ: str) -> Iterator[Server]:
    process = subprocess.Popen(command, env=os.environ | environ, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: fetch(port, "/")[0], f"{command[0]} answers", 20)
        yield Server(port, process, again)
    finally:
        process.terminate()
        process.wait(20)
