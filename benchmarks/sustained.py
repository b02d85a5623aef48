"""Calls arriving all the time, rolled up by perf.keep_aggregated(), trends read all the time.

Calls arrive at a steady rate, a little above the one to reach: a writer that is early waits.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import count
from random import Random
from time import perf_counter
from typing import NamedTuple

import psycopg

from benchmarks.bench import (
    CALL_COLUMNS,
    Bench,
    Connection,
    Result,
    connect,
    names,
    prepared_database,
    quantile,
    run,
    value,
)
from benchmarks.record import ROLE, record_batch

WRITERS = 2
RATE = 52_000
COPY_BATCH = 5000
# COPY is measured for comparison only.
COPY_MINUTES = 2.0


class Outcome(NamedTuple):
    """What came of a sustained load."""

    seconds: float
    written: int
    in_raw: int
    rolled_up: int
    trends: list[float]
    runs: list[float]


def measure(bench: Bench) -> Iterator[Result]:
    for name, prepare, options, minutes in (
        ("`record_calls`, batches of 1,000", json_batches, ROLE, bench.minutes),
        (f"COPY, batches of {COPY_BATCH:,}", copy_batches, "", min(bench.minutes, COPY_MINUTES)),
    ):
        with prepared_database(bench, rows=50_000) as dsn:
            with connect(dsn) as connection:
                connection.execute("select perf.ensure_partitions()")
                write = prepare(connection)
            outcome = sustain(dsn, write, options, minutes)
        yield from results(f"{minutes:g} minutes of {name}", outcome)


def results(what: str, outcome: Outcome) -> Iterator[Result]:
    rate = outcome.written / outcome.seconds
    lost = outcome.written - outcome.rolled_up
    p50, p99 = (quantile(outcome.trends, fraction) * 1000 for fraction in (0.5, 0.99))
    run_p50, run_most = quantile(outcome.runs, 0.5), max(outcome.runs)
    yield Result(
        f"{what}, {WRITERS} clients",
        f"{rate:,.0f} calls/s",
        f"{len(outcome.runs)} runs of {run_p50:.2f} s, at most {run_most:.2f} s",
        "",
        "≥ 50,000 calls/s",
        rate >= 50_000,
    )
    yield Result(
        "calls lost or counted twice meanwhile",
        f"{abs(lost):,}",
        f"{outcome.written:,} written, {outcome.in_raw:,} in raw, {outcome.rolled_up:,} rolled up",
        "",
        "0",
        lost == 0 and outcome.in_raw == outcome.written,
    )
    yield Result(
        "trends of the last day, read meanwhile",
        f"p99 {p99:.0f} ms",
        f"p50 {p50:.0f} ms of {len(outcome.trends):,} reads",
        "",
        "p99 < 50 ms",
        p99 < 50,
    )


def json_batches(connection: Connection) -> Callable[[Connection, int], int]:
    """Return what writes one batch by record_calls(), and says how many calls it had."""
    batches = [row[0] for row in run(connection, "batches")]
    sizes = [batch.count('"model_name"') for batch in batches]

    def write(connection: Connection, number: int) -> int:
        record_batch(connection, batches[number % len(batches)])
        return sizes[number % len(batches)]

    return write


def copy_batches(connection: Connection) -> Callable[[Connection, int], int]:
    """Return what writes one batch by COPY."""
    lines = []
    with connection.cursor() as cursor, cursor.copy("copy bench.calls to stdout csv") as copy:
        for line in b"".join(map(bytes, copy)).splitlines():
            config, _, rest = line.split(b",", 2)
            lines.append(config + b",@," + rest + b"\n")
    blocks = [b"".join(lines[i : i + COPY_BATCH]) for i in range(0, len(lines), COPY_BATCH)]
    statement = psycopg.sql.SQL("copy perf.performance_metrics_raw ({}) from stdin csv").format(
        names(CALL_COLUMNS)
    )

    def write(connection: Connection, number: int) -> int:
        block = blocks[number % len(blocks)]
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.write(block.replace(b"@", datetime.now(UTC).isoformat().encode()))
        return block.count(b"\n")

    return write


def sustain(
    dsn: str, write: Callable[[Connection, int], int], options: str, minutes: float
) -> Outcome:
    """Run writers, a reader and the schedule side by side for the time asked for."""
    stop = threading.Event()

    def writer(first: int) -> int:
        written = 0
        with connect(dsn, options=options) as connection:
            start = perf_counter()
            for number in count(first, 7):
                early = start + written * WRITERS / RATE - perf_counter()
                if stop.wait(max(0, early)):
                    return written
                written += write(connection, number)
        raise AssertionError

    def reader() -> list[float]:
        times = []
        random = Random(1)
        with connect(dsn, options="-c role=perf_analyst") as connection:
            kinds = run(connection, "kinds").fetchall()
            while not stop.is_set():
                model_name, tool_name = random.choice(kinds)
                start = perf_counter()
                run(connection, "last_day", model_name=model_name, tool_name=tool_name).fetchall()
                times.append(perf_counter() - start)
        return times

    def scheduler() -> None:
        # As the schedule does it, but for less time, so that the end is not waited for long.
        with connect(dsn) as connection:
            while not stop.is_set():
                connection.execute("call perf.keep_aggregated('10 seconds')")

    def watcher() -> list[float]:
        times: dict[datetime, float] = {}
        with connect(dsn) as connection:
            while not stop.wait(0.2):
                started_at, milliseconds = run(connection, "last_run").fetchone() or (None, 0)
                if started_at:
                    times[started_at] = milliseconds / 1000
        return list(times.values())

    with ThreadPoolExecutor() as pool:
        start = perf_counter()
        writing = [pool.submit(writer, first) for first in range(WRITERS)]
        reading, running, watching = map(pool.submit, (reader, scheduler, watcher))
        stop.wait(minutes * 60)
        stop.set()
        written = sum(future.result() for future in writing)
        elapsed = perf_counter() - start
        running.result()
        trends, runs = reading.result(), watching.result()
    with connect(dsn) as connection:
        connection.execute("select perf.aggregate_performance_metrics()")
        in_raw = value(connection, "select count(*) from perf.performance_metrics_raw")
        rolled_up = value(
            connection, "select sum(call_count)::bigint from perf.performance_metrics_hourly"
        )
    return Outcome(elapsed, written, in_raw, rolled_up, trends, runs)
