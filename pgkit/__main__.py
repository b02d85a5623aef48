"""Run the tool as `python -m pgkit`."""

from pgkit.cli import cli

cli(prog_name="pgkit")
