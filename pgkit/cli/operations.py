"""Schedule the jobs, do them, and say whether all is well."""

import sys
from datetime import UTC, datetime

import click
from rich.console import Console

from pgkit import reports, scheduling, worker
from pgkit.cli.options import json_option, takes_dsn
from pgkit.database import connect
from pgkit.hints import in_commands
from pgkit.output import Column, print_checks, print_rows

JOB_COLUMNS = (
    Column("job_name", "job"),
    Column("schedule", "when (GMT)"),
    Column("command", "command", "end"),
)


@click.command()
@json_option
@takes_dsn
def schedule(dsn: str, as_json: bool) -> None:
    """Let pg_cron run the jobs.

    What was recorded is rolled up every minute. Partitions are made and old data is removed every
    day. Where pg_cron lives in another database of the server, the jobs are registered there.
    """
    with Console(stderr=True).status("scheduling") as status:
        rows = scheduling.schedule(dsn, lambda made: status.update(f"{made} partitions made"))
    print_rows(rows, JOB_COLUMNS, as_json=as_json)


@click.command()
@takes_dsn
def unschedule(dsn: str) -> None:
    """Remove the jobs from pg_cron, and print how many there were."""
    click.echo(scheduling.unschedule(dsn))


@click.command("worker")
@click.option(
    "--once", is_flag=True, help="Run every job now and end, with exit code 1 if one failed."
)
@takes_dsn
def run_worker(dsn: str, once: bool) -> None:
    """Run the jobs on their schedule, where pg_cron is missing.

    Times of the schedule are in GMT. Several workers may run at once. Each run of a job is a line
    on stderr and a row in perf_internal.worker_runs. SIGTERM and SIGINT stop the worker after the
    current job.
    """
    if once:
        with connect(dsn, autocommit=True) as connection:
            sys.exit(0 if worker.run_once(connection, log_line) else 1)
    with worker.stopping(log_line) as stop:
        worker.work(dsn, stop, log_line)


def log_line(message: str) -> None:
    click.echo(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {message}", err=True)


@click.command()
@json_option
@takes_dsn
def health(dsn: str, as_json: bool) -> None:
    """Show whether all is rolled up and the schedule is alive.

    The exit code is 1 if a check fails.
    """
    with connect(dsn) as connection:
        checks = reports.select(connection, "select * from perf.get_health()")
    for check in checks:
        check["hint"] = check["hint"] and in_commands(check["hint"])
    print_checks(checks, as_json=as_json)
    if any(check["status"] == "fail" for check in checks):
        sys.exit(1)
