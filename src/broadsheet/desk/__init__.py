"""The desk: what a newsroom's staff see first, find stories by, and are warned of."""
