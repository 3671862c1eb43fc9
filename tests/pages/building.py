"""A program that makes the newsroom whose pages the tests look at: `building.py DIR PORT MIGRATED`.

English and Arabic are the demonstration's two papers with small plain pictures; French and Persian are editions of
hostile content; Persian, Urdu and Hebrew have stories written in them. All dates count from one fixed instant, so
that the pages are the same each time.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
import logging
import shutil
import sys
from pathlib import Path
from typing import Any

import time_machine

from broadsheet.project.cli.opening import open_desk
from broadsheet.project.directory import make_directory
from pages import giving

NOW = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)
LANGUAGES = ("en", "ar", "fr", "fa", "ur", "he")
HOSTILE = ("fr", "fa")
BY = "test"
MONTHLY = "monthly@reader.example"


def main(directory: Path, port: int, migrated: Path) -> None:
    """Make it, press it, and leave `specimens.json` in it: `<kind> <language>` to the address of such a page, and
    `key` and `desk` to what a browser keeps that is in a supporter's room, and at the desk."""
    make_directory(
        directory,
        {
            "name": "The Test Ledger",
            "url": f"http://127.0.0.1:{port}",
            "time_zone": "Europe/London",
            "languages": LANGUAGES,
            "processor": "sandbox",
            "sandbox_port": port + 1,
        },
    )
    database = directory / "data" / "newsroom.sqlite3"
    shutil.copyfile(migrated, database)
    open_desk(directory)
    logging.getLogger("broadsheet.theme").setLevel(logging.ERROR)  # a broken picture is meant
    with time_machine.travel(NOW, tick=True):
        addresses = build(directory)
    giving.crowd()
    giving.year()
    addresses |= {"key": key_of_room(), "desk": key_of_desk()}
    (directory / "specimens.json").write_text(json.dumps(addresses), "utf-8")


def build(directory: Path) -> dict[str, str]:
    """Everything in the database and in the edition; what `specimens.json` says."""
    from django.conf import settings

    from broadsheet.newsroom.actions.founding import found_newsroom
    from broadsheet.newsroom.actions.indexing import rebuild_index
    from broadsheet.newsroom.models import Picture
    from broadsheet.press.actions import press_everything
    from pages import tongues
    from pages.wrecking import hostile_edition

    values = settings.BROADSHEET
    found_newsroom(name=values.name, languages=values.languages, base_url=values.url, by=BY)
    plain = directory / "plain"
    plain.mkdir()
    addresses = demo_editions(plain)
    for code in HOSTILE:
        addresses |= hostile_edition(code, plain, NOW)
    picture = Picture.objects.order_by("pk")[0]
    for code in tongues.TONGUES:
        addresses |= tongues.edition(code, picture, NOW) | addresses
    addresses |= campaign()
    rebuild_index()
    account()
    outcome = press_everything()
    if outcome.failures:
        sys.exit(f"{outcome.failures} pages could not be rendered; what was said above tells why.")
    return addresses | withdrawn()


def withdrawn() -> dict[str, str]:
    """The oldest story of each paper, which readers had and have no more."""
    from broadsheet.newsroom.actions.stories import withdraw_page
    from broadsheet.newsroom.models import Article
    from broadsheet.press.actions import press_pending

    found = {}
    for code in ("en", "ar"):
        story = Article.objects.live().filter(locale__language_code=code)
        oldest = story.order_by("first_published_at")[0]
        found[f"gone {code}"] = oldest.address
        withdraw_page(page=oldest, by=BY)
    press_pending()
    return found


