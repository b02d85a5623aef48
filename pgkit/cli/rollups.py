"""Roll up what was recorded, keep it as long as it should be kept, and check it."""

import sys
from datetime import datetime

import click
import psycopg
from rich.console import Console

from pgkit import reports, scheduling
from pgkit.cli.options import TIME, json_option, takes_dsn
from pgkit.database import Failure, connect, query, transaction
from pgkit.output import Column, plural, print_json, print_rows, quoted, tell
from pgkit.times import span

AGGREGATE_COLUMNS = (
    Column("pipeline", "pipeline"),
    Column("rows", "rows rolled up"),
)
PARTITION_COLUMNS = (
    Column("partition_name", "partition", "middle"),
    Column("moved_rows", "rows moved into it"),
)
CLEANUP_COLUMNS = (
    Column("level", "level"),
    Column("name", "removed from", "middle"),
    Column("dropped_rows", "rows"),
    Column("freed_bytes", "bytes"),
    Column("kept_because", "kept because", "end"),
    Column("pipeline", "pipeline"),
)
RETENTION_COLUMNS = (
    Column("pipeline", "pipeline"),
    Column("level", "level"),
    Column("keep", "kept"),
    Column("deleted_before", "removed before"),
)
WRONG_COLUMNS = (
    Column("granularity", "granularity"),
    Column("time_bucket", "from"),
    Column("metric", "metric", "middle"),
    Column("differs_in", "differs in"),
    Column("expected_count", "expected rows"),
    Column("rolled_up_count", "rows"),
    Column("pipeline", "pipeline"),
    Column("series_id", "series", "middle"),
)
PIPELINES = "select p.pipeline from perf_internal.pipelines as p order by p.pipeline"


@click.command()
@json_option
@takes_dsn
def aggregate(dsn: str, as_json: bool) -> None:
    """Roll up the calls and jobs that wait, and count them."""
    rows = []
    with connect(dsn, autocommit=True) as connection:
        # Without one, the function says what the caller may not.
        for pipeline in [row[0] for row in connection.execute(PIPELINES)] or [None]:
            with transaction(connection):
                rows += reports.select(
                    connection,
                    "select %(pipeline)s::text as pipeline,"
                    " perf.aggregate_performance_metrics(%(pipeline)s) as rows",
                    pipeline=pipeline,
                )
    print_rows(rows, AGGREGATE_COLUMNS, as_json=as_json)


@click.command()
@click.option("--days-ahead", default=7, type=click.IntRange(0, 366), help="How many days ahead.")
@json_option
@takes_dsn
def partitions(dsn: str, days_ahead: int, as_json: bool) -> None:
    """Make the partitions of raw rows that are missing.

    They are made for today and the days ahead, and for earlier rows that have none yet. Calls have
    a partition for each day, jobs for each month.
    """
    with (
        connect(dsn, autocommit=True) as connection,
        Console(stderr=True).status("making partitions") as status,
    ):
        rows = scheduling.make_partitions(
            connection, days_ahead, lambda made: status.update(f"{made} partitions made")
        )
    print_rows(rows, PARTITION_COLUMNS, as_json=as_json, nothing="No partition was missing.")


@click.command()
@json_option
@takes_dsn
def cleanup(dsn: str, as_json: bool) -> None:
    """Remove what is older than the retention keeps.

    Raw calls and jobs go by whole partitions, once they are rolled up and verified. A partition
    that had to stay is shown with the reason.
    """
    with connect(dsn) as connection:
        rows = reports.select(connection, "select * from perf.cleanup_old_performance_data()")
    print_rows(rows, CLEANUP_COLUMNS, as_json=as_json, nothing="Nothing is old enough to go.")


