"""Record and complete jobs, beside an insert into the seed's table that checks nothing."""

from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import psycopg

from benchmarks.bench import Bench, Connection, Result, connect, median, run, text, value
from benchmarks.record import CLIENTS, ROLE, pgbench
from pgkit import migrations, runner

# More than one client completes in a run.
RUNNING = 400_000
TARGET_MS = 1.0


def measure(bench: Bench) -> Iterator[Result]:
    with runner.temporary_database(bench.dsn) as dsn:
        migrations.migrate(dsn)
        with connect(dsn) as connection:
            run(connection, "bare_jobs")
            for _ in range(3):
                value(connection, "select perf.record_job_metrics_batch(%s)", batch(connection))
            run(
                connection,
                "running_jobs",
                number=max(RUNNING // 20, int(RUNNING * bench.seconds / 20)),
            )
        yield from measure_calls(bench, dsn)
        with connect(dsn, options=ROLE) as own, connect(dsn) as connection:
            ours, bare = measure_batches(bench, connection, own)
            yield Result(
                "`record_job_metrics_batch`, 1,000 jobs",
                f"{1000 / ours:,.0f} jobs/s",
                f"insert from the same JSON {1000 / bare:,.0f}/s",
                f"{bare / ours:.2f}",
            )


def measure_calls(bench: Bench, dsn: str) -> Iterator[Result]:
    """Yield what one call takes on one connection, and how many several clients get done."""
    scripts = {
        "record_job_metrics": write_script(bench, "record_job"),
        "complete_job": write_script(bench, "complete_job"),
        "bare": write_script(bench, "bare_job"),
    }
    for clients in (1, CLIENTS):
        rates: dict[str, list[float]] = {name: [] for name in scripts}
        for _ in range(bench.repeats):
            for name, script in scripts.items():
                with connect(dsn) as connection:
                    connection.execute("checkpoint")
                rates[name].append(pgbench(dsn, script, bench.seconds / 2, clients))
        bare = median(rates.pop("bare"))
        for name, rate in rates.items():
            ours = median(rate)
            if clients == 1:
                yield Result(
                    f"`{name}`, one call",
                    f"{1000 / ours:.2f} ms",
                    f"bare insert {1000 / bare:.2f} ms",
                    f"{bare / ours:.2f}",
                    f"< {TARGET_MS:.0f} ms",
                    1000 / ours < TARGET_MS,
                )
            else:
                yield Result(
                    f"`{name}`, {clients} clients",
                    f"{ours:,.0f} jobs/s",
                    f"bare insert {bare:,.0f}/s",
                    f"{ours / bare:.2f}",
                )


def measure_batches(bench: Bench, connection: Connection, own: Connection) -> tuple[float, float]:
    """Return the median seconds of a batch of 1,000, ours and bare."""
    ours, bare = [], []
    for _ in range(max(3, int(bench.seconds))):
        jobs = batch(connection)
        # Not with connection.execute(), which writes the parameter into the statement.
        with psycopg.Cursor(own) as cursor:
            start = perf_counter()
            cursor.execute("select perf.record_job_metrics_batch(%s)", [jobs], prepare=True)
            ours.append(perf_counter() - start)
            start = perf_counter()
            cursor.execute(text("bare_job_batch").encode(), [jobs], prepare=True)
            bare.append(perf_counter() - start)
    return median(ours), median(bare)


def batch(connection: Connection) -> str:
    row = connection.execute(text("job_batch").encode()).fetchone()
    assert row is not None
    jobs: str = row[0]
    return jobs


def write_script(bench: Bench, name: str) -> Path:
    """Write a script for pgbench."""
    path = bench.folder / f"{name}.pgbench"
    path.write_text(text(name), encoding="utf-8")
    return path
