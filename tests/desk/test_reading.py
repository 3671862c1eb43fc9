"""What is read, as staff see it: a report, and a number beside each story in the list."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from pytest_django import Settings
from wagtail.models import GroupPagePermission

from broadsheet.kit import clock
from broadsheet.newsroom.actions.reading import take_in
from broadsheet.press.actions import press_pending
from broadsheet.press.queries import edition
from broadsheet.readers.actions import create_account
from paper import Paper


@pytest.fixture
def editor(client: Client, db: None) -> Client:
    user = create_account(
        email="editor@ledger.example", password="a long river", role="editor", by="test"
    )
    client.force_login(user)
    return client


def read(counts: dict[str, int], hours: int = 0) -> None:
    hour = int(clock.now().timestamp()) // 3600 * 3600 - hours * 3600
    take_in(f"{hours}{counts}"[:32], {(hour, name): count for name, count in counts.items()})


def shown(client: Client, days: int) -> list[tuple[str, str]]:
    page = client.get(f"/desk/reports/reading/?days={days}").content.decode()
    table = page.partition('<table class="listing">')[2].partition("</table>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)[1:]
    found = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in rows]
    return [(re.sub(r"<[^>]+>", "", name), count) for name, _section, count, _line in found]


def test_report_shows_the_most_read_stories_of_a_span(paper: Paper, editor: Client) -> None:
    one, two = paper.story("The river rose", "rose"), paper.story("The river fell", "fell")
    read({f"page:{one.pk}": 3, f"page:{two.pk}": 1200, "page:999999": 7, "month:x": 5, "": 2})
    read({f"page:{one.pk}": 4000}, hours=60)
    assert shown(editor, 1) == [("The river fell", "1,200"), ("The river rose", "3")]
    assert shown(editor, 7) == [("The river rose", "4,003"), ("The river fell", "1,200")]
    page = editor.get("/desk/reports/reading/?days=x").content.decode()
    assert "Pages of the whole site read: 1,217." in page
    assert "2 of them" in page
    assert "What is read" in editor.get("/desk/").content.decode()


def test_report_is_of_the_stories_that_one_may_edit(paper: Paper, client: Client) -> None:
    story = paper.story("The river rose", "rose")
    read({f"page:{story.pk}": 3})
    user = create_account(
        email="r@ledger.example", password="a long river", role="reporter", by="test"
    )
    client.force_login(user)
    assert [name for name, _count in shown(client, 1)] == ["The river rose"]
    GroupPagePermission.objects.all().delete()
    answer = client.get("/desk/reports/reading/")
    assert "The river rose" not in answer.content.decode()
    assert answer.status_code in {302, 403}


def test_report_says_where_nothing_is_counted(editor: Client, settings: Settings) -> None:
    import dataclasses

    settings.BROADSHEET = dataclasses.replace(settings.BROADSHEET, reading_kept=0)
    page = editor.get("/desk/reports/reading/").content.decode()
    assert "does not count" in page
    assert "No story of yours was read" in page


def test_list_of_stories_says_how_often_each_was_read(paper: Paper, editor: Client) -> None:
    story = paper.story("The river rose", "rose")
    paper.story("The river fell", "fell")
    read({f"page:{story.pk}": 4321})
    page = editor.get("/desk/stories/").content.decode()
    assert "Read in 7 days" in page
    assert re.search(r"<td[^>]*>\s*4,?321\s*</td>", page)
    assert re.search(r"<td[^>]*>\s*0\s*</td>", page)


def test_no_document_is_rendered_for_a_count(paper: Paper) -> None:
    story = paper.story("The river rose", "rose")
    press_pending()
    before = edition().number
    read({f"page:{story.pk}": 3})
    press_pending()
    assert edition().number == before
