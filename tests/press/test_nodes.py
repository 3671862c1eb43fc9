"""Several machines with one newsroom: what one publishes the others' readers get, and who may publish."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from broadsheet.kit.bucket import Bucket, BucketAway, bucket
from broadsheet.kit.models import Change
from broadsheet.newsroom.actions.stories import withdraw_page
from broadsheet.newsroom.models import Article
from broadsheet.press import queries
from broadsheet.press.actions import (
    check_edition,
    clear_out,
    office,
    press_everything,
    press_pending,
    pressing,
    purge,
    registering,
    roll_back,
)
from broadsheet.press.actions.following import follow
from broadsheet.press.actions.keeping import clear_out_here
from broadsheet.press.actions.office import Lock, Standing, is_anybody_in_office, standing
from broadsheet.press.actions.polishing import Polisher
from broadsheet.press.edition import Edition
from broadsheet.press.errors import DamagedBlob, OfficeLost, PressElsewhere
from broadsheet.press.models import NetworkNews, Node, Register, Registered
from broadsheet.press.queries import edition, have_all_followed, is_in_step
from machines import Machine, become, differences
from paper import Paper
from running import wait_until

pytestmark = [
    pytest.mark.only_on_postgres,
    pytest.mark.xdist_group("bucket"),
    pytest.mark.usefixtures("beginning", "paper"),
]


@pytest.fixture
def machine(stored: Settings, tmp_path: Path) -> Iterator[Callable[[str], Machine]]:
    yield lambda name: Machine(name, stored, tmp_path / "machines")
    become(Standing())


@pytest.fixture
def one(machine: Callable[[str], Machine], paper: Paper) -> Machine:
    """A machine that has published what there is."""
    made = machine("one")
    with made.at_work():
        paper.story(picture=paper.picture())
        press_pending()
    return made


@pytest.fixture
def two(machine: Callable[[str], Machine], one: Machine) -> Machine:
    """A machine that has followed it."""
    made = machine("two")
    with made.at_work():
        assert follow()
    return made


def test_readers_of_another_machine_get_every_step_as_one(
    one: Machine, two: Machine, paper: Paper
) -> None:
    assert differences(one, two) == []
    assert b"Bridge closes" in (two.gets("/") or b"")
    assert list(two.edition.verify()) == []
    before = two.edition.number
    with one.at_work():
        story = paper.story("River rises", "river-rises", picture=paper.picture("The river"))
        press_pending()
    assert two.gets(story.address) is None
    with two.at_work():
        assert not is_in_step()
        assert follow()
        assert is_in_step()
        assert not follow()
    assert two.edition.number == before + 1
    assert two.gets(story.address) == one.gets(story.address) != None  # noqa: E711
    assert b"River rises" in (two.gets("/feed.xml") or b"")
    with one.at_work():
        withdraw_page(page=story, by="test")
        press_pending()
    with two.at_work():
        follow()
    assert two.gets(story.address) is None
    assert two.edition.find(story.address).status == 410
    assert differences(one, two) == []
    assert list(two.edition.verify()) == []


def test_smallest_forms_follow_without_a_step(one: Machine, two: Machine) -> None:
    with one.at_work():
        while Polisher().work(0.1):
            pass
    number, front = two.edition.number, two.edition.find("/")
    assert set(front.variants) == {"gzip"}
    with two.at_work():
        assert follow()
    front = two.edition.find("/")
    assert {"br", "gzip", "zstd"} <= set(front.variants)
    assert two.edition.number == number
    with two.edition.open_blob(front.digest, "br") as form:
        assert len(form.read()) == front.variants["br"].size


def test_what_is_pressed_counts_as_done_when_others_can_have_it(
    one: Machine, two: Machine, paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    with one.at_work():
        story = paper.story("River rises", "river-rises")
        with monkeypatch.context() as broken:
            broken.setattr(Bucket, "put", _away)
            with pytest.raises(BucketAway):
                press_pending()
        assert Change.objects.exists()
        assert one.gets(story.address)
    with two.at_work():
        follow()
        assert two.gets(story.address) is None
    with one.at_work():
        press_pending()
        assert not Change.objects.exists()
    with two.at_work():
        follow()
    assert two.gets(story.address) == one.gets(story.address)


def _away(*_: object) -> None:
    raise BucketAway("away")


def test_step_that_was_never_told_is_undone_when_another_machine_has_gone_on(
    one: Machine, two: Machine, paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    with one.at_work(), monkeypatch.context() as broken:
        ghost = paper.story("A ghost", "a-ghost")
        broken.setattr(Bucket, "put", _away)
        with pytest.raises(BucketAway):
            press_pending()
    with two.at_work():
        withdraw_page(page=ghost, by="test")
        ghost.delete()
        press_pending()
        assert check_edition() == []
    assert one.gets(ghost.address)
    with one.at_work():
        assert follow()
    assert one.gets(ghost.address) is None
    assert differences(one, two) == []


def test_machine_that_takes_over_has_all_and_presses_everything(
    one: Machine, two: Machine, paper: Paper
) -> None:
    with one.at_work():
        late = paper.story("Late", "late")
        press_pending()
    NetworkNews.objects.create(pk=1, told=one.edition.number)
    with two.at_work():
        paper.story("River rises", "river-rises")
        outcome = press_pending()
        assert outcome.renders > 20
        assert two.gets(late.address)
        assert check_edition() == []
    assert Register.objects.get().manifest.startswith("two:")
    assert NetworkNews.objects.get().told == -1
    with one.at_work():
        follow()
        assert press_everything().renders > 20
        assert check_edition() == []
    assert differences(one, two) == []


def test_picture_that_nobody_shows_any_more_goes_after_a_takeover(
    one: Machine, two: Machine, paper: Paper
) -> None:
    shown = [entry.path for entry in two.edition.entries() if entry.path.startswith("/media/")]
    assert shown
    with two.at_work():
        Article.objects.get(slug="bridge-closes").delete()
        press_pending()
        assert check_edition() == []
    assert not [path for path in shown if two.edition.find(path) and "card" not in path]


def test_machine_whose_term_ended_while_it_pressed_changes_nothing_for_others(
    one: Machine, two: Machine, paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was frozen after it had rendered. Others published meanwhile, the last of them its own machine again."""

    def freeze(current: Edition) -> None:
        monkeypatch.undo()
        frozen = dataclasses.replace(standing)
        with two.at_work():
            press_pending()
        with one.at_work():
            office.take_office(current)
        become(frozen)
        registering.tell(current)

    with one.at_work():
        paper.story("River rises", "river-rises")
        turns = iter([registering.tell, freeze])
        turn = lambda current: next(turns)(current)  # noqa: E731, PLW0108 - another one at each call
        monkeypatch.setattr(pressing, "tell", turn)
        with pytest.raises(OfficeLost):
            press_pending()
    assert Register.objects.get().term == 3
    assert set(Registered.objects.values_list("resource", "path", "digest")) == {
        (entry.resource, entry.path, entry.digest) for entry in two.edition.entries()
    } | {
        (name, None, "")
        for name in Registered.objects.filter(path=None).values_list("resource", flat=True)
    }


