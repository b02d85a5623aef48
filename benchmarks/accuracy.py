"""How far percentiles of merged sketches are from the exact ones."""

from collections.abc import Iterator

from benchmarks.bench import Bench, Result, connect, prepared_database, run

WINDOWS = 200


def measure(bench: Bench) -> Iterator[Result]:
    for spread, name in ((0.0, "bundled calls"), (0.35, "spread wider")):
        with (
            prepared_database(bench, rows=min(bench.rows, 50_000), spread=spread) as dsn,
            connect(dsn) as connection,
        ):
            for days in range(bench.history_days):
                run(connection, "history", start_time="-infinity", most=10**12, days=days)
            connection.execute("select perf.aggregate_performance_metrics()")
            connection.execute("analyze")
            row = run(
                connection, "accuracy", windows=WINDOWS, hours=bench.history_days * 24
            ).fetchone()
        assert row is not None
        error, compared = row
        yield Result(
            f"percentiles of merged windows, {name}",
            f"{error * 100:.3f} % off at most",
            f"`percentile_cont`, {compared:,} values of {WINDOWS} windows",
            "",
            "≤ 0.5 %",
            error <= 0.005,
        )
