"""What public documents ask of the newsroom; every function that runs SQL for them is a `reader`."""
