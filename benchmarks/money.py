"""What money takes with a million gifts: webhooks, settling, reconciling, renewals, the staff's screens, rooms.

`python -m benchmarks.money [looking|room|planning|ticking|intake|settling|reconciling …] [--gifts N] [--entries N]
[--pledges N] [--engine sqlite|postgres …]`
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import json
import os
import re
import resource
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

from benchmarks import ticking
from benchmarks.places import own_newsroom, say

NAMES = ("looking", "room", "planning", "ticking", "intake", "settling", "reconciling")
RATE, SECONDS = 100, 20
"""Webhooks a second, and for how long."""

SETTLED = 400
REPEATS = 40
ROOM = 200
"""Milliseconds that a supporter's room may take, 95 times of 100."""

PLANNED = 120
"""Seconds in which 100,000 pledges that are due are planned."""

LOOKS = {
    "gifts": ("gifts/", {}),
    "gifts further down": ("gifts/", {"before": "500000"}),
    "gifts that lapsed": ("gifts/", {"state": "lapsed"}),
    "a gift by its reference": ("gifts/", {"q": "ref777777"}),
    "a gift by the processor's number": ("gifts/", {"q": "pay_777777"}),
    "gifts by the beginning of an address": ("gifts/", {"q": "s7777"}),
    "gifts by a name that many have": ("gifts/", {"q": "Sam Field"}),
    "gifts by a name that few have": ("gifts/", {"q": "Zebulon"}),
    "gifts by an organisation": ("gifts/", {"q": "Bell Works"}),
    "gifts by words that nobody has": ("gifts/", {"q": "nobody has this"}),
    "supporters": ("supporters/", {}),
    "supporters by a name that few have": ("supporters/", {"q": "Zebulon"}),
    "supporters by the middle of a name": ("supporters/", {"q": "Field 77"}),
    "supporters by words that nobody has": ("supporters/", {"q": "nobody has this"}),
    "a supporter with four gifts": ("supporters/k777/", {}),
    "a supporter with some five hundred": ("supporters/k1/", {}),
    "a gift": ("gifts/ref777/", {}),
    "campaigns": ("campaigns/", {}),
    "the guard": ("guard/", {}),
}
"""What staff look at: below 300 ms for 95 of 100."""