def demo_editions(folder: Path) -> dict[str, str]:
    """The demonstration's papers, its pictures replaced beforehand by plain ones of the same names."""
    from broadsheet.demo.actions.editions import Desk, build_edition
    from broadsheet.demo.actions.library import _title, fill_library
    from broadsheet.demo.reading import read_edition
    from broadsheet.newsroom.actions.registers import add_picture
    from pages.wrecking import plain_picture

    addresses, first, drawn = {}, None, set[str]()
    for code in ("en", "ar"):
        edition = read_edition(code)
        people = {author["slug"]: author["name"] for author in edition.authors}
        shown = {p.name: p.alt for story in edition.stories for p in story.illustrations()}
        for name, alt in (people | shown).items():
            if name not in drawn:
                drawn.add(name)
                file = plain_picture(folder, name, (192, 192) if name in people else (360, 240))
                add_picture(file=file, title=_title(name), alt=alt, credit="Test", by=BY)
        desk = Desk(edition, fill_library(edition=edition), NOW, first)
        build_edition(desk=desk)
        first = first or desk
        addresses |= specimens(desk)
    return addresses


def specimens(desk: Any) -> dict[str, str]:
    """One address of each kind of page of one of the demonstration's editions."""
    code = desk.edition.language
    prefix = "" if code == "en" else f"/{code}"
    story = desk.stories["weirside-empty-homes-after-flood"]
    kinds = of_each_kind(desk)
    feature = list(desk.stories.values())[2]
    found = {
        "front": f"{prefix}/",
        "section": f"{prefix}/{desk.sections['city'].slug}/",
        "article": story.address,
        "opinion": desk.stories["what-it-costs-to-print-the-truth"].address,
        "author": f"{prefix}/authors/{story.bylines.first().author.slug}/",
        "series": f"{prefix}/series/{series(desk)}/",
        "feature": feature.address,
        **kinds,
        "text": f"{story.address}text/",
        "topic": f"{prefix}/topics/{story.topics.order_by('slug')[0].slug}/",
        "month": f"{prefix}/2026/11/",
        "static": f"{prefix}/about/",
        "search": f"{prefix}/search/?q={'river' if code == 'en' else 'النهر'}",
        "nothing": f"{prefix}/search/?q=xyzzy",
        "error": f"{prefix}/no-such-page/",
        "give": f"{prefix}/give/",
        "confirm": f"{prefix}/give/confirm/?amount=25",
        "promise": f"{prefix}/give/confirm/?amount=25&cadence=monthly",
        "mistaken": f"{prefix}/give/confirm/?amount=much",
        "challenge": f"{prefix}/give/confirm/",
        "sent": f"{prefix}/give/confirm/",
    }
    return {f"{kind} {code}": address for kind, address in found.items()}


def of_each_kind(desk: Any) -> dict[str, str]:
    """A story of each kind that the demonstration's papers do not both have."""
    from broadsheet.newsroom.choices import StoryKind

    found = {}
    kinds = (StoryKind.ANALYSIS, StoryKind.INTERVIEW, StoryKind.PICTURES)
    for story, kind in zip(list(desk.stories.values())[3:6], kinds, strict=True):
        story.kind = kind
        story.save_revision().publish()
        found[kind.value] = story.address
    return found


def series(desk: Any) -> str:
    """The slug of a new series of two stories, of which the second is a feature."""
    from broadsheet.newsroom.choices import StoryKind
    from broadsheet.newsroom.models import Series

    made = Series.objects.create(
        name=desk.sections["city"].title,
        slug="a-series",
        description=desk.front.tagline,
        locale=desk.locale,
    )
    for story, kind in zip(
        list(desk.stories.values())[1:3], (StoryKind.NEWS, StoryKind.FEATURE), strict=True
    ):
        story.series, story.kind = made, kind
        story.save_revision().publish()
    return made.slug


def account() -> None:
    """Somebody who may see the style guide."""
    from broadsheet.readers.actions import create_account
    from pages.specimens import EDITOR, PASSWORD

    create_account(email=EDITOR, password=PASSWORD, role="editor", by=BY)


