"""How often intervals for the next job hold it, on real jobs."""

import gzip
from collections.abc import Iterator
from datetime import timedelta

from psycopg import sql

from benchmarks.bench import Bench, Connection, Result, connect, run, seconds, value
from pgkit import migrations, runner

DAYS = 30
COVERAGE = sql.SQL("""
    select c.workflow, c.worker, c.job_count, c.coverage, c.coverage_low, c.coverage_high,
        c.relative_width
    from perf.get_estimate_coverage(%s, %s, group_by => %s) as c
""")


def measure(bench: Bench) -> Iterator[Result]:
    if bench.vm_jobs is None:
        yield Result("coverage of `estimate_job`", "not measured: give the file with --vm-jobs")
        return
    with runner.temporary_database(bench.dsn) as dsn:
        migrations.migrate(dsn)
        with connect(dsn) as connection:
            load(connection, bench)
            # The last whole days, so that the range ends with the last job.
            end = value(
                connection,
                "select date_trunc('day', max(r.created_at)) + interval '1 day'"
                " from perf.performance_metrics as r",
            )
            for group_by in ("all", "workflow", "worker"):
                yield from read(connection, end - timedelta(days=DAYS), end, group_by)
            workflow = value(connection, "select min(f.id) from perf.workflows as f")
            worker = value(connection, "select min(w.id) from perf.workers as w")
            took = [
                seconds(
                    connection.execute,
                    "select * from perf.estimate_job(%s, worker_id => %s, as_of => %s)",
                    [workflow, worker, end],
                )
                for _ in range(20)
            ]
            yield Result("`estimate_job`, one workflow on one worker", f"{min(took) * 1000:.0f} ms")


def load(connection: Connection, bench: Bench) -> None:
    assert bench.vm_jobs is not None
    connection.execute("create schema bench")
    connection.execute(
        "create table bench.real (started_at timestamptz, workflow text, worker text,"
        " runtime_s numeric, value double precision, unit text)"
    )
    with (
        gzip.open(bench.vm_jobs) as lines,
        connection.cursor() as cursor,
        cursor.copy("copy bench.real from stdin csv header") as copy,
    ):
        while block := lines.read(1 << 17):
            copy.write(block)
    run(connection, "jobs_real")
    connection.execute("select perf.aggregate_performance_metrics()")
    connection.execute("vacuum analyze")


def read(connection: Connection, start: object, end: object, group_by: str) -> Iterator[Result]:
    for workflow, worker, jobs, coverage, low, high, width in connection.execute(
        COVERAGE, [start, end, group_by]
    ).fetchall():
        is_all = workflow is None
        what = ", ".join(filter(None, ["`estimate_job`", workflow or "all", worker]))
        yield Result(
            f"{what}: jobs of {DAYS} days in the 90 % interval",
            f"{coverage * 100:.1f} % of {jobs:,}",
            f"95 % interval {low * 100:.1f} to {high * 100:.1f} %",
            f"{width:.2f} of p5 to p95",
            "85 to 95 %, < 1" if is_all else "",
            0.85 <= coverage <= 0.95 and width < 1 if is_all else None,
        )
