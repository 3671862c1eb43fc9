"""Former editions through the command line: history, differences, rollback, purge, clearing out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from broadsheet.newsroom.actions.stories import withdraw_page
from broadsheet.newsroom.models import Article
from broadsheet.press.actions import check_edition, clear_out, press_failed, press_pending
from broadsheet.press.queries import edition
from broadsheet.project.cli import broadsheet
from links import dead_links
from paper import Paper

pytestmark = pytest.mark.usefixtures("beginning")


def ask(folder: Path, *words: object) -> Result:
    return CliRunner().invoke(broadsheet, ["press", *map(str, words), "--dir", str(folder)])


def served() -> dict[str, tuple[int, str]]:
    return {e.path: (e.status, e.digest) for e in edition().entries()}


@pytest.fixture
def killed(paper: Paper) -> Article:
    """A story with a picture that was public in edition 2 and is withdrawn in edition 3."""
    press_pending()
    story = paper.story("A name that must go", "must-go", picture=paper.picture())
    press_pending()
    withdraw_page(page=story, by="test")
    press_pending()
    assert edition().number == 3
    return story


def words_kept(folder: Path, words: bytes) -> list[Path]:
    return [p for p in folder.rglob("*") if p.is_file() and words in p.read_bytes()]


def test_history_and_diff_say_what_each_edition_changed(
    killed: Article, newsroom_dir: Path
) -> None:
    said = ask(newsroom_dir, "history")
    assert said.exit_code == 0, said.output
    assert re.findall(r"^ +(\d+) ", said.output, re.MULTILINE) == ["3", "2", "1"]
    said = ask(newsroom_dir, "diff", 1, 2)
    assert f"    came  {killed.address}" in said.output
    assert " changed  /\n" in said.output
    assert f" changed  {killed.address}" in ask(newsroom_dir, "diff", 2).output


def test_rollback_shows_the_former_edition_and_holds_it_until_all_is_pressed(
    killed: Article, paper: Paper, newsroom_dir: Path
) -> None:
    now = served()
    assert ask(newsroom_dir, "rollback", 2).exit_code == 0
    former = served()
    assert former[str(killed.address)][0] == 200
    assert dead_links() == []
    assert list(edition().verify()) == []
    assert edition().differences(2, 4) == []
    paper.story("Meanwhile", "meanwhile")
    press_pending()
    press_failed()
    assert served() == former
    assert "kept at edition 2" in ask(newsroom_dir, "status").output
    assert ask(newsroom_dir, "run", "--everything").exit_code == 0
    assert check_edition() == []
    assert now.keys() < served().keys()


def test_rollback_to_an_edition_that_is_not_kept_says_which_are(
    killed: Article, newsroom_dir: Path
) -> None:
    before = served()
    for number in (0, 9):
        said = ask(newsroom_dir, "rollback", number)
        assert said.exit_code != 0
        assert served() == before


def test_purge_leaves_no_byte_of_a_killed_story(
    killed: Article, newsroom_dir: Path, edition_dir: Path
) -> None:
    name = b"A name that must go"
    assert words_kept(edition_dir / "blobs", name)
    said = ask(newsroom_dir, "purge", killed.address)
    assert said.exit_code == 0, said.output
    assert words_kept(edition_dir / "blobs", name) == []
    assert [e.path for e in edition().entries() if e.content_type.startswith("image/jpeg")] == []
    assert not any(p.read_bytes().startswith(b"\xff\xd8") for p in edition().blobs.all())
    assert ask(newsroom_dir, "rollback", 2).exit_code != 0
    assert check_edition() == []


def test_purge_of_what_is_public_is_refused(paper: Paper, newsroom_dir: Path) -> None:
    story = paper.story()
    press_pending()
    said = ask(newsroom_dir, "purge", story.address)
    assert said.exit_code != 0
    assert edition().find(str(story.address)) is not None


def test_clearing_out_keeps_what_can_be_gone_back_to(killed: Article) -> None:
    assert clear_out().versions == 0
    edition().gc(keep=2, grace=-1)
    assert edition().go_back(2) == 4
    assert list(edition().verify()) == []
