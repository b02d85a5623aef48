"""A month of jobs: load it, roll it up, ask for the overview, drop it."""

import csv
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from benchmarks.bench import (
    DAY,
    Bench,
    Connection,
    Result,
    connect,
    median,
    prepared_database,
    repeat,
    run,
    seconds,
    value,
)
from pgkit import migrations, runner

TIMES = Path(__file__).with_name("data") / "job_times.csv"
START = datetime.fromisoformat(DAY).replace(tzinfo=UTC)
DAYS = 30
END = START + timedelta(days=DAYS)
NEW = 10_000
# The overview of few jobs and of all.
SMALL_SHARE = 30
AGGREGATE = "select perf.aggregate_performance_metrics()"
OVERVIEW = "select * from perf.get_performance_overview(%s, %s)"
CALLS = 1_000_000
# One of so many jobs has stages and quality scores.
DETAILED = 10


class Month(NamedTuple):
    """Seconds, and bytes a job."""

    jobs: int
    load: float
    rollup: float
    raw_bytes: float
    rollup_bytes: float
    overview: float
    seed_overview: float
    run: float
    retention: float
    delete: float | None


def measure(bench: Bench) -> Iterator[Result]:
    small = measure_month(bench, bench.jobs // SMALL_SHARE, deletes=True)
    yield from results(small, 0.05)
    calls = measure_calls(bench)
    yield from results(measure_month(bench, bench.jobs), 0.1, calls)


def results(month: Month, target: float, calls: float | None = None) -> Iterator[Result]:
    jobs = f"{month.jobs:,} jobs of {DAYS} days"
    rate = month.jobs / month.rollup
    yield Result(
        f"`get_performance_overview`, {jobs}",
        f"{month.overview * 1000:.0f} ms",
        f"seed, one query over the jobs {month.seed_overview:,.2f} s",
        f"{month.seed_overview / month.overview:,.0f} times",
        f"< {target * 1000:.0f} ms",
        month.overview < target,
    )
    yield Result(
        f"roll up {jobs}, in runs of a day",
        f"{month.rollup:.0f} s, {rate:,.0f} jobs/s",
        "" if calls is None else f"calls {calls:,.0f}/s",
        "" if calls is None else f"{rate / calls:.2f}",
    )
    yield Result(
        f"a job on disk, with indexes, {jobs}",
        f"raw {month.raw_bytes:.0f} and rollups {month.rollup_bytes:.1f} bytes",
    )
    yield Result(
        f"a run after {NEW:,} new jobs in the last hour, {jobs}",
        f"{month.run * 1000:.0f} ms",
        "",
        "",
        "≤ 110 ms",
        month.run <= 0.11,
    )
    yield Result(
        f"retention: verify and drop {jobs}",
        f"{month.retention:.1f} s",
        "" if month.delete is None else f"delete of these rows {month.delete:.1f} s",
        "" if month.delete is None else f"{month.retention / month.delete:.2f}",
    )


def measure_month(bench: Bench, jobs: int, *, deletes: bool = False) -> Month:
    with jobs_database(bench) as dsn, connect(dsn) as connection:
        load, rollup = load_month(connection, jobs)
        connection.execute("vacuum analyze")
        raw_bytes, rollup_bytes = run(connection, "jobs_sizes", rows=jobs).fetchone() or (0, 0)
        connection.execute("set role perf_analyst")
        overview = median(repeat(23, ask, connection)[3:])
        connection.execute("reset role")
        seed = median(repeat(bench.repeats, ask_seed, connection))
        runs = []
        for number in range(10):
            add_jobs(connection, END - timedelta(hours=1), timedelta(hours=1), NEW, number * NEW)
            runs.append(seconds(connection.execute, AGGREGATE))
        delete = seconds(delete_rows, connection) if deletes else None
        retention = seconds(
            connection.execute,
            "select * from perf.cleanup_old_performance_data(%s)",
            [END + timedelta(days=150)],
        )
        assert value(connection, "select count(*) from perf.performance_metrics") == 0
    return Month(
        jobs, load, rollup, raw_bytes, rollup_bytes, overview, seed, median(runs), retention, delete
    )


@contextmanager
def jobs_database(bench: Bench) -> Iterator[str]:
    """Yield a new database with workflows, workers, and their run times to draw from."""
    with runner.temporary_database(bench.dsn) as dsn:
        migrations.migrate(dsn)
        with connect(dsn) as connection:
            prepare_jobs(connection)
            connection.execute("select perf.ensure_partitions(%s, %s)", [DAY, DAYS])
        yield dsn


def prepare_jobs(connection: Connection) -> None:
    """Add workflows, workers, and their run times to draw from."""
    run(connection, "jobs_series")
    with (
        TIMES.open(newline="") as lines,
        connection.cursor() as cursor,
        cursor.copy("copy bench.times from stdin") as copy,
    ):
        rows = csv.reader(lines)
        next(rows)
        for workflow, worker, *times in rows:
            copy.write_row([workflow, worker, times])
    run(connection, "jobs_kinds")
    connection.execute("select setseed(0.5)")


def load_month(connection: Connection, jobs: int, start: datetime = START) -> tuple[float, float]:
    """Write and roll up a month, day by day, and return the seconds of both."""
    load = rollup = 0.0
    for day in range(DAYS):
        rows = jobs // DAYS
        load += (
            seconds(run, connection, "jobs_repeat", days=day, first_job=day * rows, start=start)
            if day
            else seconds(add_jobs, connection, start, timedelta(days=1), rows, 0)
        )
        rollup += seconds(connection.execute, AGGREGATE)
        print(
            f"\rday {day + 1} of {DAYS}, {(day + 1) * rows:,} jobs; loading {load:.0f} s,"
            f" rolling up {rollup:.0f} s",
            end="\n" if day + 1 == DAYS else "",
            file=sys.stderr,
            flush=True,
        )
    return load, rollup


def add_jobs(
    connection: Connection, start: datetime, length: timedelta, rows: int, first_job: int
) -> None:
    run(
        connection,
        "jobs_day",
        start_time=start,
        length=length,
        rows=rows,
        first_job=first_job,
        one_of=DETAILED,
    )


def ask(connection: Connection) -> None:
    row = connection.execute(OVERVIEW, [START, END]).fetchone()
    assert row is not None


def ask_seed(connection: Connection) -> None:
    run(connection, "jobs_seed_overview", start_time=START, end_time=END).fetchone()


def delete_rows(connection: Connection) -> None:
    """Delete the rows as the seed would, and bring them back."""
    connection.execute("begin")
    connection.execute("delete from perf.performance_metrics where created_at < %s", [END])
    connection.execute("rollback")


def measure_calls(bench: Bench) -> float:
    """Return how many calls a second a run rolls up."""
    rows = min(bench.rows, CALLS)
    with prepared_database(bench, rows=rows) as dsn, connect(dsn) as connection:
        run(connection, "history", start_time="-infinity", most=10**12, days=0)
        connection.execute("analyze")
        return rows / seconds(connection.execute, AGGREGATE)
