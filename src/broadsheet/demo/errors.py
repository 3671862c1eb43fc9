"""What can be wrong with the demo's content."""

from __future__ import annotations


class DemoError(Exception):
    """Base of this app's errors; the message is safe to show and says how to mend it."""


class BadContent(DemoError):
    """A content file that does not follow the rules in `reading`."""
