"""Commands that bring another system's archive over."""

from __future__ import annotations

import click


@click.group("import")
def import_group() -> None:
    """Bring over what you published with another system."""


COMMANDS = (import_group,)
