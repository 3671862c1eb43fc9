"""The pictures of the demo newsroom, drawn by our own code; who uses them is elsewhere."""
