"""The part of the doctor that needs Django: database, clock, e-mail, people, edition, payments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from functools import partial

from django.core.mail import get_connection
from django.db import connection
from django.db.models import Min

from broadsheet.kit import clock
from broadsheet.kit.models import Change
from broadsheet.project.doctor import LATE, SKEW, Finding
from broadsheet.project.processes import Outdated
from broadsheet.project.schema import need_schema
from broadsheet.project.values import Values

FIRST = ("database", "migrations")
"""While one of these has a problem, the looks after it would only say so again."""

MOST = 10
"""How many findings of one kind are listed."""

Look = Callable[[], Iterator[Finding]]


def looks(values: Values) -> Iterator[tuple[str, Look]]:
    """What there is to look at, in order, each with its subject."""
    yield "database", database
    yield "migrations", migrations
    yield "clock", clocks
    yield "people", people
    yield "e-mail", partial(email, values)
    yield "edition", partial(edition, values)
    yield "machines", partial(machines, values)
    yield "network", partial(network, values)
    yield "behind the press", behind_the_press
    yield "schedule", schedule
    yield "search", search
    yield "payments", partial(payments, values)


def database() -> Iterator[Finding]:
    """Whether the database answers, and, for SQLite, is sound."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA quick_check(1)")
            verdict = cursor.fetchone()[0]
            if verdict != "ok":
                mend = "Stop serving and restore the last backup: broadsheet restore"
                yield Finding("database", "problem", f"the file is damaged: {verdict}", mend)
                return
    yield Finding("database", "ok", f"{connection.display_name} answers")


def migrations() -> Iterator[Finding]:
    """Whether the tables are those of this version."""
    try:
        need_schema()
        yield Finding("migrations", "ok", "the tables are those of this version")
    except Outdated as error:
        yield Finding("migrations", "problem", str(error))


