"""The house as a whole: its settings, addresses, command line and running; no feature of its own."""
