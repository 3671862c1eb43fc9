"""The outside world: the content delivery network in front of the newsstand."""
