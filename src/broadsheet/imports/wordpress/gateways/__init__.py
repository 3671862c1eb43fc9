"""The outside world: the old site's files."""
