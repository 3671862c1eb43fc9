"""A program that makes the newsroom of the journeys: `ledger.py DIR PORT MIGRATED`.

It has accounts, sections, stories in two languages, campaigns, and supporters of last year with their statements, all
made through the actions.
"""

from __future__ import annotations

import datetime as dt
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from broadsheet.kit import clock
from broadsheet.kit.money import Money
from broadsheet.project.cli.opening import open_desk
from broadsheet.project.directory import DATABASE, make_directory
from journeys.people import PASSWORD, PEOPLE, REGULARS, ZONE

if TYPE_CHECKING:
    from paper import Paper

TABLE = {
    "data": [["Bridge", "Opened", "Length"], ["Old", "1790", "120"], ["New", "1964", "310"]],
    "table_header_choice": "row",
    "first_row_is_table_header": True,
}


def every_block(paper: Paper) -> list[Any]:
    """A text that uses all that a story may hold."""
    return [
        (
            "paragraph",
            '<p>The bridge is <b>closed</b>; <a href="https://example.org/">why</a>.</p>',
        ),
        ("heading", {"text": "What happens now", "level": "2"}),
        ("quotation", {"text": "We had no choice.", "speaker": "Bo Reed", "role": "engineer"}),
        ("picture", {"image": paper.picture("The pier"), "alt": "A pier", "caption": "Low tide."}),
        ("list", "<ul><li>By tram</li><li>By ferry</li></ul>"),
        ("table", {"caption": "Bridges", "table": TABLE}),
        ("embed", {"url": "https://video.example/watch", "title": "The closing"}),
        ("preformatted", "Line 4: " + "every ten minutes, " * 12),
        ("separator", None),
        ("paragraph", f"<p>{'A' * 90} and {'words ' * 80}</p>"),
    ]


def write_english(paper: Paper) -> Any:
    from broadsheet.newsroom.actions.stories import (
        publish_page,
        rewrite_story,
        withdraw_page,
        write_static_page,
    )

    bridge = paper.story(
        standfirst="The council shuts it on Friday.",
        body=every_block(paper),
        bylines=[paper.ann, "Cy Vale"],
        topics=[paper.floods],
        picture=paper.picture(),
    )
    paper.story(
        "River rises again",
        "river-rises",
        section=paper.river,
        bylines=[paper.bo],
        body=[("paragraph", f'<p>See <a linktype="page" id="{bridge.pk}">the bridge</a>.</p>')],
    )
    withdraw_page(page=paper.story("Old rumour", "old-rumour"), by="test")
    moved = paper.story("Ferry timetable", "ferry-times")
    rewrite_story(story=moved, draft=paper.draft("Ferry timetable", "ferry-timetable"), by="test")
    publish_page(page=moved, by="test")
    about = write_static_page(
        parent=paper.front, title="About us", slug="about", body=every_block(paper)[:3], by="test"
    )
    publish_page(page=about, by="test")
    return bridge


def write_arabic(paper: Paper, bridge: Any) -> None:
    from broadsheet.newsroom.actions.registers import create_author, create_section
    from broadsheet.newsroom.actions.stories import Draft, publish_page, write_story

    front = paper.arabic_front
    front.title = "السجل"
    front.save_revision()
    publish_page(page=front, by="test")
    city = create_section(
        parent=front, title="المدينة", slug="city", translation_of=paper.city, by="test"
    )
    writer = create_author(name="ليلى حداد", locale=front.locale, slug="layla", by="test")
    body = [
        ("paragraph", "<p>أُغلق الجسر القديم (Old Bridge) في 24 نوفمبر، وطوله 120 مترًا.</p>"),
        ("quotation", {"text": "لم يكن لنا خيار.", "speaker": "ليلى", "role": ""}),
        ("table", {"caption": "الجسور", "table": TABLE}),
    ]
    for headline, slug, original in (
        ("إغلاق الجسر", "bridge-closes", bridge),
        ("النهر يرتفع", "river-rises", None),
    ):
        draft = Draft(headline, slug, body, bylines=[writer], translation_of=original)
        publish_page(page=write_story(section=city, draft=draft, by="test"), by="test")


def open_campaigns() -> None:
    from broadsheet.funding.actions import create_campaign
    from broadsheet.funding.actions.campaigns import Words

    now, day = clock.now(), dt.timedelta(days=1)
    running = {
        "en": Words(
            "Keep the presses running", "A year of reporting.", "Paper and ink.\n\nThanks."
        ),
        "ar": Words("لتبقى المطابع تعمل", "عام من الصحافة.", "ورق وحبر."),
    }
    create_campaign(
        slug="presses",
        goal=Money(1_000_000, "USD"),
        starts_at=now - 7 * day,
        ends_at=now + 30 * day,
        texts=running,
        by="test",
    )
    create_campaign(
        slug="last-year",
        goal=Money(500_000, "USD"),
        starts_at=now - 400 * day,
        ends_at=now - 300 * day,
        texts={"en": Words("Last year", "It is over.")},
        by="test",
    )


def state_last_year(fundraiser: Any) -> None:
    """Have everybody who gives regularly have transferred sixty dollars last year, and write their statements."""
    from broadsheet.funding.actions import (
        Gift,
        expect_gift,
        import_statement,
        match_obvious,
        state_year,
    )
    from broadsheet.funding.actions.banking import Layout
    from broadsheet.funding.choices import Method

    year = clock.day_of(clock.now()).year - 1
    lines = ["Date,Amount,Description,ID"]
    for address, code in REGULARS.items():
        gift = Gift(amount=Money(6000, "USD"), email=address, language=code)
        expected = expect_gift(gift=gift, method=Method.TRANSFER, by=fundraiser)
        lines.append(f"{year}-12-10,60.00,{expected.reference},{address}")
    layout = Layout(currency="USD", columns={})
    import_statement(
        text="\n".join(lines), bank="main", name="december.csv", layout=layout, by=fundraiser
    )
    match_obvious(by=fundraiser)
    state_year(year=year, by="test")


def main(directory: Path, port: int, migrated: Path) -> None:
    """Make it, with a copy of a migrated database, which saves seconds, and press it."""
    chosen = {
        "name": "The Ledger",
        "url": f"http://127.0.0.1:{port}",
        "time_zone": ZONE,
        "languages": ("en", "ar"),
        "processor": "sandbox",
        "sandbox_port": port + 1,
    }
    make_directory(directory, chosen)
    shutil.copyfile(migrated, directory / DATABASE)
    open_desk(directory)
    from broadsheet.press.actions import press_everything
    from broadsheet.readers.actions import create_account
    from paper import Paper

    with tempfile.TemporaryDirectory() as folder:
        paper = Paper(Path(folder))
        staff = {
            role: create_account(email=email, password=PASSWORD, role=role.split()[-1], by="test")
            for role, email in PEOPLE.items()
        }
        write_arabic(paper, write_english(paper))
    open_campaigns()
    state_last_year(staff["fundraiser"])
    press_everything()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
