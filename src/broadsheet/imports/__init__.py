"""Brings a newsroom's archive over from other systems."""
