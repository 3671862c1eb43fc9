"""What documents would be better with: a wish is a key they read, and somebody has said who grants it."""

from __future__ import annotations

import pytest

from broadsheet.kit import wishes
from broadsheet.kit.reads import recording


def test_wish_is_a_key_of_the_document_that_is_recorded() -> None:
    wishes.wish("card", 7)
    with recording() as reads:
        wishes.wish("card", 7)
    assert reads.keys == {"wish:card/000000000007"}
    assert wishes.wished_by(*reads.keys) == ("card", 7)


def test_makers_are_told_in_the_order_in_which_they_were_registered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(wishes, "_makers", {})
    for kind in ("avif", "card", "avif"):
        wishes.register_maker(kind, lambda _ident: None)
    assert list(wishes.makers()) == ["avif", "card"]
