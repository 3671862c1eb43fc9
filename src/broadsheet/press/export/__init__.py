"""The edition as a plain tree of files with configuration for nginx and Caddy, kept current. Knows no Django."""

from broadsheet.press.export.exporting import Export, Outcome
from broadsheet.press.export.following import alone, follow
from broadsheet.press.export.register import enter, refresh_exports
from broadsheet.press.export.site import Site

__all__ = ["Export", "Outcome", "Site", "alone", "enter", "follow", "refresh_exports"]
