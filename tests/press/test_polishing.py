"""What was compressed in haste is compressed again behind the press, as small as it gets."""

from __future__ import annotations

from broadsheet.press.actions import press_pending
from broadsheet.press.actions.polishing import Polisher
from broadsheet.press.queries import edition
from paper import Paper

ENOUGH = 60.0


def codings() -> set[frozenset[str]]:
    return {frozenset(entry.variants) for entry in edition().entries() if entry.variants}


def test_polishing_gives_every_document_its_smallest_forms_and_then_rests(paper: Paper) -> None:
    paper.story()
    press_pending()
    number, polisher = edition().number, Polisher()
    assert codings() == {frozenset(["gzip"])}
    assert polisher.work(0) == 8, "a little at a time"
    while polisher.work(ENOUGH):
        pass
    assert codings() == {frozenset(["gzip", "br", "zstd"])}
    assert (edition().number, list(edition().verify())) == (number, [])
    paper.story("Another", "another")
    press_pending()
    assert frozenset(["gzip"]) in codings()
    assert polisher.work(ENOUGH) > 0
    assert codings() == {frozenset(["gzip", "br", "zstd"])}


def test_body_that_is_damaged_does_not_hold_up_the_others(paper: Paper) -> None:
    paper.story()
    press_pending()
    entry = edition().find("/")
    assert entry is not None
    edition().blobs.path(entry.digest).unlink()
    polisher = Polisher()
    while polisher.work(ENOUGH):
        pass
    assert polisher.work(ENOUGH) == 0
    left = [one.path for one in edition().entries() if frozenset(one.variants) == {"gzip"}]
    assert "/" in left
    assert len(left) <= 8