def campaign() -> dict[str, str]:
    """The demonstration's campaign with three gifts, its words in the hostile editions as hostile as the rest."""
    from django.urls import reverse

    from broadsheet.demo.actions.campaign import _give, _open
    from broadsheet.demo.rules import Words, gifts, read_campaign
    from broadsheet.funding.actions.entering import signature_of
    from broadsheet.funding.actions.updating import stopping_path
    from broadsheet.funding.models import Donation
    from pages import hostile

    plan = read_campaign()
    for code in HOSTILE:
        words = f"{hostile.MARK} {hostile.unbroken(code, 300)}"
        plan.words[code] = Words(words[:120], words[:300], words)
    opened = _open(plan, NOW)
    _give(list(gifts()[:3]), opened, NOW)
    gift = Donation.objects.order_by("pk")[0]
    thanks, stop = gift.reference, stopping_path(gift.supporter)
    entrance = reverse("funding:account-link", args=["any", signature_of("any")])
    statement, unpaid, expected = giving.statement(NOW), giving.unpaid(NOW), giving.expected()
    own = pledge().split("/")[3]
    prefixes = {code: "" if code == "en" else f"/{code}" for code in LANGUAGES}
    return {
        **{f"campaign {c}": f"{p}/campaigns/{opened.slug}/" for c, p in prefixes.items()},
        **{f"thanks {c}": f"{p}/give/thanks/{thanks}/" for c, p in prefixes.items()},
        **{f"open {c}": f"{p}/give/thanks/{unpaid}/" for c, p in prefixes.items()},
        **{f"expected {c}": f"{p}/give/thanks/{expected}/" for c, p in prefixes.items()},
        **{f"statement {c}": f"{p}{statement}" for c, p in prefixes.items()},
        **{f"pledge {c}": f"{p}{pledge()}" for c, p in prefixes.items()},
        **{f"enter {c}": f"{p}/account/" for c, p in prefixes.items()},
        **{f"code {c}": f"{p}/account/code/?letter=any" for c, p in prefixes.items()},
        **{f"room {c}": f"{p}/account/" for c, p in prefixes.items()},
        **{f"own {c}": f"{p}/account/pledge/{own}/" for c, p in prefixes.items()},
        **{f"erase {c}": f"{p}/account/erase/" for c, p in prefixes.items()},
        **{f"last {c}": f"{p}/account/erase/?letter=any" for c, p in prefixes.items()},
        **{f"entrance {c}": f"{p}{entrance}" for c, p in prefixes.items()},
        **{f"stop {c}": f"{p}{stop}" for c, p in prefixes.items()},
    }


@functools.cache
def pledge() -> str:
    """Where somebody looks after what they give every month, from the end of a month on."""
    from broadsheet.funding.actions import Gift, record_donation
    from broadsheet.funding.actions.telling import pledge_path
    from broadsheet.funding.choices import Cadence
    from broadsheet.funding.gateways.opening import in_process_sandbox
    from broadsheet.funding.models import Pledge
    from broadsheet.kit.money import Money

    gift = Gift(amount=Money(1000, "USD"), email=MONTHLY, cadence=Cadence.MONTHLY)
    with in_process_sandbox() as sandbox:
        record_donation(gift=gift, at=NOW, sandbox=sandbox, by=BY)
    return pledge_path(Pledge.objects.get())


def key_of_room() -> str:
    """Let whoever gives every month into their room, for as long as that lasts from now on."""
    from django.core.signing import get_cookie_signer

    from broadsheet.funding.actions import ask_to_enter, enter_by_link
    from broadsheet.funding.actions.guarding import Asker
    from broadsheet.funding.views.sessions import COOKIE

    letter = ask_to_enter(email=MONTHLY, language="en", asker=Asker(), by=BY)
    return get_cookie_signer(salt=COOKIE * 2).sign(enter_by_link(key=letter.key, by=BY))


def key_of_desk() -> str:
    """Sign in somebody who may see money."""
    from django.conf import settings
    from django.test import Client

    from broadsheet.readers.actions import create_account
    from pages.specimens import PASSWORD
    from proving import sign_in

    boss = create_account(
        email="boss@ledger.example", password=PASSWORD, role="administrator", by=BY
    )
    return sign_in(Client(), boss).cookies[settings.SESSION_COOKIE_NAME].value


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