def measure(engine: str, names: list[str], gifts: int, entries: int, pledges: int) -> None:
    """Fill the newsroom that the environment names, and measure in it."""
    import django

    django.setup()
    from django.conf import settings

    from benchmarks.gifts import BALANCED, GIFTS_EACH, fill, fill_sandbox
    from broadsheet.newsroom.actions.founding import found_newsroom
    from broadsheet.press.actions import press_everything
    from broadsheet.project.tables import make_tables

    make_tables()

    found_newsroom(name="L", languages=["en"], base_url="http://testserver", by="bench")
    press_everything()
    begun = time.perf_counter()
    fill(gifts, entries)
    say(f"\n{engine}: {gifts:,} gifts, {entries:,} ledger entries, made in {_since(begun):.0f} s")
    database = settings.DATA_DIR / "sandbox" / "sandbox.sqlite3"
    if "looking" in names:
        look()
    if "room" in names:
        look_into_rooms()
    if "planning" in names:
        plan(pledges, gifts // GIFTS_EACH)
    if not {"ticking", "intake", "settling", "reconciling"}.intersection(names):
        return
    with sandbox():
        if "ticking" in names:
            ticking.look(gifts)
        if "intake" in names:
            take_in()
        if "settling" in names:
            settle()
        if "reconciling" in names:
            fill_sandbox(database, entries // BALANCED)
            reconcile()


def _since(begun: float) -> float:
    return time.perf_counter() - begun


@contextlib.contextmanager
def sandbox() -> Iterator[None]:
    """The sandbox in a process of its own, as beside a newsroom."""
    from django.conf import settings

    command = [sys.executable, "-m", "broadsheet.funding.gateways.sandbox"]
    command += [
        "--dir",
        os.environ["BROADSHEET_DIR"],
        "--port",
        str(settings.BROADSHEET.sandbox_port),
    ]
    process = subprocess.Popen(command)
    try:
        _wait_for(settings.BROADSHEET.sandbox_port)
        yield
    finally:
        process.terminate()
        process.wait(20)


# The staff's screens ----------------------------------------------------------------------------


def look() -> None:
    """Print what each screen takes, the middle and the slowest of twenty."""
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal import auth as totp
    from django.test import Client

    from broadsheet.desk.queries.proofs import KEY
    from broadsheet.kit import clock
    from broadsheet.readers.actions import create_account

    user = create_account(
        email="bench@example.org",
        password="for measuring only",
        role="administrator",
        by="bench",  # noqa: S106
    )
    totp.TOTP.activate(user, totp.generate_totp_secret())
    client = Client()
    client.force_login(user)
    session, factor = client.session, Authenticator.objects.get(user=user)
    session[KEY] = {"user": user.pk, "factor": factor.pk, "at": clock.now().timestamp()}
    session.save()
    say(f"{'screen':40} {'p50 ms':>8} {'p95 ms':>8} {'own CPU':>8}")
    for name, (path, asked) in LOOKS.items():
        _measured(name, lambda path=path, asked=asked: _seen(client, path, asked))


def _seen(client: Any, path: str, asked: dict[str, str]) -> None:
    answer = client.get(f"/desk/money/{path}", asked)
    if answer.status_code != 200:
        raise SystemExit(f"{path}: {answer.status_code} {answer.headers}")


def look_into_rooms() -> None:
    """Print what the room of a supporter takes: of one with four gifts, and of one with some five hundred."""
    from django.core import signing
    from django.test import Client

    from broadsheet.funding.actions import enter_by_link
    from broadsheet.funding.models import EntryLetter, Supporter
    from broadsheet.funding.views.sessions import COOKIE
    from broadsheet.kit import clock, tokens

    say(f"{'room':40} {'p50 ms':>8} {'p95 ms':>8} {'own CPU':>8}")
    for key in ("k777", "k1"):
        now = clock.now()
        letter = EntryLetter.objects.create(
            key=tokens.reference(40), email=Supporter.objects.get(key=key).email, language="en",
            created_at=now, expires_at=now + dt.timedelta(hours=1), due_at=now,
        )  # fmt: skip
        client = Client()
        kept = enter_by_link(key=letter.key, by="bench")
        client.cookies[COOKIE] = signing.get_cookie_signer(salt=COOKIE * 2).sign(kept)
        _measured(f"the room of {key}", lambda client=client: _entered(client), ROOM)


def _entered(client: Any) -> None:
    answer = client.get("/account/")
    if b"/account/data/" not in answer.content:
        raise SystemExit(f"/account/: {answer.status_code}, nobody is in")


def _measured(name: str, ask: Callable[[], object], most: int = 300) -> None:
    taken, own = [], []
    for count in range(REPEATS):
        begun, before = time.perf_counter(), time.process_time()
        ask()
        taken.append(_since(begun) * 1000)
        own.append((time.process_time() - before) * 1000)
        if count >= 4 and sum(taken) > 20_000:
            break  # hopeless: it need not be known more exactly
    p95 = statistics.quantiles(taken, n=20)[-1]
    mark = "" if p95 <= most else f"  above {most}"
    say(f"{name:40} {statistics.median(taken):8.1f} {p95:8.1f} {statistics.median(own):8.1f}{mark}")


# Renewals ---------------------------------------------------------------------------------------


def plan(pledges: int, supporters: int) -> None:
    """Have pledges planned that are due, as the worker does, and print how long it took."""
    from django.db import connection

    from benchmarks.gifts import fill_pledges
    from broadsheet.funding.actions import plan_renewals
    from broadsheet.funding.models import Occurrence, Pledge
    from broadsheet.kit import clock

    today = clock.day_of(clock.now())
    fill_pledges(pledges, supporters, today)
    connection.close()
    begun, before = time.perf_counter(), time.process_time()
    planned = 0
    while count := plan_renewals(by="bench"):
        planned += count
    took, own = _since(begun), time.process_time() - before
    made = Occurrence.objects.filter(state="taking").count()
    if (planned, made) != (pledges, pledges) or Pledge.objects.filter(next_on__lte=today).exists():
        raise SystemExit(
            f"of {pledges} pledges {planned} were planned, {made} gifts are to be taken"
        )
    most = PLANNED * pledges / 100_000
    say(
        f"planning: {planned:,} pledges in {took:.1f} s, {took / most:.2f} of {most:.0f} s; "
        f"{own:.1f} s of the own processor"
    )


# Webhooks ---------------------------------------------------------------------------------------


def take_in() -> None:
    """Send events at one pace to the newsroom as it is served, whatever it answers; then again, and kill it midway."""
    from broadsheet.funding.models import InboxEvent

    with served() as (_process, port):
        taken = _send(port, RATE * SECONDS, "evt")
    kept = InboxEvent.objects.filter(event_id__in=list(taken)).count()
    times = [seconds * 1000 for seconds in taken.values()]
    p99 = statistics.quantiles(times, n=100)[-1]
    say(
        f"intake: {RATE} events a second for {SECONDS} s: {len(taken)} answered 200, {kept} kept; "
        f"p50 {statistics.median(times):.0f} ms, p99 {p99:.0f} ms (at most 300)"
    )
    with served() as (process, port):
        killer = threading.Timer(5, lambda: os.killpg(process.pid, signal.SIGKILL))
        killer.start()
        taken = _send(port, RATE * 8, "killed")
    kept = InboxEvent.objects.filter(event_id__in=list(taken)).count()
    say(f"intake: killed with -9 midway: {len(taken)} answered 200, {kept} of these kept")


def _send(port: int, count: int, prefix: str) -> dict[str, float]:
    """Events that were answered 200, with the seconds from when each was due."""
    from django.conf import settings

    from broadsheet.funding.gateways.sandbox.keys import webhook_secret
    from broadsheet.funding.gateways.signatures import signature_header

    secret = webhook_secret("sandbox", settings.BROADSHEET.sandbox_webhook_secret)
    begun, taken = time.perf_counter() + 0.2, dict[str, float]()
    with (
        httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=20) as client,
        ThreadPoolExecutor(24) as pool,
    ):

        def send(number: int) -> None:
            due = begun + number / RATE
            time.sleep(max(0.0, due - time.perf_counter()))
            about = {"object": "payment", "id": f"pay_{number}", "amount": 2500, "currency": "GBP"}
            ident = f"{prefix}_{number}"
            event = {
                "id": ident,
                "type": "payment.succeeded",
                "livemode": False,
                "data": {"object": about},
            }
            raw = json.dumps(event).encode()
            headers = {"Sandbox-Signature": signature_header(raw, [secret], int(time.time()))}
            with contextlib.suppress(httpx.HTTPError):
                answer = client.post("/processors/sandbox/events/", content=raw, headers=headers)
                if answer.status_code == 200:
                    taken[ident] = time.perf_counter() - due

        list(pool.map(send, range(count)))
    return taken


@contextlib.contextmanager
def served() -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The newsroom's web process, and its port."""
    port = _free_port()
    command = [sys.executable, "-m", "broadsheet.project.cli", "web"]
    command += ["--dir", os.environ["BROADSHEET_DIR"], "--port", str(port)]
    process = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL)
    try:
        _wait_for(port)
        url = f"http://127.0.0.1:{port}/processors/nobody/events/"
        while httpx.post(url, trust_env=False, timeout=20).status_code != 404:
            time.sleep(0.2)  # until Django has loaded
        yield process, port
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(20)


