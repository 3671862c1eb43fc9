"""The sandbox behind a socket: a small threaded HTTP server of the standard library."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from broadsheet.funding.gateways.sandbox.application import Sandbox
from broadsheet.funding.gateways.sandbox.messages import Request

LARGEST = 1_000_000
"""Bytes of a body above which a request is refused."""


class Server(ThreadingHTTPServer):
    """One thread for each connection; connections that say nothing for a while are closed."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        super().__init__(address, Handler)


class Handler(BaseHTTPRequestHandler):
    """Turns HTTP into requests of ours and back."""

    protocol_version = "HTTP/1.1"
    server_version = "Sandbox"
    sys_version = ""
    timeout = 30
    # An answer leaves in one piece: head and body apart would wait for the other side's acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True
    server: Server

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > LARGEST:
            self.send_error(413)
            self.close_connection = True
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        method = "GET" if self.command == "HEAD" else self.command
        answer = self.server.sandbox.answer(
            Request(method, self.path, headers, self.rfile.read(int(length)))
        )
        if answer.lost:
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing: addresses of checkouts are secrets."""