def clocks() -> Iterator[Finding]:
    """Whether the database's clock and ours agree."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT strftime('%s', 'now')")
            there = dt.datetime.fromtimestamp(int(cursor.fetchone()[0]), dt.UTC)
        else:
            cursor.execute("SELECT clock_timestamp()")
            there = cursor.fetchone()[0]
    here = clock.now()
    if abs(here - there) > SKEW:
        mend = "Set both machines' clocks by the network: timedatectl set-ntp true"
        yield Finding(
            "clock", "problem", f"the database's clock is off by {abs(here - there)}", mend
        )
    elif here.year < 2026:
        yield Finding("clock", "problem", f"it says {here:%Y-%m-%d}", "timedatectl set-ntp true")
    else:
        zone = clock.newsroom_zone()
        yield Finding("clock", "ok", f"{here.astimezone(zone):%Y-%m-%d %H:%M} in {zone.key}")


def people() -> Iterator[Finding]:
    """Whether somebody can sign in as an administrator."""
    from broadsheet.readers.models import User

    if User.objects.filter(is_superuser=True, is_active=True).exists():
        yield Finding("people", "ok", "there is an administrator")
    else:
        yield Finding(
            "people", "warning", "nobody may administer the desk", "broadsheet user create"
        )


def email(values: Values) -> Iterator[Finding]:
    """Whether what the newsroom sends can arrive."""
    if values.email != "smtp":
        public = values.url.startswith("https://")
        mend = 'Set email = "smtp" and the lines after it in settings.toml.' if public else ""
        where = {"file": "is written to data/mail", "console": "is printed"}[values.email]
        yield Finding("e-mail", "problem" if public else "ok", f"{where}; nothing is sent", mend)
        return
    mail = get_connection(timeout=10)
    try:
        mail.open()
        mail.close()
    except Exception as error:  # noqa: BLE001 - sockets, TLS and SMTP each have their own
        mend = (
            "Correct email_host, email_port, email_user, email_security and secrets/email_password."
        )
        yield Finding("e-mail", "problem", f"{values.email_host}: {error}", mend)
    else:
        yield Finding("e-mail", "ok", f"{values.email_host} takes mail from us")


def edition(values: Values) -> Iterator[Finding]:
    """Whether the edition is whole and up to date."""
    from broadsheet.press.models import Failure, Register
    from broadsheet.press.queries import edition as current_edition
    from broadsheet.press.queries import fingerprint, is_ours

    current = current_edition()
    damage = list(current.verify())
    if damage:
        mend = "broadsheet press run --everything"
        yield Finding("edition", "problem", f"{len(damage)} files are damaged: {damage[0]}", mend)
    row = Register.objects.first() if values.node else None
    if (row is None or is_ours(row)) and current.fingerprint != fingerprint():
        yield Finding(
            "edition",
            "warning",
            "was made by another version, theme or settings",
            "broadsheet press run",
        )
    if current.held is not None:
        yield Finding(
            "edition",
            "warning",
            f"readers are kept at number {current.held}; what is published waits",
            "broadsheet press run --everything",
        )
    oldest = Change.objects.aggregate(at=Min("at"))["at"]
    if oldest is not None and clock.now() - oldest > LATE:
        mend = "Is the worker alive? Else: broadsheet press run"
        yield Finding("edition", "problem", f"changes wait since {oldest:%Y-%m-%d %H:%M} UTC", mend)
    for failure in Failure.objects.order_by("since")[:MOST]:
        mend = "Readers get its last good version. Correct the story or the theme, then save it."
        yield Finding(
            "edition", "problem", f"{failure.resource} cannot be rendered: {failure.error}", mend
        )
    yield Finding(
        "edition", "ok", f"number {current.number}, {sum(1 for _ in current.resources())} documents"
    )


def machines(values: Values) -> Iterator[Finding]:
    """Whether the machines that serve the newsroom, where there are several, have what is published."""
    from broadsheet.press.actions.office import is_anybody_in_office
    from broadsheet.press.models import Node, Register
    from broadsheet.press.queries import ALIVE

    row = Register.objects.first() if values.node else None
    if row is None:
        return
    if not is_anybody_in_office():
        mend = "Start a worker on one of them: systemctl start broadsheet-worker"
        yield Finding("machines", "problem", "no worker is in office: nothing is published", mend)
    presses = row.manifest.partition(":")[0]
    for node in Node.objects.order_by("name"):
        if node.seen_at < clock.now() - ALIVE:
            said = f"{node.name} was last heard of at {node.seen_at:%Y-%m-%d %H:%M} UTC"
            yield Finding(
                "machines", "warning", said, "Start its worker, or forget it: docs/run/nodes.md"
            )
        elif node.name != presses and node.number < row.number:
            said = f"{node.name} has {node.number} of {row.number} that was told"
            yield Finding("machines", "warning", said, "Its worker's log says what keeps it.")
        else:
            does = "publishes" if node.name == presses else "has all that was told"
            yield Finding("machines", "ok", f"{node.name} {does}")


def behind_the_press() -> Iterator[Finding]:
    """Whether what pages do without for now (smaller pictures, cards to share) can be made."""
    from broadsheet.press.actions.granting import CANNOT, waiting
    from broadsheet.press.models import Unmade

    for row in Unmade.objects.filter(attempts__gte=CANNOT).order_by("again_at")[:MOST]:
        said = row.error or "the process ended each time"
        mend = "Bring the picture's file in again at the desk. Pages show what they have; it is tried again."
        yield Finding("behind the press", "warning", f"{row.wish}: {said}", mend)
    yield Finding("behind the press", "ok", f"{waiting()} things are still to be made")


def network(values: Values) -> Iterator[Finding]:
    """Whether the content delivery network, where there is one, hears what changes."""
    from broadsheet.press.models import NetworkNews

    if not values.cdn_address:
        return
    news = NetworkNews.objects.first()
    if news is not None and news.attempts:
        said = f"it was not told what changed after edition {news.told}: {news.error}"
        mend = "Look at cdn_address, cdn_form and the secret cdn_header; docs/run/cdn.md tells how. It is tried again."
        yield Finding("network", "problem", said, mend)
    else:
        yield Finding("network", "ok", "it is told what changes")


def schedule() -> Iterator[Finding]:
    """Whether pages are published and withdrawn when they should be."""
    from broadsheet.newsroom.checks import schedule_problems, scheduled

    late = list(schedule_problems())
    for problem, mend in late[:MOST]:
        yield Finding("schedule", "problem", problem, mend)
    if len(late) > MOST:
        yield Finding("schedule", "problem", f"{len(late) - MOST} more pages are late")
    if not late:
        yield Finding("schedule", "ok", f"{scheduled()} pages wait for their hour, none is late")


def search() -> Iterator[Finding]:
    """Whether the search finds what is public."""
    from broadsheet.newsroom.checks import search_problems, searched

    for problem, mend in search_problems():
        yield Finding("search", "problem", problem, mend)
    yield Finding("search", "ok", f"finds {searched()} stories")


def payments(values: Values) -> Iterator[Finding]:
    """Whether gifts can be taken and the books agree."""
    from broadsheet.funding import checks

    for problem, mend in checks.problems():
        unserved = values.processor == "sandbox" and "cannot be reached" in problem
        yield Finding("payments", "warning" if unserved else "problem", problem, mend)
    if values.processor == "none":
        yield Finding(
            "payments", "warning", "nobody takes payments", "Set processor in settings.toml."
        )
    else:
        yield Finding("payments", "ok", f"the {values.processor} processor takes them")