def _wait_for(port: int) -> None:
    for _try in range(300):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise SystemExit(f"nobody listens on {port}")


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


# Settling and reconciling -----------------------------------------------------------------------


def settle() -> None:
    """Have gifts paid at the sandbox, and print how many the worker settles in a second, receipts not yet sent."""
    from django.conf import settings

    from broadsheet.funding import tasks
    from broadsheet.funding.actions import (
        Gift,
        begin_donation,
        collect_events,
        open_account,
        open_checkout,
    )
    from broadsheet.funding.models import Campaign, Donation, InboxEvent, ProcessorAccount
    from broadsheet.kit import tokens
    from broadsheet.kit.money import Money

    account, campaign = open_account(by="bench"), Campaign.objects.get()
    collect_events(account=account, by="bench")
    pay = httpx.Client(
        base_url=f"http://127.0.0.1:{settings.BROADSHEET.sandbox_port}", trust_env=False
    )
    for number in range(SETTLED):
        gift = Gift(amount=Money(2500, "GBP"), email=f"new{number}@example.org", campaign=campaign)
        donation = begin_donation(gift=gift, nonce=tokens.reference(30), by="bench")
        attempt = open_checkout(donation=donation, by="bench")
        pay.post(f"/checkout/{attempt.checkout_id}/", data={"outcome": "pay"})
    account = ProcessorAccount.objects.get(pk=account.pk)
    InboxEvent.objects.all().update(state="done")
    events = collect_events(account=account, by="bench")
    begun, before = time.perf_counter(), time.process_time()
    while InboxEvent.objects.exclude(state__in=["done", "dead"]).exists():
        tasks.drain_inbox()
    took, own = _since(begun), time.process_time() - before
    done = Donation.objects.filter(
        state="settled",
        supporter__email__startswith="new",
        supporter__email__endswith="@example.org",
    ).count()
    say(
        f"settling: {done} of {SETTLED} gifts, {events} events, {done / took:.0f} gifts and "
        f"{events / took:.0f} events a second (own processor {own / took:.0%})"
    )