@click.command()
@click.argument("pipeline", required=False)
@click.argument("level", required=False)
@click.argument("keep", required=False)
@json_option
@takes_dsn
def retention(
    dsn: str, pipeline: str | None, level: str | None, keep: str | None, as_json: bool
) -> None:
    """Show how long data is kept, or set it.

    Without arguments it shows the levels of each pipeline, with PIPELINE alone those of one. KEEP
    is a time such as 14 days or 2 years, or forever.

    Example: pgkit retention calls raw "14 days"
    """
    if level is not None and keep is None:
        raise click.UsageError("LEVEL and KEEP go together")
    with connect(dsn) as connection:
        if keep is not None:
            try:
                changed = reports.select(
                    connection,
                    query("set_retention").decode(),
                    pipeline=pipeline,
                    level=level,
                    keep=None if keep == "forever" else keep,
                )
            except (psycopg.errors.CheckViolation, psycopg.DataError):
                raise Failure(
                    f"KEEP must be 1 day to 1000 years, or forever, got {quoted(str(keep))}",
                    "For example: `pgkit retention calls raw '14 days'`",
                ) from None
            if not changed:
                raise Failure(
                    f"no level {quoted(str(level))} of pipeline {quoted(str(pipeline))} that you"
                    " may change",
                    "`pgkit retention` shows the levels. An admin may change them.",
                )
        rows = reports.select(connection, query("retention").decode())
    if pipeline is not None and keep is None:
        rows = [row for row in rows if row["pipeline"] == pipeline]
        if not rows:
            raise Failure(
                f"there is no pipeline {quoted(pipeline)}", "`pgkit retention` shows all."
            )
    if as_json:
        print_json(rows)
    else:
        shown = [{**row, "keep": row["keep"] or "forever"} for row in rows]
        print_rows(shown, RETENTION_COLUMNS)


@click.command()
@click.option("--from", "start", type=TIME, default="7d", help="Start. Its whole day is checked.")
@click.option("--to", "end", type=TIME, default="now", help="End. Its whole day is checked.")
@click.option("--pipeline", help="Check only calls, or only jobs.")
@json_option
@takes_dsn
def verify(dsn: str, start: datetime, end: datetime, pipeline: str | None, as_json: bool) -> None:
    """Check the rollups against raw rows, and the audit log.

    Raw rows are calls and jobs. What is not rolled up yet does not count. Days whose raw rows are
    gone are not checked. What is wrong is printed, and the exit code is 1.
    """
    wrong = []
    with connect(dsn) as connection:
        known = [row[0] for row in connection.execute(PIPELINES)]
        for one in [pipeline] if pipeline else known:
            wrong += reports.select(
                connection,
                "select %(pipeline)s::text as pipeline, v.*"
                " from perf.verify_performance_metrics(%(start)s, %(end)s, %(pipeline)s,"
                " max_rows => 100000) as v",
                start=start,
                end=end,
                pipeline=one,
            )
        entries = reports.select(connection, "select * from perf.verify_audit_log()")
    if as_json:
        print_json({"rollups": wrong, "audit_log": entries})
    else:
        print_rows(wrong, WRONG_COLUMNS, title="wrong rollups", nothing="The rollups are right.")
        print_rows(entries, title="wrong audit log", nothing="The audit log is whole.")
    for one in sorted({row["pipeline"] for row in wrong}):
        tell(f"Next: pgkit rebuild FROM TO --pipeline {one}")
    if wrong or entries:
        sys.exit(1)


@click.command()
@click.argument("start", metavar="FROM", type=TIME)
@click.argument("end", metavar="TO", type=TIME)
@click.option("--pipeline", default="calls", help="The rollups of calls, or of jobs.")
@takes_dsn
def rebuild(dsn: str, start: datetime, end: datetime, pipeline: str) -> None:
    """Compute the rollups of whole days again from raw calls or jobs.

    Days whose raw rows are gone cannot be computed again.

    Example: pgkit rebuild 2026-11-20 2026-11-22 --pipeline jobs
    """
    with connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select perf.rebuild_performance_metrics(%(start)s, %(end)s, %(pipeline)s) as rows",
            start=start,
            end=end,
            pipeline=pipeline,
        )
    click.echo(
        f"Rolled up {plural(rows[0]['rows'], 'row')} of {pipeline} again, from {span(start, end)}."
    )
