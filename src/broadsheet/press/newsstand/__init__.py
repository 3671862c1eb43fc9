"""The newsstand: the ASGI application that answers readers from the edition, before and without Django."""

from broadsheet.press.newsstand.newsstand import Newsstand
from broadsheet.press.newsstand.spool import Spool
from broadsheet.press.newsstand.stage_door import StageDoor, elsewhere
from broadsheet.press.newsstand.tally import Tally

__all__ = ["Newsstand", "Spool", "StageDoor", "Tally", "elsewhere"]
