"""What a threshold would have done: 30 days by the minute, and two years by the hour."""

from collections.abc import Iterator

from benchmarks.bench import Bench, Connection, Result, connect, median, repeat, run, value
from pgkit import migrations, runner

MONTH = ("2020-01-06", "2020-02-05")
YEARS = ("2018-01-20", "2020-01-20")
ONE = '{"model": "acme/model-1"}'


def measure(bench: Bench) -> Iterator[Result]:
    with runner.temporary_database(bench.dsn) as dsn:
        migrations.migrate(dsn)
        with connect(dsn) as connection:
            connection.execute("select perf.ensure_partitions('2020-01-08', 30)")
            run(connection, "backtest_calls")
            run(connection, "backtest_hours")
            connection.execute("vacuum analyze")
            average = create(connection, "avg", "15 minutes", ONE)
            p95 = create(connection, "p95", "15 minutes", ONE)
            day = create(connection, "max", "1 day", ONE)
            groups = create(connection, "avg", "1 hour", "{}")
            yield result(connection, "average of 15 minutes, one group", average, MONTH, 5)
            yield result(connection, "p95 of 15 minutes, one group", p95, MONTH, 10)
            yield result(connection, "maximum of a day, one group", day, MONTH, 5)
            yield result(connection, "average of an hour, 100 groups", groups, MONTH, 60)
            seconds = median(repeat(3, suggest, connection))
            yield Result(
                "`suggest_alert_threshold`, 30 days by the minute, p95, one group",
                f"{seconds:.1f} s",
                target="< 15 s",
                met=seconds < 15,
            )
            connection.execute(
                "insert into perf_internal.dropped_ranges"
                " (pipeline, range_start, range_end, row_count, bytes)"
                " values ('calls', '2019-01-01', '2020-01-06', 0, 0)"
            )
            yield result(connection, "average by the hour, one group", average, YEARS, 5)
            yield result(connection, "p95 by the hour, one group", p95, YEARS, 10)


def create(connection: Connection, statistic: str, time_window: str, scope: str) -> int:
    return int(
        value(
            connection,
            "select perf.create_alert_threshold('response_time_ms', 600, 1500, statistic => %s,"
            " time_window => %s, scope_labels => %s, group_by => '{model}')",
            statistic,
            time_window,
            scope,
        )
    )


def result(
    connection: Connection, what: str, threshold: int, span: tuple[str, str], target: float
) -> Result:
    def ask() -> None:
        connection.execute(
            "select * from perf.get_backtest_summary(%s, %s, %s)", [threshold, *span]
        ).fetchall()

    seconds = median(repeat(3, ask))
    length = "30 days by the minute" if span == MONTH else "2 years"
    return Result(
        f"Backtest, {length}, {what}",
        f"{seconds:.1f} s",
        target=f"< {target:.0f} s",
        met=seconds < target,
    )


def suggest(connection: Connection) -> None:
    connection.execute(
        "select * from perf.suggest_alert_threshold('response_time_ms', 'p95', %s,"
        " start_time => %s, end_time => %s)",
        [ONE, *MONTH],
    ).fetchall()
