"""The proxies' configuration as `init --production` writes it, for a trial on this machine, and how to ask them.

Only ports and the certificate are changed, and what is to be changed must be there.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

DOMAIN = "ledger.example"


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the proxy listens, and where the web process behind it does."""

    http: int
    https: int
    web: int = 8000


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate of our own making for DOMAIN and this machine."""

    chain: Path
    key: Path

    @property
    def trust(self) -> ssl.SSLContext:
        """What a client has to trust to believe it."""
        return ssl.create_default_context(cafile=self.chain)


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody at the proxy gets; a header that is sent twice is there twice."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name]


@dataclass(frozen=True, slots=True)
class Door:
    """The proxy's two ports, asked as a browser asks for https://ledger.example."""

    ports: Ports
    certificate: Certificate

    def get(self, path: str, *, method: str = "GET", body: bytes = b"", **headers: str) -> Answer:
        """An answer over TLS. Names in `headers` have underscores for hyphens."""
        connection = Connection(self.ports.https, self.certificate.trust)
        return ask(connection, method, path, body, headers)

    def get_plain(self, path: str) -> Answer:
        """An answer without TLS."""
        return ask(http.client.HTTPConnection("127.0.0.1", self.ports.http), "GET", path, b"", {})


class Connection(http.client.HTTPSConnection):
    """A connection to this machine that takes it for DOMAIN."""

    def __init__(self, port: int, trust: ssl.SSLContext) -> None:
        super().__init__("127.0.0.1", port, timeout=120)
        self.trust = trust

    def connect(self) -> None:
        plain = socket.create_connection((self.host, self.port), self.timeout)
        self.sock = self.trust.wrap_socket(plain, server_hostname=DOMAIN)


def ask(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    body: bytes,
    headers: dict[str, str],
) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with contextlib.closing(connection):
        connection.request(method, path, body, {"Host": DOMAIN, **named})
        response = connection.getresponse()
        return Answer(response.status, response.getheaders(), response.read())


def make_certificate(folder: Path) -> Certificate:
    """Make a certificate with certbot's file names."""
    made = Certificate(folder / "fullchain.pem", folder / "privkey.pem")
    names = f"subjectAltName=DNS:{DOMAIN},DNS:localhost"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", f"/CN={DOMAIN}", "-addext", names, "-keyout", made.key, "-out", made.chain),
        ],
        check=True,
        capture_output=True,
    )
    return made


def swap(text: str, *pairs: tuple[str, str]) -> str:
    """The text with each first part replaced by its second; it is an error when one is not there."""
    for old, new in pairs:
        assert old in text, f"the written configuration has no {old!r}"
        text = text.replace(old, new)
    return text


def trial_nginx(site: Path, folder: Path, certificate: Certificate, ports: Ports) -> Path:
    """A configuration for `nginx -c` that serves the written site."""
    text = swap(
        site.read_text("utf-8"),
        (f"/etc/letsencrypt/live/{DOMAIN}", str(certificate.chain.parent)),
        ("    listen [::]:80;\n", ""),
        ("    listen [::]:443 ssl http2;\n", ""),
        ("listen 80;", f"listen 127.0.0.1:{ports.http};"),
        ("listen 443 ssl http2;", f"listen 127.0.0.1:{ports.https} ssl http2;"),
        ("server 127.0.0.1:8000", f"server 127.0.0.1:{ports.web}"),
    )
    (folder / "site.conf").write_text(text, encoding="utf-8")
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    # Started by root, its workers would be an account that may not look into the tests' folders.
    account = "user root;" if os.geteuid() == 0 else ""
    config = folder / "nginx.conf"
    config.write_text(
        f"daemon off; {account} pid {folder}/nginx.pid; error_log stderr;\n"
        f"events {{}}\nhttp {{ {temporary} include {folder}/site.conf; }}\n",
        encoding="utf-8",
    )
    return config


def trial_caddy(site: Path, folder: Path, certificate: Certificate, ports: Ports) -> Path:
    """A configuration for `caddy run` that serves the written site; it orders no certificate."""
    text = swap(
        site.read_text("utf-8"),
        (
            f"{DOMAIN} {{\n",
            f"{DOMAIN} {{\n\tbind 127.0.0.1\n\ttls {certificate.chain} {certificate.key}\n",
        ),
        ("reverse_proxy 127.0.0.1:8000 {", f"reverse_proxy 127.0.0.1:{ports.web} {{"),
    )
    config = folder / "Caddyfile"
    options = f"{{\n\tadmin off\n\thttp_port {ports.http}\n\thttps_port {ports.https}\n}}\n"
    config.write_text(options + text, encoding="utf-8")
    return config
