"""A program that puts a backup back and proves that the newsroom is whole: `restoring.py FILE DIR [DATABASE-URL]`."""

from __future__ import annotations

import sys
from pathlib import Path

from broadsheet.project.cli import broadsheet


def main(file: Path, directory: Path, database_url: str) -> None:
    """Print how many stories and gifts came back. Each step is a command, and ends the program when it fails."""
    to = ["--database-url", database_url] if database_url else []
    command("restore", str(file), "--dir", str(directory), *to)
    at = ["--dir", str(directory)]
    command("press", "run", *at)
    command("press", "check", *at)
    command("funding", "verify", *at)
    from broadsheet.funding import checks
    from broadsheet.funding.models import Donation
    from broadsheet.newsroom.models import Article, Picture

    found = [*checks.books(), *checks.gifts()]
    found += [picture.file.name for picture in Picture.objects.all() if not is_kept(picture)]
    if found:
        sys.exit(f"not whole: {found}")
    print(Article.objects.live().count(), Donation.objects.filter(state="settled").count())


def is_kept(picture: object) -> bool:
    file = picture.file  # type: ignore[attr-defined]
    return bool(file.storage.exists(file.name))


def command(*words: str) -> None:
    if broadsheet.main(list(words), standalone_mode=False):
        sys.exit(f"failed: {words}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else "")
