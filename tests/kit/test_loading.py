"""What is loaded for life is not searched for garbage, while it is loaded nor later."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from broadsheet.kit.loading import loading


@pytest.fixture(autouse=True)
def afterwards() -> Iterator[None]:
    """Leave this process as it was."""
    yield
    gc.unfreeze()
    gc.enable()


def test_loading_searches_nothing_and_keeps_all_that_is_there() -> None:
    kept = gc.get_freeze_count()
    with loading():
        assert not gc.isenabled()
        loaded = [[number] for number in range(1000)]
    assert gc.isenabled()
    assert gc.get_freeze_count() > kept + len(loaded)


def test_loading_that_fails_lets_garbage_be_searched_again() -> None:
    with pytest.raises(ImportError), loading():
        raise ImportError
    assert gc.isenabled()


def test_loading_leaves_it_to_who_searches_for_no_garbage() -> None:
    gc.disable()
    with loading():
        pass
    assert not gc.isenabled()
