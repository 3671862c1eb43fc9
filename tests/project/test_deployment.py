"""What `init --production` writes: systemd, nginx and Caddy accept it as it is."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from broadsheet.project.deployment import write_deployment
from broadsheet.project.directory import make_directory
from broadsheet.project.env import load
from proxies import Ports, make_certificate, trial_caddy, trial_nginx

PORTS = Ports(http=8545, https=8546)


@pytest.fixture(params=["", "one"], ids=["one machine", "several machines"])
def written(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, Path]:
    chosen = {"name": "The Ledger", "url": "https://ledger.example", "node": request.param}
    make_directory(tmp_path / "ledger", chosen)
    files = write_deployment(tmp_path / "ledger", load(tmp_path / "ledger", {}), 8000)
    return {path.name: path for path in files}


def test_deployment_files_are_complete_and_name_the_newsroom(written: dict[str, Path]) -> None:
    assert set(written) == {
        "Caddyfile",
        "broadsheet-app.service",
        "broadsheet-backup.service",
        "broadsheet-backup.timer",
        "broadsheet-newsstand@.service",
        "broadsheet-web.service",
        "broadsheet-worker.service",
        "nginx-several.conf",
        "nginx.conf",
    }
    for path in written.values():
        text = path.read_text("utf-8")
        assert not re.search(r"@[A-Z]+@", text)
        follows = path.name in ("broadsheet-newsstand@.service", "broadsheet-web.service")
        is_one = 'node = ""' in (path.parents[1] / "settings.toml").read_text("utf-8")
        assert ("press follow --dir" in text) == (follows and not is_one)
        assert "ledger" in text.lower() or path.suffix == ".timer"


@pytest.mark.systemd
def test_deployment_units_are_verified_by_systemd(
    written: dict[str, Path], systemd_analyze: str, tmp_path: Path
) -> None:
    units = tmp_path / "units"
    units.mkdir()
    for name, path in written.items():
        if name.startswith("broadsheet-"):
            shutil.copy(path, units / name)
    ended = subprocess.run(
        [systemd_analyze, "verify", "--man=no", *map(str, sorted(units.iterdir()))],
        capture_output=True,
        text=True,
        check=False,
    )
    said = [line for line in ended.stderr.splitlines() if "broadsheet" in line or "ledger" in line]
    assert (ended.returncode, said) == (0, [])


@pytest.mark.nginx
@pytest.mark.parametrize("name", ["nginx.conf", "nginx-several.conf"])
def test_deployment_nginx_accepts_its_configuration(
    written: dict[str, Path], nginx: str, tmp_path: Path, name: str
) -> None:
    config = trial_nginx(written[name], tmp_path, make_certificate(tmp_path), PORTS)
    ended = subprocess.run([nginx, "-t", "-c", config], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.caddy
def test_deployment_caddy_accepts_its_configuration(
    written: dict[str, Path], caddy: str, tmp_path: Path
) -> None:
    config = trial_caddy(written["Caddyfile"], tmp_path, make_certificate(tmp_path), PORTS)
    command = [caddy, "validate", "--adapter", "caddyfile", "--config", config]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


def test_deployment_command_is_the_one_that_runs(written: dict[str, Path]) -> None:
    text = written["broadsheet-web.service"].read_text("utf-8")
    assert f"ExecStart={Path(sys.executable).parent / 'broadsheet'} web" in text


def test_deployment_listens_where_it_was_told(tmp_path: Path) -> None:
    make_directory(tmp_path / "ledger", {"url": "https://ledger.example"})
    files = write_deployment(tmp_path / "ledger", load(tmp_path / "ledger", {}), 8123)
    text = {path.name: path.read_text("utf-8") for path in files}
    assert "--port 8123" in text["broadsheet-web.service"]
    assert "127.0.0.1:8123" in text["nginx.conf"]
    assert "127.0.0.1:8123" in text["Caddyfile"]
    assert "--port 8123" in text["broadsheet-app.service"]
    for port in (8123, 8133, 8134):
        assert f"server 127.0.0.1:{port} max_fails=0;" in text["nginx-several.conf"]
