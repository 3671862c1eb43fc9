"""A backup taken while stories are published and gifts given restores to a newsroom that is whole."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from commanding import run_program
from soaking import Budget


def program(name: str, *arguments: object) -> list[int]:
    """Run one of the programs beside this file; return the numbers of its last line."""
    said = run_program(f"project/{name}", *arguments)
    return [int(word) for word in said.splitlines()[-1].split()]


def back_up_and_restore(
    newsroom: Path, folder: Path, backups: int, database: Callable[[], str]
) -> None:
    files = [folder / f"{number}.tar.gz" for number in range(backups)]
    stories, gifts = program("bustling.py", newsroom, *files)
    shutil.rmtree(newsroom)  # nothing of it is left to lean on
    for number, file in enumerate(files):
        restored = program("restoring.py", file, folder / f"again-{number}", database())
        assert (3 * number, 3 * number) < tuple(restored) <= (stories, gifts)


@pytest.mark.early
def test_backup_under_load_restores_whole(newsroom: Path, tmp_path: Path) -> None:
    back_up_and_restore(newsroom, tmp_path, 1, lambda: "")


@pytest.mark.soak(minutes=1)
def test_backup_under_load_restores_whole_on_postgres(
    newsroom_on_postgres: Path, tmp_path: Path, new_postgres: Callable[..., str], budget: Budget
) -> None:
    back_up_and_restore(newsroom_on_postgres, tmp_path, 1, new_postgres)


@pytest.mark.soak(minutes=2)
def test_many_backups_under_load_restore_whole(
    founded: Path, tmp_path: Path, budget: Budget
) -> None:
    for number in budget.pieces(20):
        folder = tmp_path / str(number)
        newsroom = Path(shutil.copytree(founded, folder / "newsroom"))
        back_up_and_restore(newsroom, folder, 5, lambda: "")
