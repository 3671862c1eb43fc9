"""What every room of the house stands on: reads, changes, money, events, audit, clock; no domain."""