def reconcile() -> None:
    """Run the command over everything; print how long it took and how much memory it had at most."""
    command = [sys.executable, "-m", "broadsheet.project.cli", "funding", "reconcile"]
    begun = time.perf_counter()
    ended = subprocess.run(
        [*command, "--dir", os.environ["BROADSHEET_DIR"]],
        check=False,
        capture_output=True,
        text=True,
    )
    took = _since(begun)
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    said = re.sub(r"\s+", " ", ended.stdout)[:160]
    say(
        f"reconciling: {took:.0f} s (at most 300), {most} MB (at most 500), "
        f"exit status {ended.returncode}: {said}"
    )


def main() -> int:
    """Measure on each engine, in a process of its own."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.money", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="|".join(NAMES))
    parser.add_argument("--gifts", type=int, default=1_000_000)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--pledges", type=int, default=100_000)
    parser.add_argument("--engine", nargs="+", default=["sqlite", "postgres"])
    parser.add_argument("--here", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    names = chosen.names or list(NAMES)
    if chosen.here:
        measure(chosen.here, names, chosen.gifts, chosen.entries, chosen.pledges)
        return 0
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    say(f"{os.cpu_count()} processors, load before {load}")
    status = 0
    for engine in chosen.engine:
        more = f'processor = "sandbox"\nsandbox_port = {_free_port()}'
        with own_newsroom(engine, more) as own:
            folder = Path(own["BROADSHEET_DIR"]) / "secrets"
            for name in ("sandbox_key", "sandbox_webhook_secret"):
                (folder / name).write_text("measured\n", "utf-8")
            command = [sys.executable, "-m", "benchmarks.money", *names, "--here", engine]
            command += ["--gifts", str(chosen.gifts), "--entries", str(chosen.entries)]
            command += ["--pledges", str(chosen.pledges)]
            status = max(
                status, subprocess.run(command, env=os.environ | own, check=False).returncode
            )
    return status


if __name__ == "__main__":
    sys.exit(main())
