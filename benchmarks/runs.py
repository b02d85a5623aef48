"""Runs of the aggregation that find little or nothing new, at a short and a long history."""

from collections.abc import Iterator

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

NEW = 10_000
EVERYTHING = 10**12
AGGREGATE = "select perf.aggregate_performance_metrics()"


def measure(bench: Bench) -> Iterator[Result]:
    with prepared_database(bench, rows=bench.rows) as dsn, connect(dsn) as connection:
        # A third of the day, its last hour included.
        add(connection, f"{DAY} 16:00", EVERYTHING)
        connection.execute(AGGREGATE)
        short = value(connection, "select count(*) from perf.performance_metrics_raw")
        hour = value(
            connection,
            "select count(*) from bench.calls where call_timestamp >= %s",
            f"{DAY} 23:00",
        )
        run(connection, "seed_copy")
        run(connection, "seed_aggregate", start_time=DAY)
        connection.execute("analyze")
        at_short = measure_runs(connection)
        seed = median(
            repeat(5, lambda: run(connection, "seed_aggregate", start_time=f"{DAY} 23:00"))
        )
        empty_at_short = median(repeat(20, connection.execute, AGGREGATE))

        for days in range(1, bench.history_days):
            add(connection, DAY, EVERYTHING, days=days)
            connection.execute(AGGREGATE)
        long = value(connection, "select count(*) from perf.performance_metrics_raw")
        at_long = measure_runs(connection)
        empty = median(repeat(20, connection.execute, AGGREGATE))
    with (
        prepared_database(bench, rows=bench.rows, first_tokens=True) as dsn,
        connect(dsn) as connection,
    ):
        add(connection, f"{DAY} 23:00", EVERYTHING)
        connection.execute(AGGREGATE)
        first_tokens = measure_runs(connection)
    yield Result(
        f"a run after {NEW:,} new calls in an hour that holds {hour:,}",
        f"{at_long * 1000:.0f} ms",
        f"seed, of that hour {seed * 1000:.0f} ms",
        f"{at_long / seed:.2f}",
        "≤ 110 ms",
        at_long <= 0.11,
    )
    yield Result(
        "the same, of calls that have a time to the first token",
        f"{first_tokens * 1000:.0f} ms",
        "",
        "",
        "≤ 110 ms",
        first_tokens <= 0.11,
    )
    yield Result(
        f"a run with nothing new, {long:,} calls of history",
        f"{empty * 1000:.1f} ms",
        f"at {short:,} calls {empty_at_short * 1000:.1f} ms",
        f"{empty / empty_at_short:.2f}",
        "< 5 ms",
        empty < 0.005,
    )
    yield Result(
        f"a run after {NEW:,} new calls, {long:,} calls of history",
        f"{at_long * 1000:.0f} ms",
        f"at {short:,} calls {at_short * 1000:.0f} ms",
        f"{at_long / at_short:.2f}",
        "the same",
        at_long / at_short <= 1.2,
    )


def add(connection: Connection, start_time: str, most: int, days: int = 0) -> None:
    run(connection, "history", start_time=start_time, most=most, days=days)


def measure_runs(connection: Connection) -> float:
    """Return the median of ten runs, each after new calls in the last hour of the day."""
    times = []
    for _ in range(10):
        add(connection, f"{DAY} 23:00", NEW)
        times.append(seconds(connection.execute, AGGREGATE))
    return median(times)