def test_edition_that_readers_were_taken_back_to_is_held_everywhere(
    one: Machine, two: Machine, paper: Paper
) -> None:
    with one.at_work():
        story = paper.story("River rises", "river-rises")
        press_pending()
        roll_back(one.edition.number - 1)
    with two.at_work():
        follow()
        assert two.gets(story.address) is None
        assert two.edition.held is not None
        paper.story("More", "more")
        assert press_pending().step is None  # a takeover holds it too
        assert press_everything().step
        assert two.gets(story.address)
    with one.at_work():
        follow()
        assert one.edition.held is None
        assert one.gets(story.address)


def test_purged_story_is_nowhere(one: Machine, two: Machine, paper: Paper) -> None:
    words = b"A name that must go"
    with one.at_work():
        story = paper.story("A name that must go", "must-go")
        press_pending()
    with two.at_work():
        follow()
    with one.at_work():
        withdraw_page(page=story, by="test")
        press_pending()
        purge(story.address)
    assert not [key for key, _at in bucket().under("blobs/") if words in _read(key)]
    assert _kept(two, words)  # it is away
    with two.at_work():
        follow()
    assert not _kept(one, words)
    assert not _kept(two, words)
    with two.at_work():
        number = two.edition.number
        follow()
        assert two.edition.number == number


