"""How long an evaluation of thresholds takes: by window, statistic, and rate of calls."""

from collections.abc import Iterator

from benchmarks.bench import Bench, Connection, Result, connect, median, repeat, run, text, value
from pgkit import migrations, runner

AS_OF = "2020-01-08 12:20+00"
MINUTES = "5 minutes"
WINDOWS = (MINUTES, "15 minutes", "1 hour", "24 hours", "7 days")
# What is measured, windows, metrics and their statistics.
CASES = (
    ("averages of 15 minutes", ("15 minutes",), ("response_time_ms",), ("avg",)),
    ("p95 of 15 minutes", ("15 minutes",), ("response_time_ms",), ("p95",)),
    ("averages of 24 hours", ("24 hours",), ("response_time_ms",), ("avg",)),
    (
        "5 minutes to 7 days; averages, p95, counts, error rates of 2 metrics",
        WINDOWS,
        ("response_time_ms", "input_tokens", "response_time_ms", "error_rate"),
        ("avg", "p95", "count", "rate"),
    ),
)
RATES = (1, 100, 1000)


def measure(bench: Bench) -> Iterator[Result]:
    with runner.temporary_database(bench.dsn) as dsn:
        migrations.migrate(dsn)
        with connect(dsn) as connection:
            run_all(connection, "alerts_series")
            for name, windows, metrics, statistics in CASES:
                set_thresholds(connection, windows, metrics, statistics, 0)
                yield Result(
                    f"values of 10,000 groups over 200 thresholds, {name}",
                    *timed(bench, connection),
                )
            if has_check(connection):
                for share in (0, 0.05):
                    _, windows, metrics, statistics = CASES[0]
                    set_thresholds(connection, windows, metrics, statistics, share)
                    yield Result(
                        f"the whole evaluation, averages of 15 minutes, {share:.0%} firing",
                        *timed(bench, connection, "perf.check_alert_thresholds", again=True),
                    )
            yield from measure_rates(bench, connection)


def measure_rates(bench: Bench, connection: Connection) -> Iterator[Result]:
    """Measure one threshold for each model, while each of 100 series has calls."""
    connection.execute("delete from perf.performance_alert_thresholds")
    connection.execute(
        "insert into perf.performance_alert_thresholds (metric_name, group_by, statistic,"
        " direction, warning_threshold, critical_threshold, time_window)"
        " values ('response_time_ms', '{model}', 'p95', 'above', 1e9, 1e10, '5 minutes')"
    )
    for rate in RATES if bench.repeats > 1 else RATES[:1]:
        connection.execute("truncate perf.performance_metrics_raw")
        connection.execute("set perf.rows_are_checked = on")
        connection.execute(
            "insert into perf.performance_metrics_raw (model_tool_config_id, call_timestamp,"
            " response_time_ms, success)"
            " select c.ids[g %% 100 + 1], timestamptz %s - interval '1 hour'"
            " + g * interval '1 second' / %s, 100 + 900 * random(), true"
            " from generate_series(1, 3600 * %s) as g"
            " cross join (select array_agg(c.id) as ids from (select distinct on (f.model_id)"
            " f.id from perf.model_tool_configs as f) as c) as c",
            [AS_OF, rate, rate],
        )
        connection.execute("reset perf.rows_are_checked")
        connection.execute("vacuum analyze perf.performance_metrics_raw")
        for state in ("no run has read them", "rolled up"):
            if state == "rolled up":
                connection.execute("select perf.aggregate_performance_metrics('calls')")
            for window in (MINUTES, "24 hours"):
                connection.execute(
                    "update perf.performance_alert_thresholds set time_window = %s", [window]
                )
                elapsed = median(repeat(bench.repeats, read, connection))
                yield Result(
                    f"p95 of {window} of 100 models, {rate:,} calls a second for an hour, {state}",
                    f"{1000 * elapsed:.0f} ms",
                )


def run_all(connection: Connection, name: str) -> None:
    """Run the statements of a file one by one: vacuum does not run beside others."""
    for statement in text(name).replace("%%", "%").split(";\n"):
        if statement.strip():
            connection.execute(statement.encode())


def set_thresholds(
    connection: Connection,
    windows: tuple[str, ...],
    metrics: tuple[str, ...],
    statistics: tuple[str, ...],
    firing: float,
) -> None:
    connection.execute("delete from perf.performance_alert_thresholds")
    run(
        connection,
        "alerts_thresholds",
        windows=list(windows),
        metrics=list(metrics),
        statistics=list(statistics),
        firing=firing,
    )
    connection.execute("analyze perf.performance_alert_thresholds")
    # Otherwise an evaluation that is no later than the last does nothing.
    connection.execute("update perf_internal.alert_runs set last_run_at = null")


def timed(
    bench: Bench,
    connection: Connection,
    function: str = "perf_internal.read_threshold_samples",
    again: bool = False,
) -> tuple[str, str, str, str, bool]:
    """Return the cells of a row; with `again` each evaluation is a minute after the last."""
    value(connection, "select count(*) from " + function + "(%s)", AS_OF)
    times = [
        repeat(
            1,
            value,
            connection,
            f"select count(*) from {function}(%s::timestamptz + %s * interval '1 second')",
            AS_OF,
            number if again else 0,
        )[0]
        for number in range(1, bench.repeats + 1)
    ]
    elapsed = median(times)
    return f"{1000 * elapsed:.0f} ms", "", "", "< 1 s", elapsed < 1


def has_check(connection: Connection) -> bool:
    return bool(value(connection, "select to_regproc('perf.check_alert_thresholds') is not null"))


def read(connection: Connection) -> None:
    value(connection, "select count(*) from perf_internal.read_threshold_samples(%s)", AS_OF)
