"""Bring a database up to date, examine it, and leave it."""

import sys
from collections import Counter
from pathlib import Path

import click
from rich.console import Console

from pgkit import (
    __version__,
    cluster,
    distribution,
    doctor,
    migrations,
    reference,
    scheduling,
    supabase,
    typescript,
)
from pgkit.cli.options import json_option, takes_dsn
from pgkit.database import Failure, connect, refuse_worker
from pgkit.output import (
    Column,
    is_for_people,
    print_checks,
    print_json,
    print_list,
    print_rows,
    shown,
    tell,
)

DISTRIBUTION_COLUMNS = (
    Column("name", "table"),
    Column("series_column", "spread by"),
    Column("is_distributed", "is spread"),
    Column("rows", "rows, about"),
    Column("size", "bytes"),
    Column("partitions", "partitions"),
)


@click.command()
@click.option("--dry-run", is_flag=True, help="Name the files that would run, and change nothing.")
@click.option("--lock-timeout", default="10s", help="How long to wait for a lock on a table.")
@takes_dsn
def migrate(dsn: str, dry_run: bool, lock_timeout: str) -> None:
    """Install pgkit in the database, or bring it up to date.

    Everything happens in one transaction. Files that were applied, and whose objects nobody has
    changed since, do not run again.
    """
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
    del counts["schema"]
    applied = ", ".join(f"{name} {counts[name]}" for name in migrations.FOLDERS if counts[name])
    click.echo(f"Other files applied: {applied or 'none, all are as they were applied'}.")
    click.echo("Next: pgkit doctor", err=True)


@click.command()
@click.option("--dry-run", is_flag=True, help="Say what would be done, and change nothing.")
@click.option(
    "--undo",
    is_flag=True,
    help="Bring everything back to this server. Run it again if it is interrupted.",
)
@click.option(
    "--shards",
    type=click.IntRange(1, 1024),
    show_default="4 a worker, at least 8",
    help="Into how many parts tables are cut.",
)
@click.option("--lock-timeout", default="10s", help="How long to wait for a lock on the tables.")
@takes_dsn
def distribute(dsn: str, dry_run: bool, undo: bool, shards: int | None, lock_timeout: str) -> None:
    """Spread calls, jobs and rollups over a cluster of Citus.

    Connect to the coordinator. Run it again after each new worker. Recording and reports wait
    while rows are moved. --dry-run says about how long. A distribution that is interrupted has
    changed nothing.
    docs/citus.md says how to set up a cluster.

    Example: pgkit distribute --dry-run
    """
    if dry_run:
        with connect(dsn) as connection:
            found = distribution.plan(connection, shards)
        print_rows([table._asdict() for table in found.tables], DISTRIBUTION_COLUMNS)
        if undo:
            seconds = found.seconds([table for table in found.tables if table.is_distributed])
            tell(f"Back to this server. Recording and reports wait about {seconds:.0f} s.")
        elif found.missing:
            tell(
                f"To {sum(node.has_shards for node in found.nodes)} workers, in {found.shards}"
                f" parts. Recording and reports wait about {found.seconds(found.missing):.0f} s."
            )
        else:
            tell("All are spread. Functions, rights and workers would be checked.")
        return
    with Console(stderr=True).status("connecting") as status:

        def warn(message: str) -> None:
            click.echo(f"Warning: {message}", err=True)

        if undo:
            was = cluster.undistribute(
                dsn, lock_timeout=lock_timeout, report=status.update, warn=warn
            )
        else:
            found = cluster.distribute(
                dsn, shards=shards, lock_timeout=lock_timeout, report=status.update, warn=warn
            )
    if undo:
        click.echo(f"Everything {'is back' if was else 'was'} on this server.")
    elif found.missing:
        click.echo(
            f"Spread over {sum(node.has_shards for node in found.nodes)} workers: "
            f"{', '.join(table.name for table in found.missing)}."
        )
        tell("Next: pgkit doctor")
    else:
        click.echo("All tables were spread; functions, rights and workers are as they should be.")


