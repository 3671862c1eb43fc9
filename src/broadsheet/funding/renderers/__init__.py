"""Documents for supporters, for the page and for the printer.

What draws PDF (`pdf`) is imported where one is asked for: its libraries are a seventh of what a process loads.
"""

from broadsheet.funding.renderers.yearly import Sheet, sheet_of

__all__ = ["Sheet", "sheet_of"]
