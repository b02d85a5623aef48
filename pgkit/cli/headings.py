"""A group of commands whose help lists them under headings."""

from collections import UserDict
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any

import click


class Commands(UserDict[str, click.Command]):
    """The commands of a package by name. Each is imported when it is asked for, to start fast.

    `places` says where it is: `module:function`.
    """

    def __init__(self, package: str, places: Mapping[str, str]) -> None:
        super().__init__()
        self.package = package
        self.places = places

    def __missing__(self, name: str) -> click.Command:
        module, _, function = self.places[name].partition(":")
        command: click.Command = getattr(import_module(f"{self.package}.{module}"), function)
        self[name] = command
        return command

    def __contains__(self, name: object) -> bool:
        return name in self.places

    def __iter__(self) -> Iterator[str]:
        return iter(self.places)

    def __len__(self) -> int:
        return len(self.places)


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
