"""Running the sandbox beside a newsroom: `python -m broadsheet.funding.gateways.sandbox --dir DIR --port N`."""

from __future__ import annotations

import argparse
import os
import signal
import sqlite3
import sys
import threading
import tomllib
from pathlib import Path

from broadsheet.funding.gateways.sandbox.application import Sandbox, Secrets
from broadsheet.funding.gateways.sandbox.server import Server
from broadsheet.funding.gateways.sandbox.store import unwritable


class Unstartable(Exception):
    """The sandbox cannot or must not run here; the message says why."""


def need_no_live_processor(directory: Path) -> None:
    """Raise Unstartable where the newsroom takes real payments: nobody may ever mix the two up."""
    chosen = os.environ.get("BROADSHEET_PROCESSOR")
    settings = directory / "settings.toml"
    if chosen is None and settings.is_file():
        chosen = str(tomllib.loads(settings.read_text("utf-8")).get("processor", "none"))
    if chosen not in (None, "sandbox", "none"):
        raise Unstartable(
            f"This newsroom takes real payments through {chosen}: the sandbox does not run beside it."
        )


def read_secrets(directory: Path) -> Secrets:
    """The secrets shared with the newsroom. Raises Unstartable where one is missing."""
    values = []
    for name in ("sandbox_key", "sandbox_webhook_secret"):
        file = directory / "secrets" / name
        value = os.environ.get(f"BROADSHEET_{name.upper()}") or (
            file.read_text("utf-8").strip() if file.is_file() else ""
        )
        if not value:
            raise Unstartable(f"{file} is missing or empty. Write a long random text into it.")
        values.append(value)
    return Secrets(*values)


def main() -> int:
    """Serve until a TERM or INT signal; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="sandbox", description="A payment processor without money."
    )
    parser.add_argument("--dir", type=Path, required=True, help="the newsroom's directory")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    try:
        need_no_live_processor(options.dir)
        sandbox = Sandbox(options.dir / "data" / "sandbox", read_secrets(options.dir))
        server = Server((options.host, options.port), sandbox)
    except (Unstartable, OSError, tomllib.TOMLDecodeError) as error:
        print(f"The sandbox cannot start: {error}", file=sys.stderr)  # noqa: T201
        return 1
    except sqlite3.Error as error:
        print(f"The sandbox cannot start: {unwritable(error)}", file=sys.stderr)  # noqa: T201
        return 1
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    sandbox.deliveries.start()
    server.serve_forever(poll_interval=0.5)
    server.server_close()
    sandbox.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
