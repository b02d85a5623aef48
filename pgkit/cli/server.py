"""Start and stop a private PostgreSQL."""

import sys
from pathlib import Path

import click

from pgkit import server
from pgkit.output import quoted

data_option = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=server.default_data,
    show_default="one per user",
    help="Data directory.",
)


@click.command()
@data_option
@click.option("--port", type=click.IntRange(1, 65535), help="Listen on this TCP port as well.")
@click.option("--listen", metavar="ADDRESS", help="Listen on this address as well.")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="Set a parameter of PostgreSQL for this start.",
)
def up(data: Path, port: int | None, listen: str | None, settings: tuple[str, ...]) -> None:
    """Start a private PostgreSQL and print its connection string.

    The first start creates it. If it runs already, only the connection string is printed.

    Example: export DATABASE_URL=$(pgkit up)
    """
    pairs = dict(parse_setting(setting) for setting in settings)
    dsn = server.up(data, port=port, listen=listen, settings=pairs)
    click.echo(dsn)
    if sys.stdout.isatty():
        click.echo("Use it with: export DATABASE_URL=$(pgkit up)", err=True)


def parse_setting(setting: str) -> tuple[str, str]:
    name, separator, value = setting.partition("=")
    if not separator:
        raise click.BadParameter(f"{quoted(setting)} is not NAME=VALUE", param_hint="--set")
    return name, value


@click.command()
@data_option
def down(data: Path) -> None:
    """Stop the private PostgreSQL. Its data stays."""
    stopped = server.down(data)
    click.echo("Stopped." if stopped else "It was not running.", err=True)
