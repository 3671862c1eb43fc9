"""Renders what is public when it changes, keeps the edition, serves it."""
