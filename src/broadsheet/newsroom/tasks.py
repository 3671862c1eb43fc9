"""What the newsroom does by the clock: the search looks at what changed, and now and then at everything."""

from __future__ import annotations

from broadsheet.kit.jobs import Job
from broadsheet.newsroom.actions.indexing import catch_up, index_pending


def jobs() -> list[Job]:
    """The newsroom's periodic jobs, for the worker."""
    return [
        Job("see to the search", 0.3, index_pending),
        Job("look for what the search has missed", 3600.0, catch_up),
    ]
