"""A group of commands whose help lists them under headings."""

from collections.abc import Mapping, Sequence
from typing import Any

import click


class HeadedGroup(click.Group):
    """A group that names its commands under headings; the first lines of their help must fit."""

    def __init__(self, *, headings: Mapping[str, Sequence[str]], **settings: Any) -> None:
        super().__init__(**settings)
        self.headings = headings

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each heading with its commands, all names equally wide."""
        width = max(len(name) for name in self.commands)
        room = formatter.width - width - 4
        for heading, names in self.headings.items():
            with formatter.section(heading):
                formatter.write_dl(
                    [
                        (f"{name:{width}}", self.commands[name].get_short_help_str(room))
                        for name in names
                    ]
                )

    def invoke(self, context: click.Context) -> Any:
        """Run a command; Ctrl-C ends it with the code that a shell expects."""
        try:
            return super().invoke(context)
        except KeyboardInterrupt:
            click.echo("\nInterrupted.", err=True)
            context.exit(130)