@click.command()
@json_option
@takes_dsn
def status(dsn: str, as_json: bool) -> None:
    """Show which version is installed, and what differs from it."""
    with connect(dsn) as connection:
        refuse_worker(connection)
        found = migrations.read_status(connection)
        server_version = connection.info.parameter_status("server_version")
    facts = {"pgkit": __version__, "postgresql": server_version, **found._asdict()}
    if as_json:
        print_json({**facts, "is_current": found.is_current})
        return
    told = list(facts)[: None if found.is_installed else 3]
    rows = [
        {"what": name.replace("_", " "), "value": facts[name]} for name in told if facts[name] != []
    ]
    if is_for_people():
        print_list((row["what"], shown(row["value"])) for row in rows)
    else:
        print_rows(rows)
    if not found.is_current:
        click.echo("Next: pgkit migrate", err=True)


@click.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@takes_dsn
def uninstall(dsn: str, yes: bool) -> None:
    """Remove pgkit from the database, with all its data."""
    with connect(dsn) as connection:
        if not yes:
            lost = "".join(f"\n  {name}" for name in migrations.read_dependents(connection))
            also = f"\nYour objects that use them are dropped too:{lost}\nGo on?" if lost else ""
            click.confirm(
                f"Drop schemas perf and perf_internal in database {connection.info.dbname},"
                f" with all data?{also}",
                abort=True,
                err=True,
            )
        removed, kept = migrations.uninstall(connection)
    try:
        if jobs := scheduling.unschedule_elsewhere(dsn):
            removed.append(f"{jobs} jobs in the database of pg_cron")
    except Failure as failure:
        kept.append(f"jobs, if there are any: {failure.message}")
    for name in removed:
        click.echo(f"Removed {name}")
    for reason in kept:
        click.echo(f"Kept {reason}", err=True)
    if not removed:
        click.echo("pgkit was not installed in this database.", err=True)


@click.command("doctor")
@click.option(
    "--postgrest",
    "postgrest_url",
    envvar="PGKIT_POSTGREST_URL",
    metavar="URL",
    help="Also ask the PostgREST at this address. Or the variable PGKIT_POSTGREST_URL.",
)
@json_option
@takes_dsn
def run_doctor(dsn: str, postgrest_url: str | None, as_json: bool) -> None:
    """Check everything, and say what to do about each problem.

    Connection, versions, rights, extensions, schedule and health are checked, and the login of
    PostgREST. The exit code is 1 if a check fails.

    On Supabase the address ends with /rest/v1, and PGKIT_POSTGREST_KEY is the public (anon) key.
    What PostgREST has in a file, such as db-max-rows, is not seen.

    Example: pgkit doctor --postgrest http://localhost:3000
    """
    checks = [check._asdict() for check in doctor.examine(dsn, postgrest_url)]
    print_checks(checks, as_json=as_json)
    if any(check["result"] == "fail" for check in checks):
        sys.exit(1)


@click.command("export")
@click.option(
    "--supabase",
    "folder",
    required=True,
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder supabase/migrations of your project.",
)
def export_files(folder: Path) -> None:
    """Write pgkit as a migration of Supabase.

    The first export is one file with everything. supabase db push, db reset and migration up run
    it, in one transaction, as the user postgres. Running it again changes nothing. Files that are
    in DIR stay as they are: after an upgrade of pgkit, the next export adds one file that leads
    from them to the new version. Without an upgrade nothing is written.
    """
    path = supabase.export(folder)
    if path is None:
        click.echo(f"The newest export in {folder} is of this version.")
        return
    click.echo(path)
    click.echo("Next: supabase db push", err=True)


@click.command("reference")
@takes_dsn
def print_reference(dsn: str) -> None:
    """Print what every function, table and metric means, in Markdown."""
    with connect(dsn) as connection:
        click.echo(reference.describe(connection), nl=False)


@click.command("types")
@takes_dsn
def print_types(dsn: str) -> None:
    """Print the types of tables and functions for TypeScript."""
    with connect(dsn) as connection:
        click.echo(typescript.describe(connection), nl=False)
