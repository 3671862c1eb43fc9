"""The newsstand: the ASGI application that answers readers from the edition, before and without Django."""

from broadsheet.press.newsstand.newsstand import Newsstand

__all__ = ["Newsstand"]
