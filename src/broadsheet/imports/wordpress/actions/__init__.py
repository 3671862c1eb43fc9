"""Bringing an export over: item by item, each in a transaction of its own."""

from broadsheet.imports.wordpress.actions.importing import Choices, Summary, import_export

__all__ = ["Choices", "Summary", "import_export"]
