"""Whoever keeps books of changes hears of each once, in its transaction."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from broadsheet.kit import changes
from broadsheet.kit.models import Change


def test_follower_hears_of_each_change_once_however_often_it_was_announced(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[Sequence[str]] = []
    monkeypatch.setattr(changes, "_followers", [])
    changes.follow(heard.append)
    changes.follow(heard.append)
    changes.mark("page:1", "page:2", "page:1")
    assert heard == [["page:1", "page:2"]]
    assert Change.objects.filter(key__in=["page:1", "page:2"]).count() == 2


def test_press_is_told_whether_anything_waits(db: None) -> None:
    Change.objects.all().delete()
    assert not changes.is_any_waiting()
    changes.mark("clock:hour")
    assert changes.is_any_waiting()
