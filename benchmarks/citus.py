"""The same calls on one server and on a cluster of Citus, on one machine.

PGKIT_CITUS_DSN is the address of an empty database on the coordinator of a cluster with workers and
nothing else in it. Without it nothing is measured.
"""

import os
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from benchmarks.bench import Bench, Connection, Result, connect, repeat, seconds, value
from pgkit import cluster, migrations, runner

SERIES = 200
NEW = 10_000
DAY = datetime(2020, 1, 6, tzinfo=UTC)
COLUMNS = (
    "model_tool_config_id, call_timestamp, response_time_ms, input_tokens, output_tokens, success"
)
CALLS = f"copy perf.performance_metrics_raw ({COLUMNS}) from stdin"
RUN = "select perf.aggregate_performance_metrics('calls')"
RANGE = f"'{DAY}', '{DAY + timedelta(days=1)}'"
TRENDS = f"select * from perf.get_performance_trends('acme/7', 'chat', {RANGE})"
COMPARISON = f"select * from perf.get_model_comparison({RANGE})"
# Of hours, because the day is not whole.
HOURS = RANGE.replace("00:00:00+00:00', ", "01:00:00+00:00', ")
HOURLY_COMPARISON = f"select * from perf.get_model_comparison({HOURS})"


class Measured(NamedTuple):
    """Seconds of each."""

    copy: float
    roll_up: float
    run: float
    late_run: float
    empty_run: float
    trends: float
    comparison: float
    hourly_comparison: float


def measure(bench: Bench) -> Iterator[Result]:
    address = os.environ.get("PGKIT_CITUS_DSN")
    if not address:
        return
    with runner.temporary_database(bench.dsn) as dsn:
        migrations.migrate(dsn)
        with connect(dsn) as connection:
            plain = measure_database(bench, connection)
    migrations.migrate(address)
    cluster.distribute(address)
    with connect(address) as connection:
        workers = value(
            connection, "select count(*) from pg_catalog.pg_dist_node where shouldhaveshards"
        )
        spread = measure_database(bench, connection)
    calls = f"{bench.rows:,} calls"
    for what, one, many, target in (
        (f"COPY of {calls}", plain.copy, spread.copy, 1.2),
        (f"roll up {calls}", plain.roll_up, spread.roll_up, 0.8),
        (f"a run after {NEW:,} calls of the current hour", plain.run, spread.run, None),
        (f"a run after {NEW:,} late calls", plain.late_run, spread.late_run, None),
        ("a run after none", plain.empty_run, spread.empty_run, None),
        (f"trends of one series, {NEW:,} calls wait", plain.trends, spread.trends, 2),
        ("comparison of all models, a day", plain.comparison, spread.comparison, 1),
        (
            f"comparison of all models, {23 * SERIES:,} hours",
            plain.hourly_comparison,
            spread.hourly_comparison,
            1,
        ),
    ):
        yield Result(
            what,
            f"{workers} workers {shown(many)}",
            f"one server {shown(one)}",
            f"{many / one:.2f}",
            "" if target is None else f"≤ {target}",
            None if target is None else many / one <= target,
        )
    yield Result(
        f"a run after {NEW:,} calls of the current hour, all nodes asked",
        f"{workers} workers {shown(spread.run)}",
        target="≤ 130 ms",
        met=spread.run <= 0.13,
    )


def shown(duration: float) -> str:
    return f"{duration:.1f} s" if duration >= 2 else f"{duration * 1000:.0f} ms"


def measure_database(bench: Bench, connection: Connection) -> Measured:
    connection.execute(f"select perf.ensure_partitions('{DAY}', 0)".encode())
    connection.execute("select perf.ensure_partitions()")
    for number in range(SERIES):
        connection.execute(
            "select perf.record_call(%s, 'chat', 1, call_timestamp => %s)",
            [f"acme/{number}", DAY],
        )
    series = [
        row[0]
        for row in connection.execute(
            "select c.id from perf.model_tool_configs as c join perf.models as m"
            " on m.id = c.model_id order by m.name"
        )
    ]
    connection.execute("set perf.rows_are_checked = 'on'")
    path = bench.folder / "calls.tsv"
    write(path, series, bench.rows, DAY, timedelta(days=1))
    copied, rolled_up = [], []
    for _ in range(bench.repeats):
        copied.append(seconds(copy, connection, path))
        rolled_up.append(seconds(connection.execute, RUN))
    connection.execute("analyze perf.performance_metrics_raw")
    connection.execute("analyze perf_internal.rollups")
    # Of the current hour, as a run finds them, and late.
    now, late = bench.folder / "now.tsv", bench.folder / "late.tsv"
    write(now, series, NEW, datetime.now(UTC) - timedelta(seconds=1), timedelta(seconds=1))
    write(late, series, NEW, DAY + timedelta(hours=23), timedelta(hours=1))
    runs, late_runs = [], []
    for path, found in ((now, runs), (late, late_runs)):
        for _ in range(7):
            copy(connection, path)
            found.append(seconds(connection.execute, RUN))
    empty = repeat(10, connection.execute, RUN)
    copy(connection, late)
    trends = repeat(20, connection.execute, TRENDS)
    connection.execute(RUN)
    comparisons = repeat(20, connection.execute, COMPARISON)
    hourly = repeat(20, connection.execute, HOURLY_COMPARISON)
    # The shortest, because other work on the machine only makes them longer.
    measured = (copied, rolled_up, runs, late_runs, empty, trends, comparisons, hourly)
    return Measured(*map(min, measured))


def write(path: Path, series: list[object], rows: int, start: datetime, length: timedelta) -> None:
    """Write calls of a time, as COPY reads them."""
    numbers = random.Random(rows)
    times = [numbers.lognormvariate(6.5, 0.25) for _ in range(5000)]
    with path.open("w") as file:
        for number in range(rows):
            file.write(
                f"{series[number * 7 % SERIES]}\t{start + number * length / rows}"
                f"\t{times[number % 5000] * (1 + number % SERIES):.2f}\t{number % 900}"
                f"\t{number % 300}\t{'f' if number % 97 == 0 else 't'}\n"
            )


def copy(connection: Connection, path: Path) -> None:
    with path.open("rb") as file, connection.cursor().copy(CALLS.encode()) as target:
        while block := file.read(1 << 20):
            target.write(block)
