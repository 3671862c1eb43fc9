"""Starts the lookalike: python -m lookalike PORT. Everything it knows is gone when it ends."""

from __future__ import annotations

import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from lookalike.api import Answer, Api
from lookalike.stage import Stage
from lookalike.world import World

STALL = 2
"""Seconds: longer than who asked will live."""


class Server(ThreadingHTTPServer):
    """One world behind one lock: calls that come at once are done one after the other."""

    daemon_threads = True

    def __init__(self, port: int) -> None:
        self.world = World()
        self.api, self.stage, self.lock = Api(self.world), Stage(self.world), Lock()
        super().__init__(("127.0.0.1", port), Handler)


class Handler(BaseHTTPRequestHandler):
    """Turns HTTP into calls and answers into JSON."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    server: Server

    def _answer(self) -> None:
        target = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        with self.server.lock:
            if target.path.startswith("/v1/"):
                text = body if self.command == "POST" else target.query
                answer = self.server.api.answer(
                    self.command, target.path.removeprefix("/v1/"), text, headers
                )
            else:
                answer = self.server.stage.answer(target.path, body)
        self._send(answer)

    def _send(self, answer: Answer) -> None:
        if answer.stalls:
            time.sleep(STALL)  # outside the lock: others are answered meanwhile
        if not answer.status:
            self.close_connection = True
            return
        said = json.dumps(answer.body).encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def log_message(self, *_words: Any) -> None:
        """Say nothing."""


if __name__ == "__main__":
    Server(int(sys.argv[1])).serve_forever()
