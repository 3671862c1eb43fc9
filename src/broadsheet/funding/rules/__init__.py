"""Decisions about money: pure functions; no database, no Django, the time is an argument."""
