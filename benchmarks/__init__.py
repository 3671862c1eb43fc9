"""One command for each claim about speed and size: `python -m benchmarks`, `python -m benchmarks.search`."""
