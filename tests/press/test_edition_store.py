"""The edition against a dictionary: any sequence of steps, reopenings, crashes and clearings."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from broadsheet.press.edition import Edition, Picture, Pressed
from broadsheet.press.edition.blobs import Incoming
from broadsheet.press.errors import PathTaken
from soaking import Budget

RESOURCES = st.sampled_from([f"page:{n}" for n in range(5)])
KEYS = ("k1", "k2", "k3")
PAIRS = st.frozensets(st.tuples(st.sampled_from(["list:a", "list:b"]), st.sampled_from("xy")))
DOCUMENTS = st.fixed_dictionaries(
    {
        "path": st.sampled_from([f"/{n}/" for n in range(6)]),
        "status": st.sampled_from([200, 301, 410]),
        "body": st.sampled_from([b"", b"short", b"compressible " * 50, b"other words " * 50]),
        "headers": st.sampled_from([(), (("x-a", "1"),)]),
        "reads": st.frozensets(st.sampled_from(KEYS)),
        "pictures": st.frozensets(st.sampled_from("pqr")),
    }
)


class EditionMachine(RuleBasedStateMachine):
    """`model` is what the edition must be: documents by resource, memberships by object, the number."""

    @initialize()
    def begin(self) -> None:
        self.directory = Path(tempfile.mkdtemp())
        for name in "pqr":
            (self.directory / name).write_bytes(name.encode() * 1000)
        self.edition = Edition.create(self.directory / "edition")
        self.model: dict[str, dict[str, Any]] = {}
        self.members: dict[str, frozenset[tuple[str, str]]] = {}
        self.number = 0

    def teardown(self) -> None:
        shutil.rmtree(self.directory, ignore_errors=True)

    def pressed(self, resource: str, about: dict[str, Any]) -> Pressed:
        shown = (
            Picture(f"/media/{n}", self.directory / n, "image/jpeg") for n in about["pictures"]
        )
        return Pressed(
            resource,
            content_type="text/html",
            **{**about, "pictures": tuple(sorted(shown, key=str))},
        )

    @rule(
        put=st.dictionaries(RESOURCES, DOCUMENTS, max_size=4),
        drop=st.sets(RESOURCES, max_size=2),
        members=st.dictionaries(RESOURCES, PAIRS, max_size=2),
    )
    def step(
        self,
        put: dict[str, dict[str, Any]],
        drop: set[str],
        members: dict[str, frozenset[tuple[str, str]]],
    ) -> None:
        after = {k: v for k, v in self.model.items() if k not in drop} | put
        documents = [self.pressed(resource, about) for resource, about in put.items()]
        if len({about["path"] for about in after.values()}) < len(after):
            with pytest.raises(PathTaken):
                self.edition.step(documents, drop, members, "test")
            return
        before = entered(self.model)
        self.model = after
        self.members |= members
        made = self.edition.step(documents, drop, members, "test")
        if entered(after) == before:
            assert made is None
        else:
            self.number += 1
            assert made == self.number

    @rule(resources=st.tuples(RESOURCES, RESOURCES))
    def swap(self, resources: tuple[str, str]) -> None:
        one, two = (self.model.get(resource) for resource in resources)
        if one and two and one is not two:
            put = {
                resources[0]: {**one, "path": two["path"]},
                resources[1]: {**two, "path": one["path"]},
            }
            self.step(put, set(), {})

    @rule()
    def reopen(self) -> None:
        self.edition = Edition(self.edition.directory)

    @rule(body=st.binary(min_size=1, max_size=20))
    def crash_before_the_commit(self, body: bytes) -> None:
        incoming = Incoming(self.edition.blobs)
        incoming.take(body)
        incoming.settle()
        incoming.take(body + b" and one that was not finished")

    @rule(keep=st.integers(1, 3))
    def clear_out(self, keep: int) -> None:
        self.edition.gc(keep=keep, grace=-1)

    @invariant()
    def agrees_with_the_model(self) -> None:
        found = {
            e.path: (e.status, e.headers, self.edition.open_blob(e.digest).read())
            for e in self.edition.entries()
        }
        assert found == visible(self.model)
        assert list(self.edition.verify()) == []
        assert self.edition.number == self.number
        assert set(self.edition.resources()) == set(self.model)
        for key in KEYS:
            readers = {name for name, about in self.model.items() if key in about["reads"]}
            assert self.edition.readers_of([key]) == readers
        names = [f"page:{n}" for n in range(5)]
        wanted = {name: self.members.get(name, frozenset()) for name in names}
        assert self.edition.memberships(names) == wanted


def visible(model: dict[str, dict[str, Any]]) -> dict[str, tuple[Any, ...]]:
    """What readers get at each address."""
    pictures = {name for about in model.values() for name in about["pictures"]}
    found = {
        about["path"]: (about["status"], about["headers"], about["body"])
        for about in model.values()
    }
    return found | {f"/media/{name}": (200, (), name.encode() * 1000) for name in pictures}


def entered(model: dict[str, dict[str, Any]]) -> tuple[object, object]:
    """What a step has to enter: two documents that are alike and change places have both moved."""
    return visible(model), {resource: about["path"] for resource, about in model.items()}


class TestEditionAgainstModel(EditionMachine.TestCase):
    settings = settings(
        max_examples=30,
        stateful_step_count=15,
        suppress_health_check=[HealthCheck.too_slow],
    )


@pytest.mark.soak(minutes=1)
def test_edition_against_the_model_for_longer(budget: Budget) -> None:
    effort = settings(TestEditionAgainstModel.settings, stateful_step_count=60, print_blob=True)
    for _piece in budget.pieces(100):
        run_state_machine_as_test(EditionMachine, settings=effort)
