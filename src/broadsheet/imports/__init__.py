"""Bringing a newsroom's archive over from another system."""
