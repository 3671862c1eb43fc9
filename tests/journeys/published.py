"""A public newsroom on this machine: the units' own commands, and a real proxy in front of them."""

from __future__ import annotations

import contextlib
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from broadsheet.funding.gateways.sandbox.keys import api_key
from commanding import clean_environment
from proxies import Certificate, Door, Ports, swap, trial_caddy, trial_nginx
from running import fetch, free_port, wait_until


@dataclass(frozen=True, slots=True)
class Published:
    """A newsroom made with `init --production` whose web process, worker and sandbox run."""

    directory: Path
    certificate: Certificate
    web: int
    sandbox: int

    def doing(self, unit: str) -> list[str]:
        """What systemd would run, on a port of ours."""
        text = (self.directory / "deploy" / f"broadsheet-{unit}.service").read_text("utf-8")
        (line,) = [line for line in text.splitlines() if line.startswith("ExecStart=")]
        if unit == "web":
            line = swap(line, ("--port 8000", f"--port {self.web}"))
        return shlex.split(line.removeprefix("ExecStart="))

    def processes(self) -> dict[str, list[str]]:
        """Every process by what it is called. The sandbox has no unit: it takes no real gifts."""
        sandbox = [sys.executable, "-m", "broadsheet.funding.gateways.sandbox"]
        return {
            "web": self.doing("web"),
            "worker": self.doing("worker"),
            "sandbox": [*sandbox, "--dir", str(self.directory), "--port", str(self.sandbox)],
        }

    def send_events_to(self, address: str) -> None:
        """Have the sandbox reach the newsroom where no name server is needed."""
        import httpx

        master = (self.directory / "secrets" / "sandbox_key").read_text("utf-8").strip()
        answer = httpx.post(
            f"http://127.0.0.1:{self.sandbox}/v1/account",
            json={"webhook_url": address},
            headers={
                "Authorization": f"Bearer {api_key('sandbox', master)}",
                "Idempotency-Key": address,
            },
            trust_env=False,
        )
        assert answer.status_code == 200, answer.text


@contextlib.contextmanager
def running(processes: dict[str, Sequence[str | Path]], folder: Path, **env: str) -> Iterator[None]:
    """Run processes until the block ends, each with a log in `folder`; none of them may have failed."""
    started = {}
    logs = {name: folder / f"{name}.log" for name in processes}
    try:
        for name, command in processes.items():
            with logs[name].open("w") as log:
                started[name] = subprocess.Popen(
                    command, env=clean_environment() | env, stdout=log, stderr=subprocess.STDOUT
                )
        yield
    finally:
        for process in started.values():
            process.terminate()
        statuses = {name: process.wait(30) for name, process in started.items()}
    said = "".join(log.read_text("utf-8") for log in logs.values())
    assert "Traceback" not in said, said
    assert set(statuses.values()) == {0}, (statuses, said)


@contextlib.contextmanager
def behind_nginx(published: Published, nginx: str, folder: Path) -> Iterator[Door]:
    """Run nginx with the written configuration."""
    ports = Ports(free_port(), free_port(), published.web)
    site = published.directory / "deploy" / "nginx.conf"
    config = trial_nginx(site, folder, published.certificate, ports)
    with running({"nginx": [nginx, "-c", config]}, folder):
        wait_until(lambda: fetch(ports.http, "/")[0], "nginx listens")
        yield Door(ports, published.certificate)


@contextlib.contextmanager
def behind_caddy(published: Published, caddy: str, folder: Path) -> Iterator[Door]:
    """Run Caddy with the written configuration."""
    ports = Ports(free_port(), free_port(), published.web)
    site = published.directory / "deploy" / "Caddyfile"
    config = trial_caddy(site, folder, published.certificate, ports)
    command = [caddy, "run", "--adapter", "caddyfile", "--config", config]
    homes = {"XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with running({"caddy": command}, folder, **homes):
        wait_until(lambda: fetch(ports.http, "/")[0], "Caddy listens")
        yield Door(ports, published.certificate)
