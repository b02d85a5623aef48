"""The commands: each parses, calls one function of a sibling module, and prints."""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from pgkit import __version__, doctor, load, migrations, runner, server
from pgkit.database import connect
from pgkit.output import print_json, print_rows

T = TypeVar("T")

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


@cli.command("load")
@click.argument(
    "files",
    metavar="FILE...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
)
@click.option(
    "--map",
    "mappings",
    multiple=True,
    metavar="COLUMN[*N|/N]=FIELD",
    help="Take a field from this column, its number times or divided by N.",
)
@click.option(
    "--set",
    "constants",
    multiple=True,
    metavar="FIELD=VALUE",
    help="Give a field the same value in every call.",
)
@json_option
@click.pass_obj
def load_calls(
    dsn: str,
    files: tuple[Path, ...],
    mappings: tuple[str, ...],
    constants: tuple[str, ...],
    as_json: bool,
) -> None:
    """Load calls from CSV or JSON Lines, plain or gzipped; - is standard input.

    All calls of all files, or none: the first bad line ends it, with its number and the reason.

    Fields are the arguments of perf.record_call(): model_name, tool_name, response_time_ms,
    success, provider, parameters (JSON), input_tokens, output_tokens, error_type, first_token_ms,
    call_timestamp (UTC where it has no offset), call_id. Each comes from the column of its name,
    in any case, or of a usual other name (model, tool, latency_ms, ttft_ms, prompt_tokens,
    completion_tokens, timestamp, ...). An empty value is none. Calls with a call_id that was
    recorded before are skipped.

    For example: pgkit load calls.csv --set tool_name=chat --map latency_s*1000=response_time_ms
    """
    mapping = dict(parsed("--map", load.parse_mapping, mappings))
    given = dict(parsed("--set", load.parse_constant, constants))
    sizes = [path.stat().st_size for path in files if path != load.STANDARD_INPUT]
    total = sum(sizes) if len(sizes) == len(files) else None
    with connect(dsn) as connection, progress_bar() as bar:
        task = bar.add_task("loading", total=total)
        loaded = load.load(
            connection,
            files,
            mapping=mapping,
            constants=given,
            report=lambda bytes_read: bar.advance(task, bytes_read),
        )
    if loaded.unused_columns:
        click.echo(f"Not loaded: columns {', '.join(loaded.unused_columns)}", err=True)
    if as_json:
        print_json(loaded._asdict())
        return
    skipped = f", skipped {loaded.skipped} recorded before" if loaded.skipped else ""
    span = f", from {loaded.first} to {loaded.last}" if loaded.first else ""
    click.echo(f"Loaded {loaded.loaded} calls{skipped}{span}.")
    if loaded.loaded:
        click.echo(
            "Next: pgkit trends MODEL TOOL shows them at once; the schedule rolls them up,"
            " or pgkit aggregate now",
            err=True,
        )


def parsed(
    option: str, parse: Callable[[str], tuple[str, T]], texts: Iterable[str]
) -> Iterator[tuple[str, T]]:
    """Yield what `parse` makes of each text, and misuse of the option where it cannot."""
    for text in texts:
        try:
            yield parse(text)
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint=option) from None


def progress_bar() -> Progress:
    """Return a bar of bytes on stderr, shown on a terminal only."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )


@cli.command()
@json_option
@click.pass_obj
def status(dsn: str, as_json: bool) -> None:
    """Show how far the database is, and what differs from the files."""
    with connect(dsn) as connection:
        found = migrations.read_status(connection)
        server_version = connection.info.parameter_status("server_version")
    facts = {"pgkit": __version__, "postgresql": server_version, **found._asdict()}
    if as_json:
        print_json({**facts, "is_current": found.is_current})
        return
    rows = [{"what": name.replace("_", " "), "value": value} for name, value in facts.items()]
    print_rows(rows[:3] if not found.is_installed else [row for row in rows if row["value"] != []])
    if not found.is_current:
        click.echo("Next: pgkit migrate", err=True)


@cli.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def uninstall(dsn: str, yes: bool) -> None:
    """Remove everything of ours from the database, data included."""
    with connect(dsn) as connection:
        if not yes:
            lost = "".join(f"\n  {name}" for name in migrations.read_dependents(connection))
            also = f"\nObjects of yours that use it go too:{lost}\nGo on?" if lost else ""
            click.confirm(
                f"Drop schemas perf and perf_internal in database {connection.info.dbname},"
                f" with all data?{also}",
                abort=True,
                err=True,
            )
        removed, kept = migrations.uninstall(connection)
    for name in removed:
        click.echo(f"Removed {name}")
    for reason in kept:
        click.echo(f"Kept {reason}", err=True)
    if not removed:
        click.echo("Nothing of ours was in this database.", err=True)


@cli.command("doctor")
@json_option
@click.pass_obj
def run_doctor(dsn: str, as_json: bool) -> None:
    """Check connection, versions, rights, extensions, schedule and health."""
    checks = [check._asdict() for check in doctor.examine(dsn)]
    print_rows(checks, as_json=as_json)
    if any(check["result"] == "fail" for check in checks):
        sys.exit(1)


@cli.command("test")
@click.option("--pgtap-only", is_flag=True, help="Run the pgTAP files only.")
@click.option("--pytest-only", is_flag=True, help="Run pytest only.")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.pass_obj
def run_tests(dsn: str, pgtap_only: bool, pytest_only: bool, paths: tuple[Path, ...]) -> None:
    """Run the pgTAP and pytest suites, or the given files, in temporary databases.

    They are made on the server of --dsn; without one, on a server started for the purpose.
    """
    if pgtap_only and pytest_only:
        raise click.UsageError("--pgtap-only and --pytest-only exclude each other")
    total = runner.Outcome()
    with runner.test_server(dsn) as test_dsn:
        if not pytest_only and (files := runner.pgtap_files(paths)):
            total = total.plus(runner.run_pgtap(test_dsn, files, show_progress))
        if not pgtap_only and (tests := runner.pytest_paths(paths)):
            total = total.plus(runner.run_pytest(test_dsn, tests))
    for failure in total.failures:
        click.echo(f"FAILED {failure}")
    click.echo(total)
    if total.failed:
        sys.exit(1)


def show_progress(file: Path, outcome: runner.Outcome) -> None:
    click.echo(f"{file}: {outcome}", err=True)


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
