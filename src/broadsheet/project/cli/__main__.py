"""Lets the command run as `python -m broadsheet.project.cli`."""

from broadsheet.project.cli import main

main()
