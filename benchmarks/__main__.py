"""Run the measurements and print them as one Markdown table."""

import os
import platform
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import click

from benchmarks.bench import Bench, Result, connect, value
from pgkit import server

# Each is a module. Only those that are wanted are imported, because the packages of ClickHouse and
# those of the tests do not go together.
MEASUREMENTS = (
    *("load", "record", "recorder", "guard", "jobs-record", "runs", "sustained", "trends"),
    *("accuracy", "comparison", "peer", "jobs", "estimates", "drift", "experiments", "alerts"),
    *("anomalies", "objectives", "backtest", "costs", "dashboard", "citus"),
)
# The same for everything that is measured; all else is PostgreSQL's default, so a commit waits for
# the disk.
SETTINGS = {
    "shared_buffers": "4GB",
    "work_mem": "128MB",
    "maintenance_work_mem": "512MB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "15min",
}


@click.command()
@click.option("--rows", default=3_000_000, show_default=True, help="Calls a day.")
@click.option("--only", multiple=True, type=click.Choice(MEASUREMENTS), help="Leave out the rest.")
@click.option("--minutes", default=10.0, show_default=True, help="Length of the sustained load.")
@click.option("--jobs", "job_count", default=30_000_000, show_default=True, help="Jobs a month.")
@click.option(
    "--vm-jobs",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Real jobs for estimates and drift: a compressed CSV of started_at, workflow, worker,"
    " runtime_s, value and unit.",
)
@click.option("--quick", is_flag=True, help="Small and short: does it work, not how fast is it.")
@click.option(
    "--bin",
    "programs",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="bin directory of the PostgreSQL to start.",
)
@click.option("--dsn", help="Use this server as it is, instead of starting one.")
def main(
    rows: int,
    only: tuple[str, ...],
    minutes: float,
    job_count: int,
    vm_jobs: Path | None,
    quick: bool,
    programs: Path | None,
    dsn: str,
) -> None:
    """Measure pgkit beside the seed's literal SQL, the bare minimum and ClickHouse, in one run."""
    # Stopped from outside it still stops its server.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    if programs:
        os.environ["PGKIT_PG_BIN"] = str(programs)
    # What is missing is said now, and not after an hour.
    modules = [
        import_module(f"benchmarks.{name.replace('-', '_')}") for name in only or MEASUREMENTS
    ]
    with scratch_folder() as folder, running_server(folder, dsn) as address:
        bench = Bench(
            dsn=address,
            folder=folder,
            rows=min(rows, 100_000) if quick else rows,
            month_rows=min(rows, 10_000 if quick else 1_000_000),
            history_days=3 if quick else 10,
            repeats=1 if quick else 3,
            seconds=2 if quick else 20,
            minutes=min(minutes, 0.25) if quick else minutes,
            jobs=min(job_count, 300_000) if quick else job_count,
            vm_jobs=vm_jobs,
        )
        click.echo(describe(address) + "\n")
        click.echo("| what | pgkit | compared with | ratio | target | met |")
        click.echo("|---|---|---|---|---|---|")
        for module in modules:
            for result in module.measure(bench):
                click.echo(markdown(result))


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Yield a directory that is gone after the block."""
    folder = Path(tempfile.mkdtemp(prefix="pgkit-benchmarks-"))
    # When we are root the server runs as another user, who must get in.
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running_server(folder: Path, dsn: str | None) -> Iterator[str]:
    """Yield the given server, or start one for the length of the block."""
    if dsn:
        yield dsn
        return
    data = folder / "postgres"
    try:
        yield server.up(data, settings=SETTINGS)
    finally:
        server.down(data)


def describe(dsn: str) -> str:
    """Say what is measured on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    with connect(dsn) as connection:
        version = value(connection, "show server_version")
        settings = {name: value(connection, f"show {name}") for name in (*SETTINGS, "fsync")}
    return (
        f"PostgreSQL {version}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}; "
        + ", ".join(f"{name} = {setting}" for name, setting in settings.items())
    )


def markdown(result: Result) -> str:
    met = {True: "yes", False: "no", None: ""}[result.met]
    return "| " + " | ".join((*result[:-1], met)) + " |"


if __name__ == "__main__":
    main()