def _read(key: str) -> bytes:
    return b"".join(bucket().get(f"blobs/{key}"))


def _kept(machine: Machine, words: bytes) -> list[Path]:
    files = (machine.folder / machine.name / "edition" / "blobs").rglob("*")
    return [path for path in files if path.is_file() and words in path.read_bytes()]


def test_bucket_keeps_what_is_named_and_lets_go_of_the_rest(
    one: Machine, two: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket().put("blobs/stray", b"what nobody names")
    with one.at_work():
        clear_out()
        assert "stray" in dict(bucket().under("blobs/"))  # fresh: a machine may be about to name it
        registering.clear_bucket(edition(), grace=registering.GRACE * -1)
    keys = set(dict(bucket().under("blobs/")))
    assert keys == one.edition.named()
    with two.at_work():
        clear_out_here()
    assert differences(one, two) == []


def test_blob_that_the_bucket_lost_is_brought_again_by_the_next_process(
    one: Machine, machine: Callable[[str], Machine]
) -> None:
    lost = one.edition.find("/").digest
    bucket().delete([f"blobs/{lost}"])
    three = machine("three")
    with three.at_work(), pytest.raises(FileNotFoundError):
        follow()
    with one.at_work():
        press_pending()
        assert lost not in dict(bucket().under("blobs/"))
    one.knows = Standing()
    with one.at_work():
        press_pending()
    with three.at_work():
        follow()
    assert differences(one, three) == []


def test_blob_with_other_bytes_is_not_taken(
    one: Machine, machine: Callable[[str], Machine]
) -> None:
    bucket().put(f"blobs/{one.edition.find('/').digest}", b"something else")
    three = machine("three")
    with three.at_work(), pytest.raises(DamagedBlob):
        follow()
    assert three.gets("/") is None


def test_empty_register_takes_nothing_from_readers(one: Machine, two: Machine) -> None:
    Registered.objects.all().delete()
    Register.objects.all().delete()
    with two.at_work():
        assert not follow()
        assert two.gets("/")
    with one.at_work():
        press_pending()
    with two.at_work():
        assert follow()
    assert differences(one, two) == []


def test_copy_of_a_machines_edition_is_another_edition(
    one: Machine, two: Machine, machine: Callable[[str], Machine], paper: Paper
) -> None:
    three = machine("three")
    shutil.copytree(one.folder / "one", one.folder / "three")
    old = shutil.copytree(one.folder / "one", one.folder / "old")
    with one.at_work():
        story = paper.story("River rises", "river-rises")
        press_pending()
    with three.at_work():
        follow()
    assert three.gets(story.address)
    # The machine's own edition, put back as it was before: it is not believed to be what was told since.
    shutil.rmtree(one.folder / "one")
    shutil.copytree(old, one.folder / "one")
    queries._edition.cache_clear()
    one.knows = Standing()
    with one.at_work():
        press_pending()
        assert check_edition() == []
    assert one.gets(story.address)


def test_worker_in_office_keeps_others_from_publishing(
    one: Machine, two: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = Lock()
    with one.at_work():
        assert lock.take()
        assert is_anybody_in_office()
        one.knows = dataclasses.replace(standing)
    other = Lock()
    with two.at_work():
        assert not other.take()
        with pytest.raises(PressElsewhere, match="machine “one” publishes"):
            press_pending()
    with one.at_work():
        press_pending()
        assert lock.is_held()
        lock.let_go()
    wait_until(lambda: not is_anybody_in_office(), "the lock is free")
    with two.at_work():
        assert not other.take()  # the first may begin anew
        monkeypatch.setattr(office, "HANDOVER", 0)
        assert other.take()
        two.knows = dataclasses.replace(standing)
        press_pending()
    with one.at_work():
        assert not Lock().take()
    other.let_go()
    wait_until(lambda: not is_anybody_in_office(), "the lock is free")


def test_machines_that_live_are_waited_for_before_a_network_hears(
    one: Machine, two: Machine, paper: Paper
) -> None:
    with one.at_work():
        assert have_all_followed()
        paper.story("River rises", "river-rises")
        press_pending()
        assert not have_all_followed()
        Node.objects.filter(name="two").update(seen_at="2026-01-01T00:00Z")
        assert have_all_followed()
