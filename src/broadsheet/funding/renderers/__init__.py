"""Documents for supporters, for the page and for the printer."""

from broadsheet.funding.renderers.pdf import statement_pdf
from broadsheet.funding.renderers.yearly import Sheet, sheet_of

__all__ = ["Sheet", "sheet_of", "statement_pdf"]
