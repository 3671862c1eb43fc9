"""What `init --production` writes: systemd and nginx accept it as it is."""

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


@pytest.fixture
def written(tmp_path: Path) -> dict[str, Path]:
    make_directory(tmp_path / "ledger", {"name": "The Ledger", "url": "https://ledger.example"})
    files = write_deployment(tmp_path / "ledger", load(tmp_path / "ledger", {}))
    return {path.name: path for path in files}


def test_deployment_files_are_complete_and_name_the_newsroom(written: dict[str, Path]) -> None:
    assert set(written) == {
        "Caddyfile",
        "broadsheet-backup.service",
        "broadsheet-backup.timer",
        "broadsheet-web.service",
        "broadsheet-worker.service",
        "nginx.conf",
    }
    for path in written.values():
        text = path.read_text("utf-8")
        assert not re.search(r"@[A-Z]+@", text)
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
def test_deployment_nginx_accepts_its_configuration(
    written: dict[str, Path], nginx: str, tmp_path: Path
) -> None:
    config = trial_nginx(written["nginx.conf"], tmp_path, http=8545, https=8546)
    ended = subprocess.run([nginx, "-t", "-c", config], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


def trial_nginx(site: Path, folder: Path, *, http: int, https: int) -> Path:
    """The site's configuration as it is, but for its ports and a certificate of our own making."""
    certificate, key = folder / "fullchain.pem", folder / "privkey.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=ledger.example", "-keyout", key, "-out", certificate),
        ],
        check=True,
        capture_output=True,
    )
    text = re.sub(r"/etc/letsencrypt/live/[^/]+", str(folder), site.read_text("utf-8"))
    text = re.sub(r"listen (\[::\]:)?80;", rf"listen \g<1>{http};", text)
    text = re.sub(r"listen (\[::\]:)?443 ssl", rf"listen \g<1>{https} ssl", text)
    text = text.replace("listen [::]:", "# listen [::]:")
    (folder / "site.conf").write_text(text, encoding="utf-8")
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config = folder / "nginx.conf"
    config.write_text(
        f"daemon off; pid {folder}/nginx.pid; error_log stderr;\n"
        f"events {{}}\nhttp {{ {temporary} include {folder}/site.conf; }}\n",
        encoding="utf-8",
    )
    return config


def test_deployment_command_is_the_one_that_runs(written: dict[str, Path]) -> None:
    text = written["broadsheet-web.service"].read_text("utf-8")
    assert f"ExecStart={Path(sys.executable).parent / 'broadsheet'} web" in text
