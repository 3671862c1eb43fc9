"""Reading an export as a stream: bytes to text, text to records, records to data. Writes nothing, knows no Django."""

from broadsheet.imports.wordpress.reading.export import Export
from broadsheet.imports.wordpress.reading.records import Item, Person, Term

__all__ = ["Export", "Item", "Person", "Term"]
