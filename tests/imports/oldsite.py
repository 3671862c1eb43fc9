"""An old site that serves files on the loopback, well or badly, and counts who asks."""

from __future__ import annotations

import io
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from PIL import Image


def picture(kind: str = "JPEG", size: tuple[int, int] = (64, 48)) -> bytes:
    content = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(content, kind)
    return content.getvalue()


class OldSite:
    """What it answers, by path: a status, a body, and headers besides."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, bytes, dict[str, str]]] = {}
        self.asked: Counter[str] = Counter()
        self.url = ""

    def serve(self, path: str, body: bytes = b"", status: int = 200, **headers: str) -> str:
        """Answer so at a path; returns the address."""
        self.answers[path] = (status, body, headers)
        return self.url + path


@contextmanager
def old_site() -> Iterator[OldSite]:
    """An old site for the length of the block."""
    site = OldSite()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked[self.path] += 1
            status, body, headers = site.answers.get(self.path, (404, b"", {}))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if "Content-Length" not in headers:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *said: object) -> None:
            """Nothing: the tests' output is long enough."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
