"""The commands: each parses, calls one function of a sibling module, and prints."""

import sys
from collections import Counter
from pathlib import Path

import click
from rich.console import Console

from pgkit import __version__, migrations, server
from pgkit.database import connect
from pgkit.output import print_json, print_rows

data_option = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=server.default_data,
    help="Data directory.  [default: one per user]",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.option(
    "--dsn",
    envvar="DATABASE_URL",
    default="",
    show_default=False,
    show_envvar=True,
    help="Connection string, in any form libpq takes; without one, libpq's PG* variables apply.",
)
@click.version_option(__version__, message="pgkit %(version)s")
@click.pass_context
def cli(context: click.Context, dsn: str) -> None:
    """Track how models perform, inside the PostgreSQL you already run."""
    context.obj = dsn


@cli.command()
@data_option
@click.option("--port", type=click.IntRange(1, 65535), help="Listen on this TCP port as well.")
@click.option("--listen", metavar="ADDRESS", help="Listen on this address as well.")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="Set a configuration parameter for this start.",
)
def up(data: Path, port: int | None, listen: str | None, settings: tuple[str, ...]) -> None:
    """Start a private PostgreSQL and print its connection string."""
    pairs = dict(parse_setting(setting) for setting in settings)
    dsn = server.up(data, port=port, listen=listen, settings=pairs)
    click.echo(dsn)
    if sys.stdout.isatty():
        click.echo("Use it with: export DATABASE_URL=$(pgkit up)", err=True)


def parse_setting(setting: str) -> tuple[str, str]:
    name, separator, value = setting.partition("=")
    if not separator:
        raise click.BadParameter(f"{setting!r} is not NAME=VALUE", param_hint="--set")
    return name, value


@cli.command()
@data_option
def down(data: Path) -> None:
    """Stop the private PostgreSQL; its data stays."""
    stopped = server.down(data)
    click.echo("Stopped." if stopped else "It was not running.", err=True)


@cli.command()
@click.option("--dry-run", is_flag=True, help="Name the files that would run, and change nothing.")
@click.option("--lock-timeout", default="10s", help="How long to wait for a lock on a table.")
@click.pass_obj
def migrate(dsn: str, dry_run: bool, lock_timeout: str) -> None:
    """Bring the database up to date: schema, functions, views, policies."""
    if dry_run:
        with connect(dsn) as connection:
            for file in migrations.plan(connection):
                click.echo(file.name)
        return
    with Console(stderr=True).status("connecting") as status:
        ran = migrations.migrate(
            dsn,
            lock_timeout=lock_timeout,
            report=status.update,
            warn=lambda message: click.echo(f"Warning: {message}", err=True),
        )
    counts = Counter(file.folder for file in ran)
    new = [file.path.stem for file in ran if file.folder == "schema"]
    click.echo(f"Schema files run: {', '.join(new) or 'none, all are applied'}.")
    click.echo(
        f"Applied {counts['functions']} functions, {counts['views']} views,"
        f" {counts['policies']} policies."
    )
    click.echo("Next: pgkit doctor", err=True)


@cli.command()
@json_option
@click.pass_obj
def status(dsn: str, as_json: bool) -> None:
    """Show how far the database is, and what differs from the files."""
    with connect(dsn) as connection:
        found = migrations.read_status(connection)
        version = connection.info.parameter_status("server_version")
    facts = {
        "pgkit": __version__,
        "server": version,
        "is_current": found.is_current,
        **found._asdict(),
    }
    if as_json:
        print_json(facts)
    else:
        print_rows([{"what": name, "value": value} for name, value in facts.items()])
        if not found.is_current:
            click.echo("Next: pgkit migrate", err=True)


@cli.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script of a shell.

    For example: pgkit completion bash > ~/.local/share/bash-completion/completions/pgkit
    """
    from click.shell_completion import get_completion_class

    complete = get_completion_class(shell)
    if complete is None:
        raise click.BadParameter(f"{shell} is not supported", param_hint="shell")
    click.echo(complete(cli, {}, "pgkit", "_PGKIT_COMPLETE").source())
