"""How a line of the log reads: a traceback for what nobody foresaw, one line for a database that is away."""

from __future__ import annotations

import logging
from types import TracebackType

from django.db import OperationalError

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Formatter(logging.Formatter):
    """The plain form, without the hundred lines that a missing database server would write at each request."""

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802 - logging names it so
        if isinstance(ei[1], OperationalError):
            return f"The database: {' '.join(str(ei[1]).split())}"
        return super().formatException(ei)
