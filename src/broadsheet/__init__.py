"""Broadsheet: the platform that an independent, reader-funded newsroom runs on."""

__version__ = "0.1.0"
