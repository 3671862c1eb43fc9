"""A program that fills a newsroom which `broadsheet init` has made: `public.py DIR`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from broadsheet.project.cli.opening import open_desk
from journeys.ledger import every_block, open_campaigns
from journeys.people import PASSWORD, PEOPLE


def main(directory: Path) -> None:
    """Make an editor's account, a story with a picture and a campaign, and press them."""
    open_desk(directory)
    from broadsheet.press.actions import press_pending
    from broadsheet.readers.actions import create_account
    from paper import Paper

    create_account(email=PEOPLE["editor"], password=PASSWORD, role="editor", by="test")
    with tempfile.TemporaryDirectory() as folder:
        paper = Paper(Path(folder))
        paper.story(body=every_block(paper), picture=paper.picture())
    open_campaigns()
    press_pending()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
