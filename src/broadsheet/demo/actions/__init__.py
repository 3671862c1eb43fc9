"""Making the demo newsroom out of its content files, through the actions of the apps below."""

from broadsheet.demo.actions.building import DemoNewsroom, build_newsroom

__all__ = ["DemoNewsroom", "build_newsroom"]
