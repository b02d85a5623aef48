"""Schedule the jobs, do them, and say whether all is well."""

import sys
from datetime import UTC, datetime
from functools import partial

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

    What was recorded is rolled up every minute. Missing partitions are made now and every ten
    minutes. Old data is removed every day. Where pg_cron lives in another database of the server,
    the jobs are registered there.
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
    "--only",
    type=click.Choice(["jobs", "deliver"]),
    show_default="both",
    help="Run only the jobs, also where pg_cron does, or only deliver messages of alerts.",
)
@click.option(
    "--once",
    is_flag=True,
    help="Run every job now, deliver what is due, and end, with exit code 1 if something failed.",
)
@takes_dsn
def run_worker(dsn: str, only: str | None, once: bool) -> None:
    """Run the jobs on their schedule, and deliver messages of alerts.

    Where pg_cron has all jobs of this database, it is left to run them. Times of the schedule are
    in GMT. Several workers may run at once. Each run of a job is a line on stderr and a row in
    perf_internal.worker_runs, each attempt to deliver a message a line on stderr.

    Delivering needs `grant perf_notifier to LOGIN`, or the user who ran pgkit migrate.

    SIGTERM and SIGINT stop the worker after the current job and the messages that are on their way.
    """
    # Only here: to import what sends takes as long as many a command.
    from pgkit import notify

    must_deliver = only == "deliver"
    if once:
        is_good = True
        if not must_deliver:
            with connect(dsn, autocommit=True) as connection:
                is_good = worker.run_once(connection, log_line)
        if only != "jobs":
            is_good = notify.deliver_once(dsn, log_line, must_deliver=must_deliver) and is_good
        sys.exit(0 if is_good else 1)
    with worker.stopping(log_line) as stop:
        works = {
            "jobs": partial(worker.work, dsn, stop, log_line, beside_cron=only == "jobs"),
            "deliver": partial(notify.deliver, dsn, stop, log_line, must_deliver=must_deliver),
        }
        worker.run_together(stop, *(works[name] for name in works if only in (None, name)))


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
