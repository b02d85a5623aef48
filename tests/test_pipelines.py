"""A pipeline is a raw table and a few lines, a metric is one line; the engine does the rest."""

import math
import random
import statistics
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import psycopg
import pytest
from pipeline import (
    DISAGREEING_BUCKETS,
    MONDAY,
    aggregate,
    assert_counted_once,
    record,
    wait_until_blocked,
)
from psycopg.types.json import Jsonb
from test_accuracy import PERCENTILES, assert_close
from test_restore import dump, restore

from pgkit import migrations, runner

PIPELINE = Path(__file__).with_name("pipelines") / "readings.sql"
# The same pipeline with a partition a month, in which nothing fails.
MONTHLY = ("failed_when => 'not r.is_valid'", "partition_width => '1 month'")
# A session that waits for ever would keep the test from failing.
PATIENCE = "-c statement_timeout=20s"
SENSORS = {
    "north 1": {"sensor": "north 1", "site": "north", "kind": "meter"},
    "north 2": {"sensor": "north 2", "site": "north", "kind": "meter"},
    "south 1": {"sensor": "south 1", "site": "south"},
}
IDS = {name: UUID(int=number) for number, name in enumerate(SENSORS, start=1)}
METRICS = ("watts", "humidity", "lag_ms")
GRANULARITIES = {"hourly": timedelta(hours=1), "daily": timedelta(1), "weekly": timedelta(7)}
ALL_TIME = "'1970-01-01', now() + interval '2 days'"
ROLLUPS = """
select r.granularity, r.time_bucket, s.labels ->> 'sensor', r.metric, r.count, r.sum
from perf_internal.rollups as r
join perf.sensors as s on s.series_id = r.series_id
"""
NAMED = """
select m.metric from perf.metrics as m where m.pipeline = 'readings' and m.kind = 'named' order by 1
"""
READ = f"""
select r.time_bucket, r.group_labels ->> 'sensor', r.count, r.total
from perf.query_metrics(
    %s, {ALL_TIME}, group_by => '{{sensor}}', granularity => %s
) as r
"""
DROPPED_RAW = """
select c.name, c.dropped_rows, c.kept_because
from perf.cleanup_old_performance_data(%s) as c
where c.pipeline = 'readings' and c.level = 'raw'
order by 1
"""
Session = Callable[[], psycopg.Connection]


class Reading(NamedTuple):
    """A reading that was committed; halves and whole numbers, so that sums are exact.

    Readings of an even number of watts are not valid, and those of a multiple of three have no lag.
    Phase a has half as many volts less 10, unless watts are a multiple of five, and so has phase b
    if watts are one more than a multiple of four.
    """

    watts: int
    at: datetime = MONDAY
    sensor: str = "north 1"

    @property
    def is_valid(self) -> bool:
        return self.watts % 2 == 1

    @property
    def values(self) -> dict[str, float | None]:
        lag_ms = None if self.watts % 3 == 0 else 2 * self.watts
        volts = {f"volts.{phase}": self.volts for phase in self.phases}
        return {"watts": self.watts, "humidity": 0.5, "lag_ms": lag_ms, **volts}

    @property
    def volts(self) -> float:
        return self.watts / 2 - 10

    @property
    def phases(self) -> list[str]:
        return ["a"] * (self.watts % 5 != 0) + ["b"] * (self.watts % 4 == 1)


def add(connection: psycopg.Connection, *readings: Reading) -> list[Reading]:
    """Insert readings; the caller commits."""
    for r in readings:
        connection.execute(
            "insert into perf.readings ("
            "sensor_id, read_at, watts, humidity, lag_ms, is_valid, phases, volts"
            ") values (%s, %s, %s, %s, %s, %s, %s, %s)",
            [
                IDS[r.sensor],
                r.at,
                *(r.values[metric] for metric in METRICS),
                r.is_valid,
                r.phases,
                r.volts,
            ],
        )
    return list(readings)


def run(connection: psycopg.Connection) -> int:
    """Run the aggregation of readings alone; return how many it rolled up."""
    statement = "select perf.aggregate_performance_metrics('readings')"
    return connection.execute(statement).fetchone()[0]


def verify(connection: psycopg.Connection) -> list[tuple]:
    statement = f"select * from perf.verify_performance_metrics({ALL_TIME}, 'readings')"
    return connection.execute(statement).fetchall()


def bucket(granularity: str, at: datetime) -> datetime:
    """Return the start of the hour, day or week."""
    return at - (at - datetime(2001, 1, 1, tzinfo=UTC)) % GRANULARITIES[granularity]


Truth = dict[tuple[str, datetime, str, str], tuple[int, float]]


def measure(readings: Iterable[Reading], fails: bool = True) -> Truth:
    """Return count and sum by level, bucket, sensor and metric, successful_ ones included."""
    truth: Truth = defaultdict(lambda: (0, 0.0))
    for reading in readings:
        prefixes = ["", "successful_" if reading.is_valid else "failed_"] if fails else [""]
        for granularity in GRANULARITIES:
            start = bucket(granularity, reading.at)
            for prefix in prefixes:
                for metric, value in reading.values.items():
                    if value is not None:
                        key = (granularity, start, reading.sensor, prefix + metric)
                        truth[key] = (truth[key][0] + 1, truth[key][1] + value)
    return dict(truth)


def assert_read(connection: psycopg.Connection, committed: list[Reading], *, fails=True) -> None:
    """Compare what query_metrics says of every metric, level and bucket with the truth."""
    truth = measure(committed, fails)
    found: Truth = {}
    named = [row[0] for row in connection.execute(NAMED)]
    for prefix in ("", "failed_", "successful_") if fails else ("",):
        for metric in (*METRICS, *named):
            for granularity in GRANULARITIES:
                for start, sensor, *numbers in connection.execute(
                    READ, [prefix + metric, granularity]
                ):
                    found[granularity, start, sensor, prefix + metric] = tuple(numbers)
    assert found == truth


def assert_rolled_up(connection: psycopg.Connection, committed: list[Reading]) -> None:
    """Compare every rollup row with the truth, and find nothing wrong with sketches either."""
    truth = measure(committed)
    found = {(*row[:3], row[3]): tuple(row[4:]) for row in connection.execute(ROLLUPS)}
    assert found == {key: truth[key] for key in truth if not key[3].startswith("successful_")}
    assert connection.execute(DISAGREEING_BUCKETS).fetchall() == []
    assert verify(connection) == []


def make(dsn: str, *change: str) -> None:
    """Make the pipeline and its sensors."""
    text = PIPELINE.read_text(encoding="utf-8")
    if change:
        assert text.count(change[0]) == 1
        text = text.replace(*change)
    with psycopg.connect(dsn) as maker:
        maker.execute(text.encode())
        for name, labels in SENSORS.items():
            maker.execute("insert into perf.sensors values (%s, %s)", [IDS[name], Jsonb(labels)])
        # Like sensors, so that open transactions do not wait for each other.
        maker.execute("select perf_internal.add_named_metrics('readings', '{volts.a,volts.b}')")


@pytest.fixture
def readings(database: str) -> str:
    """The connection string of a database that has the pipeline."""
    make(database)
    return database


@pytest.fixture
def session(database: str) -> Iterator[Session]:
    """Open another connection to `database`, one that commits only when told."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(closing(psycopg.connect(database, options=PATIENCE)))


def test_the_pipeline_of_these_tests_takes_fewer_than_60_lines() -> None:
    lines = PIPELINE.read_text(encoding="utf-8").splitlines()
    assert len(lines) < 60
    assert len([line for line in lines if "perf_internal.add_" in line]) == 3


def test_readings_are_read_before_any_run_and_as_well_after_one(
    readings, connection, session
) -> None:
    committed = add(connection, Reading(3), Reading(4), Reading(4, MONDAY, "south 1"))
    assert_read(connection, committed)
    assert run(connection) == 3
    assert_read(connection, committed)
    open_writer = session()
    waiting = add(open_writer, Reading(7), Reading(8, MONDAY + timedelta(hours=1)))
    assert_read(connection, committed)
    assert_read(open_writer, committed + waiting)
    open_writer.commit()
    committed += waiting
    assert_read(connection, committed)
    assert run(connection) == 2
    assert run(connection) == 0
    assert_read(connection, committed)
    assert_rolled_up(connection, committed)


def test_a_transaction_that_commits_after_later_runs_is_counted_once(
    readings, connection, session
) -> None:
    late = session()
    committed = add(late, Reading(100), Reading(101, MONDAY - timedelta(30)))
    for watts in (1, 2, 3):
        committed += add(connection, Reading(watts))
        assert run(connection) == 1
    late.commit()
    assert_read(connection, committed)
    assert run(connection) == 2
    assert run(connection) == 0
    assert_rolled_up(connection, committed)


def test_two_recorders_two_runs_and_a_late_commit_count_every_reading_once(
    readings, connection, session
) -> None:
    """Each recorder has a sensor of its own and reads what it committed at once."""
    finished = threading.Event()
    late = session()
    committed = add(late, Reading(1000, sensor="south 1"), Reading(1001, sensor="south 1"))

    def keep_running(statement: str) -> int:
        with psycopg.connect(readings, autocommit=True, options=PATIENCE) as own:
            total = 0
            while not finished.is_set():
                total += own.execute(statement.encode()).fetchone()[0]
            return total

    def keep_recording(sensor: str, seed: int) -> list[Reading]:
        chance = random.Random(seed)
        kept: list[Reading] = []
        with psycopg.connect(readings, autocommit=True, options=PATIENCE) as own:
            for _ in range(60):
                at = MONDAY + timedelta(minutes=chance.randrange(20 * 24 * 60))
                new = [Reading(chance.randrange(9999), at, sensor) for _ in range(3)]
                with own.transaction(force_rollback=chance.random() < 0.2) as transaction:
                    add(own, *new)
                kept += [] if transaction.force_rollback else new
                (read,) = own.execute(
                    f"select coalesce(sum(r.count), 0)::int from perf.query_metrics("
                    f"'watts', {ALL_TIME}, labels => %s) as r",
                    [Jsonb({"sensor": sensor})],
                ).fetchone()
                assert read == len(kept)
        return kept

    with ThreadPoolExecutor(4) as pool:
        runs = [
            pool.submit(keep_running, "select perf.aggregate_performance_metrics()"),
            pool.submit(keep_running, "select perf.aggregate_performance_metrics('readings')"),
        ]
        try:
            recorders = [
                pool.submit(keep_recording, sensor, seed)
                for seed, sensor in enumerate(("north 1", "north 2"))
            ]
            committed += recorders[0].result()
            late.commit()
            committed += recorders[1].result()
        finally:
            finished.set()
        rolled_up = sum(each.result() for each in runs)
    assert rolled_up + run(connection) == len(committed)
    assert run(connection) == 0
    assert_read(connection, committed)
    assert_rolled_up(connection, committed)


def test_a_killed_run_leaves_everything_to_the_next(readings, connection, session) -> None:
    committed = add(connection, Reading(5), Reading(6))
    blocker, victim = session(), session()
    blocker.execute("lock table perf_internal.rollups in share mode")
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(run, victim)
        wait_until_blocked(connection, victim.info.backend_pid)
        connection.execute("select pg_terminate_backend(%s)", [victim.info.backend_pid])
        with pytest.raises(psycopg.OperationalError):
            running.result()
    blocker.rollback()
    assert_read(connection, committed)
    assert run(connection) == 2
    assert_rolled_up(connection, committed)


def query(connection: psycopg.Connection, metric: str, **options: object) -> list[tuple]:
    """Return count, average, extremes and total of the week of MONDAY, by group."""
    names = "".join(f", {name} => %({name})s" for name in options)
    return connection.execute(
        "select r.group_labels, r.count, r.average, r.minimum, r.maximum, r.total"
        " from perf.query_metrics(%(metric)s, '2020-01-06', '2020-01-13'" + names + ") as r",
        {"metric": metric, **options},
    ).fetchall()


def add_volts(connection: psycopg.Connection, phase: str, volts: float, valid: bool = True) -> None:
    connection.execute(
        "insert into perf.readings (sensor_id, read_at, watts, phases, volts, is_valid)"
        " values (%s, %s, 1, array[%s], %s, %s)",
        [IDS["north 1"], MONDAY, phase, volts, valid],
    )


@pytest.mark.parametrize("state", ["pending", "rolled up", "half and half"])
def test_query_metrics_answers_by_labels_groups_and_outcome(readings, connection, state) -> None:
    add(connection, Reading(1), Reading(3), Reading(8), Reading(5, MONDAY, "north 2"))
    if state == "half and half":
        run(connection)
    add(connection, Reading(7, MONDAY + timedelta(3)), Reading(10, MONDAY, "south 1"))
    if state == "rolled up":
        run(connection)
    assert query(connection, "watts") == [({}, 6, 34 / 6, 1, 10, 34)]
    assert query(connection, "lag_ms") == [({}, 5, 62 / 5, 2, 20, 62)]
    assert query(connection, "humidity", labels=Jsonb({"kind": "meter"})) == [
        ({}, 5, 0.5, 0.5, 0.5, 2.5)
    ]
    assert query(connection, "watts", group_by=["site"]) == [
        ({"site": "north"}, 5, 24 / 5, 1, 8, 24),
        ({"site": "south"}, 1, 10, 10, 10, 10),
    ]
    assert query(connection, "failed_watts", group_by=["kind"]) == [
        ({"kind": None}, 1, 10, 10, 10, 10),
        ({"kind": "meter"}, 1, 8, 8, 8, 8),
    ]
    # Of 1, 3, 5 and 7. The largest of what succeeded is not stored: within 0.5 %.
    ((_, count, average, minimum, maximum, total),) = query(
        connection, "successful_watts", labels=Jsonb({"site": "north"})
    )
    assert (count, average, minimum, total) == (4, 4, 1, 16)
    assert maximum == pytest.approx(7, rel=0.005)
    assert query(connection, "watts", labels=Jsonb({"site": "west"})) == []
    assert query(connection, "failed_lag_ms", labels=Jsonb({"sensor": "north 2"})) == []


@pytest.mark.parametrize("state", ["pending", "rolled up", "half and half"])
def test_query_metrics_answers_by_bucket_with_percentiles_and_deviation(
    readings, connection, state
) -> None:
    add(connection, *(Reading(watts) for watts in range(0, 101, 2)))
    if state == "half and half":
        run(connection)
    add(connection, *(Reading(watts) for watts in range(1, 100, 2)))
    add(connection, Reading(40, MONDAY + timedelta(hours=5)), Reading(60, MONDAY + timedelta(1)))
    if state == "rolled up":
        run(connection)
    by_hour = connection.execute(
        "select r.time_bucket, r.count, r.deviation, r.percentile_values from perf.query_metrics("
        "'watts', '2020-01-06', '2020-01-13', granularity => 'hourly', percentiles => '{0,0.1,1}'"
        ") as r"
    ).fetchall()
    assert [(start, count) for start, count, *_ in by_hour] == [
        (MONDAY, 101),
        (MONDAY + timedelta(hours=5), 1),
        (MONDAY + timedelta(1), 1),
    ]
    # The sample variance of n successive whole numbers is n (n + 1) / 12.
    assert by_hour[0][2] == pytest.approx((101 * 102 / 12) ** 0.5)
    assert by_hour[0][3] == pytest.approx([0, 10, 100], rel=0.005)
    assert by_hour[1][2:] == (None, [40, 40, 40])
    ((start, count, percentiles),) = connection.execute(
        "select r.time_bucket, r.count, r.percentile_values from perf.query_metrics("
        "'watts', '2020-01-06', '2020-01-13', granularity => 'weekly') as r"
    ).fetchall()
    assert (start, count) == (MONDAY, 103)
    # Ranks 51, 96.9 and 100.98 of 0 to 100 with 40 and 60 twice.
    assert percentiles == pytest.approx([50, 94.9, 98.98], rel=0.005)


@pytest.mark.parametrize("state", ["pending", "rolled up", "half and half"])
def test_query_metrics_answers_for_values_of_any_sign(readings, connection, state) -> None:
    chance = random.Random(3)
    values = [
        (chance.choice([0.0, chance.gauss(0, 1), chance.gauss(-50, 20)]), chance.random() < 0.8)
        for _ in range(300)
    ]
    for number, (volts, is_valid) in enumerate(values):
        if number == 150 and state == "half and half":
            run(connection)
        add_volts(connection, "a", volts, is_valid)
    if state == "rolled up":
        run(connection)
    for prefix in ("", "failed_", "successful_"):
        chosen = [
            v for v, is_valid in values if prefix in ("", ("failed_", "successful_")[is_valid])
        ]
        ((count, average, deviation, minimum, maximum, percentiles, total),) = connection.execute(
            "select r.count, r.average, r.deviation, r.minimum, r.maximum, r.percentile_values,"
            " r.total from perf.query_metrics(%s, '2020-01-06', '2020-01-07',"
            " percentiles => %s) as r",
            [f"{prefix}volts.a", PERCENTILES],
        ).fetchall()
        assert count == len(chosen)
        assert total == pytest.approx(math.fsum(chosen))
        assert average == pytest.approx(statistics.fmean(chosen))
        assert deviation == pytest.approx(statistics.stdev(chosen))
        assert minimum == pytest.approx(min(chosen), rel=0.005)
        assert maximum == pytest.approx(max(chosen), rel=0.005)
        assert_close(percentiles, chosen)
    assert verify(connection) == []


@pytest.mark.parametrize("state", ["pending", "rolled up", "half and half"])
def test_a_metric_without_a_sketch_has_all_but_percentiles(database, connection, state) -> None:
    make(database, "meaning => m.meaning\n)", "meaning => m.meaning, is_sketched => false\n)")
    committed = add(connection, *(Reading(watts) for watts in range(1, 8)))
    if state == "half and half":
        run(connection)
    committed += add(connection, *(Reading(watts) for watts in range(8, 13)))
    if state == "rolled up":
        run(connection)
    for metric in ("watts", "failed_watts", "successful_watts"):
        # With the default percentiles and a granularity, stored ones would be taken.
        for options in ({}, {"granularity": "daily"}, {"granularity": "hourly"}):
            names = "".join(f", {name} => %({name})s" for name in options)
            (percentiles,) = connection.execute(
                "select r.percentile_values"
                f" from perf.query_metrics(%(metric)s, '2020-01-06', '2020-01-13'{names}) as r",
                {"metric": metric, **options},
            ).fetchone()
            assert percentiles is None
    assert query(connection, "watts") == [({}, 12, 6.5, 1, 12, 78)]
    # Extremes of what succeeded come from a sketch where a failed one is as high or as low.
    assert query(connection, "successful_watts") == [({}, 6, 6, 1, None, 36)]
    assert_read(connection, committed)
    run(connection)
    assert verify(connection) == []
    stored = (
        "select distinct sketch, p50 from perf_internal.rollups where metric like '%watts'"
        " union all select null, min(p50) from perf_internal.rollups where metric = 'volts.a'"
    )
    (sketch, p50), (_, volts_p50) = connection.execute(stored).fetchall()
    assert (sketch, p50) == (None, None)
    assert volts_p50 is not None
    connection.execute(
        "select perf.rebuild_performance_metrics('2020-01-06', '2020-01-07', 'readings')"
    )
    assert verify(connection) == []
    assert connection.execute(stored).fetchall()[0] == (None, None)
    # A bucket that ends later.
    connection.execute("update perf_internal.rollups set p50 = null")
    connection.execute(
        "select perf_internal.complete_buckets('readings', '2020-01-06', '2020-02-06')"
    )
    assert connection.execute(stored).fetchall()[0] == (None, None)


def test_values_that_cancel_out_are_verified_and_rebuilt(readings, connection) -> None:
    for volts in (1e10, -1e10, 0.1, -0.3, 1e-7, 0.2):
        add_volts(connection, "a", volts)
        run(connection)
    rows = (
        "select count, min, max, m2 from perf_internal.rollups"
        " where granularity = 'weekly' and metric = 'volts.a'"
    )
    expected = [(6, -1e10, 1e10, pytest.approx(2e20))]
    assert connection.execute(rows).fetchall() == expected
    assert verify(connection) == []
    connection.execute(
        "select perf.rebuild_performance_metrics('2020-01-06', '2020-01-07', 'readings')"
    )
    assert connection.execute(rows).fetchall() == expected
    assert verify(connection) == []


@pytest.mark.parametrize("volts", [5e-324, 1e-162, 1e-150, 1e-100, 1e-9, 1e10])
def test_no_value_near_zero_stops_a_run(readings, connection, volts) -> None:
    add_volts(connection, "a", -volts)
    assert run(connection) == 1
    # Merging squares the difference of two means.
    for value in (-volts * 0.9999999999999, volts, 0):
        add_volts(connection, "a", value)
        assert run(connection) == 1
        assert query(connection, "volts.a")[0][1] > 0
    assert verify(connection) == []


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"metric": "volts"}, "PT404"),
        ({"granularity": "monthly"}, "22023"),
        ({"percentiles": [1.5]}, "22023"),
        ({"labels": Jsonb(["north"])}, "22023"),
    ],
)
def test_query_metrics_refuses_what_readings_do_not_have(
    readings, connection, change, error
) -> None:
    with pytest.raises(psycopg.Error) as refused:
        query(connection, **{"metric": "watts", **change})
    assert refused.value.sqlstate == error


def test_a_late_reading_is_added_to_its_own_hour_when_its_partition_is_gone(
    readings, connection
) -> None:
    connection.execute("select perf.ensure_partitions('2020-01-06', 0)")
    committed = add(connection, Reading(1), Reading(2))
    run(connection)
    assert connection.execute(DROPPED_RAW, ["2020-01-20"]).fetchall() == [
        ("readings_20200106", 2, None)
    ]
    assert connection.execute("select from perf.readings").fetchall() == []
    committed += add(connection, Reading(9), Reading(4, MONDAY + timedelta(hours=2)))
    assert_read(connection, committed)
    assert run(connection) == 2
    assert_read(connection, committed)
    assert_rolled_up(connection, committed)
    assert connection.execute(DROPPED_RAW, ["2020-01-20"]).fetchall() == [
        ("readings_default", 2, None)
    ]
    assert run(connection) == 0
    assert_rolled_up(connection, committed)


def test_cleanup_drops_a_partition_only_once_it_is_rolled_up_and_verified(
    readings, connection, session
) -> None:
    connection.execute("select perf.ensure_partitions('2020-01-06', 0)")
    connection.execute("update perf.retention set keep = '3 days' where level = 'raw'")
    committed = add(connection, Reading(1))
    pending = [("readings_20200106", 0, "some of its rows are not rolled up yet")]
    assert connection.execute(DROPPED_RAW, ["2020-01-10"]).fetchall() == pending
    run(connection)
    late = session()
    committed += add(late, Reading(3))
    holder = "another transaction holds readings_20200106 or readings_default"
    held = [("readings_20200106", 0, holder)]
    assert connection.execute(DROPPED_RAW, ["2020-01-10"]).fetchall() == held
    late.commit()
    assert connection.execute(DROPPED_RAW, ["2020-01-10"]).fetchall() == pending
    run(connection)
    connection.execute(
        "update perf_internal.rollups set count = count + 1"
        " where metric = 'lag_ms' and granularity = 'daily'"
    )
    ((_, _, reason),) = connection.execute(DROPPED_RAW, ["2020-01-10"]).fetchall()
    assert reason.startswith("1 buckets differ from their raw rows, first 2020-01-06")
    connection.execute(
        "select perf.rebuild_performance_metrics('2020-01-06', '2020-01-07', 'readings')"
    )
    assert connection.execute(DROPPED_RAW, ["2020-01-09 23:59"]).fetchall() == []
    assert connection.execute(DROPPED_RAW, ["2020-01-10"]).fetchall() == [
        ("readings_20200106", 2, None)
    ]
    assert (
        connection.execute("select to_regclass('perf_internal.readings_20200106')").fetchone()[0]
        is None
    )
    assert_read(connection, committed)


def test_hours_go_by_the_age_that_their_own_pipeline_says(readings, connection) -> None:
    add(connection, Reading(1), Reading(2, MONDAY + timedelta(5, hours=3)))
    record(connection, "acme/large", 3)
    aggregate(connection)
    connection.execute("update perf.retention set keep = null where pipeline = 'calls'")
    gone = (
        "select c.pipeline, c.level, c.dropped_rows"
        " from perf.cleanup_old_performance_data(%s) as c where c.name = 'rollups'"
    )
    # 90 days after Saturday. Of Monday's reading there are watts, humidity, lag and the volts of
    # two phases, of Saturday's the volts of one, and the failed ones.
    assert connection.execute(gone, ["2020-04-10 03:30"]).fetchall() == [
        ("readings", "hourly", 5),
    ]
    assert connection.execute(gone, ["2020-04-10 04:00"]).fetchall() == [
        ("readings", "hourly", 8),
    ]
    assert connection.execute(gone, ["2020-04-10 04:00"]).fetchall() == []
    found = {row[0] for row in connection.execute(ROLLUPS)}
    assert found == {"daily", "weekly"}
    assert query(connection, "watts") == [({}, 2, 1.5, 1, 2, 3)]
    assert connection.execute(READ, ["failed_lag_ms", "daily"]).fetchall() == [
        (MONDAY + timedelta(5), "north 1", 1, 4)
    ]
    assert verify(connection) == []
    assert connection.execute(
        "select h.call_count from perf.performance_metrics_hourly as h"
    ).fetchall() == [(1,)]


def test_verify_names_a_rollup_row_that_was_changed_and_rebuild_mends_it(
    readings, connection
) -> None:
    committed = add(connection, Reading(1), Reading(2), Reading(5, MONDAY + timedelta(2)))
    calls = [record(connection, "acme/large", 3)]
    aggregate(connection)
    # A pending row is nobody's fault.
    committed += add(connection, Reading(8, MONDAY, "south 1"))
    assert verify(connection) == []
    connection.execute(
        "update perf_internal.rollups set sum = sum + 1, max = max + 1"
        " where granularity = 'hourly' and metric = 'watts' and time_bucket = %s",
        [MONDAY],
    )
    connection.execute(
        "update perf_internal.rollups set sketch = sketch + 1"
        " where granularity = 'weekly' and metric = 'failed_lag_ms'"
    )
    north = IDS["north 1"]
    assert verify(connection) == [
        ("hourly", MONDAY, north, "watts", 2, 2, ["sum", "extremes"]),
        ("weekly", MONDAY, north, "failed_lag_ms", 1, 1, ["sketch"]),
    ]
    assert (
        connection.execute(
            f"select * from perf.verify_performance_metrics({ALL_TIME}, 'calls')"
        ).fetchall()
        == []
    )
    # Two of Monday were rolled up, the third is now.
    assert connection.execute(
        "select perf.rebuild_performance_metrics('2020-01-06', '2020-01-07', 'readings')"
    ).fetchone() == (3,)
    assert_read(connection, committed)
    assert_rolled_up(connection, committed)
    assert_counted_once(connection, calls)


def test_monthly_partitions_are_made_filled_and_dropped_by_the_month(database, connection) -> None:
    make(database, *MONTHLY)
    january, february = datetime(2020, 1, 31, 23, tzinfo=UTC), datetime(2020, 2, 1, tzinfo=UTC)
    committed = add(connection, Reading(1), Reading(2, january), Reading(4, february))
    run(connection)
    committed += add(connection, Reading(8, january))
    made = (
        "select p.partition_name, p.moved_rows from perf.ensure_partitions(%s, %s) as p"
        " where p.partition_name like 'readings%%' order by 1"
    )
    assert connection.execute(made, ["2020-01-31 12:00", 1]).fetchall() == [
        ("readings_20200101", 3),
        ("readings_20200201", 1),
    ]
    assert connection.execute(made, ["2020-02-29 12:00", 0]).fetchall() == []
    assert connection.execute(made, ["2020-02-29 12:00", 1]).fetchall() == [
        ("readings_20200301", 0)
    ]
    assert connection.execute(
        "select pg_get_expr(c.relpartbound, c.oid) from pg_class as c"
        " where c.relname = 'readings_20200201'"
    ).fetchone() == ("FOR VALUES FROM ('2020-02-01 00:00:00+00') TO ('2020-03-01 00:00:00+00')",)
    assert_read(connection, committed, fails=False)
    assert run(connection) == 1
    assert verify(connection) == []
    assert connection.execute(DROPPED_RAW, ["2020-02-07"]).fetchall() == []
    assert connection.execute(DROPPED_RAW, ["2020-02-08"]).fetchall() == [
        ("readings_20200101", 3, None)
    ]
    committed += add(connection, Reading(16, january))
    assert_read(connection, committed, fails=False)
    assert run(connection) == 1
    assert_read(connection, committed, fails=False)
    assert connection.execute(DROPPED_RAW, ["2020-02-08"]).fetchall() == [
        ("readings_default", 1, None)
    ]
    assert_read(connection, committed, fails=False)
    assert verify(connection) == []


def test_a_pipeline_in_which_nothing_fails_has_no_failed_metrics(database, connection) -> None:
    make(database, *MONTHLY)
    assert connection.execute(
        "select m.metric, m.kind from perf.metrics as m where m.pipeline = 'readings' order by 1"
    ).fetchall() == [
        ("humidity", "measured"),
        ("lag_ms", "measured"),
        ("volts.a", "named"),
        ("volts.b", "named"),
        ("watts", "measured"),
    ]
    with pytest.raises(psycopg.Error, match="there is no metric") as refused:
        query(connection, "failed_watts")
    assert refused.value.sqlstate == "PT404"


@pytest.mark.parametrize(
    ("sensor", "at", "error"),
    [
        (
            "00000000-0000-0000-0000-000000000009",
            "'2020-01-06'",
            psycopg.errors.ForeignKeyViolation,
        ),
        (IDS["north 1"], "'1969-12-31'", psycopg.errors.InvalidParameterValue),
        (IDS["north 1"], "now() + interval '2 days'", psycopg.errors.InvalidParameterValue),
    ],
)
def test_rows_of_unknown_sensors_and_impossible_times_are_refused(
    readings, connection, sensor, at, error
) -> None:
    with pytest.raises(error, match=r"sensor_id .* does not exist|read_at must be between"):
        connection.execute(
            f"insert into perf.readings (sensor_id, read_at, watts) values (%s, {at}, 1)".encode(),
            [sensor],
        )
    with (
        pytest.raises(error),
        connection.cursor().copy(
            "copy perf.readings (sensor_id, read_at, watts) from stdin"
        ) as copy,
    ):
        ((time,),) = psycopg.connect(readings).execute(f"select ({at})::timestamptz").fetchall()
        copy.write_row([sensor, time, 1])
    assert connection.execute("select from perf.readings").fetchall() == []


def test_a_row_without_a_sensor_is_refused_also_where_the_table_would_take_it(
    database, connection
) -> None:
    """No run could count it."""
    make(database, "sensor_id uuid not null", "sensor_id uuid")
    with pytest.raises(psycopg.errors.ForeignKeyViolation, match="sensor_id null does not exist"):
        connection.execute("insert into perf.readings (read_at, watts) values ('2020-01-06', 1)")


def test_a_metric_of_another_pipeline_is_not_taken_over(readings, connection) -> None:
    before = connection.execute("select * from perf.metrics order by metric").fetchall()
    with pytest.raises(psycopg.errors.UniqueViolation, match="another pipeline has a metric"):
        connection.execute(
            "select perf_internal.add_metric("
            "'readings', 'input_tokens', 'r.lag_ms', 'ms', 'lower', 'Not tokens.')"
        )
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="two metrics of one pipeline"):
        connection.execute(
            "select perf_internal.add_share("
            "'error_rate', 'failed_watts', 'watts', 'lower', 'Readings that are not valid.')"
        )
    assert connection.execute("select * from perf.metrics order by metric").fetchall() == before
    connection.execute(
        "select perf_internal.add_share("
        "'invalid_rate', 'failed_watts', 'watts', 'lower', 'Readings that are not valid.')"
    )
    add(connection, Reading(1), Reading(2), Reading(3), Reading(5))
    assert query(connection, "invalid_rate") == [({}, 4, 0.25, None, None, 1)]


def test_an_analyst_reads_the_metrics_of_the_pipeline_and_a_recorder_does_not(
    readings, connection
) -> None:
    committed = add(connection, Reading(1), Reading(2))
    run(connection)
    committed += add(connection, Reading(3))
    connection.execute("set role perf_analyst")
    assert_read(connection, committed)
    assert verify(connection) == []
    connection.execute("set role perf_recorder")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        query(connection, "watts")


def test_a_dump_restored_elsewhere_counts_every_reading_once(
    readings, server_dsn, session, tmp_path
) -> None:
    with psycopg.connect(readings, autocommit=True) as source:
        source.execute("select perf.ensure_partitions('2020-01-06', 0)")
        late = session()
        committed = add(source, Reading(1), Reading(2, MONDAY, "south 1"))
        committed += add(late, Reading(3))
        assert run(source) == 2
        late.commit()
        committed += add(source, Reading(4, MONDAY - timedelta(1)))
    dump(readings, tmp_path / "dump", "--format=custom")
    with runner.temporary_database(server_dsn, "template0") as copy:
        restore(copy, tmp_path / "dump", ["pg_restore", "--jobs=2"])
        with psycopg.connect(copy, autocommit=True) as restored:
            assert_read(restored, committed)
            committed += add(restored, Reading(5))
            assert_read(restored, committed)
            assert run(restored) == 3
            assert run(restored) == 0
            assert_read(restored, committed)
            assert_rolled_up(restored, committed)


def test_a_run_without_argument_rolls_up_both_pipelines_and_one_with_it_one(
    readings, connection
) -> None:
    committed = add(connection, Reading(1), Reading(2))
    calls = [record(connection, "acme/large", 3)]
    assert run(connection) == 2
    assert connection.execute(
        "select count(*) from perf.performance_metrics_hourly"
    ).fetchone() == (0,)
    committed += add(connection, Reading(4))
    calls.append(record(connection, "acme/large", 5))
    assert aggregate(connection) == 3
    assert aggregate(connection) == 0
    assert_rolled_up(connection, committed)
    assert_counted_once(connection, calls)
    ((average,),) = connection.execute(
        "select avg_response_time from perf.get_performance_trends("
        "'acme/large', 'chat', '2020-01-06', '2020-01-07')"
    ).fetchall()
    assert average == 4


VOLTS = "volts.new"
NO_VOLTS = r'no metric "volts\.new"'


@pytest.mark.parametrize("first_ends", ["commit", "rollback"])
def test_two_sessions_that_bring_the_same_new_name_are_both_counted(
    readings, connection, session, first_ends
) -> None:
    """The second waits until the first ends, and adds the name if the first did not."""
    first, second = session(), session()
    add_volts(first, "new", 230)
    with ThreadPoolExecutor(1) as pool:
        adding = pool.submit(add_volts, second, "new", 110, False)
        wait_until_blocked(connection, second.info.backend_pid)
        with pytest.raises(psycopg.Error, match=NO_VOLTS):
            query(connection, VOLTS)
        # Nobody else waits, and neither does a run.
        add_volts(connection, "a", 1)
        assert run(connection) == 1
        getattr(first, first_ends)()
        adding.result()
    second.commit()
    total = (2, 170, 110, 230, 340) if first_ends == "commit" else (1, 110, 110, 110, 110)
    assert query(connection, VOLTS) == [({}, *total)]
    assert run(connection) == total[0]
    assert query(connection, VOLTS) == [({}, *total)]
    assert query(connection, "failed_volts.new") == [({}, 1, 110, 110, 110, 110)]
    assert verify(connection) == []


def test_a_rolled_back_name_is_unknown_and_its_next_row_adds_it(readings, connection) -> None:
    with connection.transaction(force_rollback=True):
        add_volts(connection, "new", 230)
        assert query(connection, VOLTS) == [({}, 1, 230, 230, 230, 230)]
    with pytest.raises(psycopg.Error, match=NO_VOLTS):
        query(connection, VOLTS)
    add_volts(connection, "new", 230)
    assert run(connection) == 1
    assert query(connection, VOLTS) == [({}, 1, 230, 230, 230, 230)]


def test_copied_rows_bring_their_names(readings, connection) -> None:
    with connection.cursor().copy(
        "copy perf.readings (sensor_id, read_at, watts, phases, volts) from stdin"
    ) as copy:
        for volts in (1, 2):
            copy.write_row([IDS["north 1"], MONDAY, 5, ["b", "new"], volts])
    assert run(connection) == 2
    assert query(connection, VOLTS) == [({}, 2, 1.5, 1, 2, 3)]
    assert query(connection, "volts.b") == [({}, 2, 1.5, 1, 2, 3)]
    assert verify(connection) == []


def test_a_row_under_a_name_of_another_kind_is_refused(readings, connection) -> None:
    """So that nothing is counted under a name that says something else."""
    connection.execute(
        "select perf_internal.add_metric('readings', 'volts.c', 'r.volts', 'V', null, 'Volts.')"
    )
    with pytest.raises(psycopg.errors.UniqueViolation, match=r'another metric "volts\.c"'):
        add_volts(connection, "c", 230)
    add_volts(connection, "a", 230)
    assert query(connection, "volts.c") == [({}, 1, 230, 230, 230, 230)]


def test_a_name_that_the_catalogue_lacks_is_not_counted_and_verify_says_so_once_it_has_it(
    readings, connection
) -> None:
    """As the owner can make it by turning the check of rows off."""
    with connection.transaction():
        connection.execute("set local perf.rows_are_checked = on")
        add_volts(connection, "new", 230)
    assert run(connection) == 1
    assert (
        connection.execute(
            "select from perf_internal.rollups where metric = 'volts.new'"
        ).fetchall()
        == []
    )
    assert verify(connection) == []
    connection.execute("select perf_internal.add_named_metrics('readings', '{volts.new}')")
    north = IDS["north 1"]
    assert [row[2:6] for row in verify(connection)] == [(north, VOLTS, 1, 0)] * 2
    connection.execute(
        "select perf.rebuild_performance_metrics('2020-01-06', '2020-01-07', 'readings')"
    )
    assert verify(connection) == []
    assert query(connection, VOLTS) == [({}, 1, 230, 230, 230, 230)]


def test_half_of_the_sensors_and_then_the_other_half_equal_one_run(readings, connection) -> None:
    """As two machines do it; see tests/test_distributable.py."""
    committed = add(
        connection, *(Reading(watts, sensor=name) for watts in range(40) for name in IDS)
    )
    half = (
        "select perf_internal.add_to_rollups(perf_internal.get_levels_query("
        "perf_internal.get_summary_query('readings',"
        " perf_internal.get_pending_condition('readings')"
        " || format(' and (r.sensor_id = %%L) = %%L', %s::uuid, %s::boolean))))"
    )
    columns = (
        "select series_id, granularity, time_bucket, metric, count, sum, m2, min, max, p50, p95,"
        " p99, last_bin, sketch from perf_internal.rollups order by 1, 2, 3, 4"
    )
    with connection.transaction(force_rollback=True):
        for is_north in (True, False):
            connection.execute(half, [IDS["north 1"], is_north])
        parts = connection.execute(columns).fetchall()
    assert run(connection) == len(committed)
    assert parts == connection.execute(columns).fetchall()


def test_a_pipeline_that_fails_is_named_and_does_not_stop_the_others(readings, connection) -> None:
    committed = add(connection, Reading(1))
    connection.execute("select perf.record_call('acme/one', 'chat', 100)")
    connection.execute(
        "update perf.metrics set expression = 'r.response_time_ms / 0'"
        " where metric = 'response_time_ms'"
    )
    with pytest.raises(psycopg.errors.DivisionByZero) as raised:
        connection.execute("call perf.run_job('aggregate')")
    assert raised.value.diag.message_primary == 'pipeline "calls": division by zero'
    assert raised.value.diag.message_hint == "The other pipelines are rolled up."
    assert_rolled_up(connection, committed)


def test_another_migration_leaves_the_pipeline_and_what_is_kept_as_they_are(
    readings, connection
) -> None:
    connection.execute("update perf.retention set keep = '9 days' where pipeline = 'readings'")
    committed = add(connection, Reading(1), Reading(2))
    run(connection)
    committed += add(connection, Reading(3))
    connection.execute("select perf.set_metric('volts.a', 'higher', 'kV', 'Volts of phase a.')")
    metrics = "select m.* from perf.metrics as m order by m.metric"
    before = connection.execute(metrics).fetchall()
    migrations.migrate(readings)
    with psycopg.connect(readings) as again:
        pipeline = PIPELINE.read_text(encoding="utf-8")
        again.execute(pipeline[pipeline.index("select perf_internal.add_pipeline") :].encode())
    assert connection.execute(metrics).fetchall() == before
    assert_read(connection, committed)
    assert run(connection) == 1
    assert_rolled_up(connection, committed)
    assert connection.execute(
        "select distinct keep from perf.retention where pipeline = 'readings'"
    ).fetchall() == [(timedelta(9),)]


@pytest.mark.parametrize("calls_go", ["by their age", "from the default partition"])
def test_cleanup_and_a_run_of_all_pipelines_never_deadlock(
    readings, connection, session, calls_go
) -> None:
    """The run goes on from calls to readings, while cleanup has readings to drop, then calls."""
    connection.execute(
        "update perf.retention set keep = %s where pipeline = 'calls' and level = 'raw'",
        [None if calls_go == "by their age" else "95 days"],
    )
    connection.execute(
        "update perf.retention set keep = null where pipeline = 'readings' and level = 'hourly'"
    )
    connection.execute("select perf.ensure_partitions('2020-01-20', 0)")
    committed = add(connection, Reading(1, MONDAY + timedelta(14)))
    record(connection, "acme/large", 3)
    aggregate(connection)
    running, cleaner = session(), session()
    assert running.execute("select perf.aggregate_performance_metrics('calls')").fetchone() == (0,)
    with ThreadPoolExecutor(1) as pool:
        cleaning = pool.submit(
            cleaner.execute, "select * from perf.cleanup_old_performance_data('2020-04-20')"
        )
        wait_until_blocked(connection, cleaner.info.backend_pid)
        assert run(running) == 0
        running.commit()
        dropped = {(row[0], row[1], row[3]) for row in cleaning.result().fetchall()}
    cleaner.commit()
    assert dropped >= {("readings", "raw", 1), ("calls", "hourly", 1)}
    assert_read(connection, committed)


def test_a_transaction_that_records_in_both_pipelines_is_never_refused_for_a_deadlock(
    readings, connection, session
) -> None:
    """Partitions are made of calls first, then of readings."""
    writer, maker = session(), session()
    committed = add(writer, Reading(1))
    with ThreadPoolExecutor(1) as pool:
        making = pool.submit(maker.execute, "select * from perf.ensure_partitions()")
        wait_until_blocked(connection, maker.info.backend_pid)
        calls = [record(writer, "acme/large", 3)]
        writer.commit()
        tables = {row[0].rsplit("_", 1)[0] for row in making.result().fetchall()}
    maker.commit()
    assert {"performance_metrics_raw", "performance_metrics", "readings"} <= tables
    aggregate(connection)
    assert_rolled_up(connection, committed)
    assert_counted_once(connection, calls)


def test_health_says_of_each_pipeline_how_it_is(readings, connection) -> None:
    record(connection, "acme/large", 3)
    connection.commit()
    aggregate(connection)
    add(connection, Reading(1))
    checks = dict(
        connection.execute(
            "select h.check_name, h.value from perf.get_health() as h"
            " where h.check_name like '%: %'"
        ).fetchall()
    )
    assert {name.split(": ")[1] for name in checks if name.startswith("readings: ")} == {
        name.split(": ")[1] for name in checks if name.startswith("calls: ")
    }
    assert checks["calls: rollup lag"].startswith("0 rows wait")
    assert checks["readings: rollup lag"].startswith("1 rows wait")
    assert checks["readings: default partition"].startswith("1 rows have no partition")


@pytest.mark.parametrize(
    ("table", "columns", "values", "metric"),
    [
        (
            "perf.performance_metrics_raw",
            "response_time_ms, success",
            "1, true",
            "response_time_ms",
        ),
        ("perf.performance_metrics", "job_id, workflow_id", "1, 1", "jobs"),
        ("perf.ab_outcomes", "value", "1", "ab_outcome"),
        (
            "perf_internal.feature_summaries",
            "count, sum, m2, min, max",
            "1, 0, 0, 0, 0",
            "feature_value",
        ),
        (
            "perf_internal.otlp_summaries",
            "point_id, metric, count, sum, m2, min, max",
            "gen_random_uuid(), 'gen_ai.x', 1, 0, 0, 0, 0",
            "gen_ai.x",
        ),
        (
            "perf.model_performance_metrics",
            "model_type, model_version",
            "'wear', n::text",
            "evaluations",
        ),
    ],
)
def test_once_a_bulk_load_is_rolled_up_a_read_leaves_its_pages_alone(
    connection, table, columns, values, metric
) -> None:
    connection.execute("select perf.ensure_partitions('2020-01-06 12:00+00', 0)")
    pipeline, series, time = connection.execute(
        "select p.pipeline, p.series_column, p.time_column"
        " from perf_internal.pipelines as p where p.raw_table = %s",
        [table],
    ).fetchone()
    # A vacuum at the same time would keep the run from summarising pages.
    for (name,) in connection.execute(
        "select partition_name from perf_internal.raw_partitions where pipeline = %s", [pipeline]
    ).fetchall():
        connection.execute(f"alter table perf_internal.{name} set (autovacuum_enabled = off)")
    if metric == "gen_ai.x":
        connection.execute("select perf_internal.add_named_metrics(%s, %s)", [pipeline, [metric]])
    with connection.transaction():
        connection.execute("set local perf.rows_are_checked = on")
        connection.execute(
            f"insert into {table} ({series}, {time}, {columns})"
            f" select %s, '2020-01-06 12:00+00', {values} from generate_series(1, 100000) as n",
            [UUID(int=1)],
        )
    connection.execute("select perf.aggregate_performance_metrics(%s)", [pipeline])
    read = (
        "select r.count from perf_internal.read_metrics("
        " %s, %s, %s, '2019-01-01', '2021-01-01', percentiles => null"
        ") as r"
    )
    pages = (
        "select sum(pg_relation_size(t.relid) / 8192)::int,"
        " sum(pg_stat_get_xact_blocks_fetched(t.relid))::int"
        " from pg_partition_tree(%s) as t"
    )
    with connection.transaction():
        size, before = connection.execute(pages, [table]).fetchone()
        count = connection.execute(read, [pipeline, [metric], [UUID(int=1)]]).fetchone()[0]
        _, after = connection.execute(pages, [table]).fetchone()
    assert count == 100000
    assert size > 600
    # What is left is the last range of 64 pages, which is not full.
    assert after - before < 100


def record_tokens(
    connection: psycopg.Connection, sent: int | None, got: int, success: bool = True
) -> None:
    connection.execute(
        "select perf.record_call('acme/large', 'chat', 1, %s, input_tokens => %s,"
        " output_tokens => %s, call_timestamp => %s)",
        [success, sent, got, MONDAY],
    )


def test_one_line_adds_a_metric_to_calls(database, connection, sql_copy) -> None:
    """Calls that were rolled up before it existed have it after a rebuild."""
    connection.execute("select perf.ensure_partitions('2020-01-06', 0)")
    record_tokens(connection, 100, 200)
    record_tokens(connection, 10, 20, success=False)
    aggregate(connection)
    record_tokens(connection, 1, 2)
    file = sql_copy / "metrics" / "calls.sql"
    before = file.read_text(encoding="utf-8")
    line = "('total_tokens', 'r.input_tokens + r.output_tokens', 'tokens', null, 'All tokens.'),\n"
    file.write_text(before.replace("    values\n", "    values\n" + line, 1), encoding="utf-8")
    assert len(file.read_text(encoding="utf-8").splitlines()) == len(before.splitlines()) + 1
    migrations.migrate(database, sql=sql_copy)

    def totals() -> list[list[tuple[int, float]]]:
        return [
            [(row[1], row[5]) for row in query(connection, prefix + "total_tokens")]
            for prefix in ("", "failed_", "successful_")
        ]

    # What was not rolled up yet has it at once.
    assert totals() == [[(1, 3)], [], [(1, 3)]]
    record_tokens(connection, 1000, 2000, success=False)
    record_tokens(connection, None, 5000)
    with_all = [[(2, 3003)], [(1, 3000)], [(1, 3)]]
    assert totals() == with_all
    assert aggregate(connection) == 3
    assert totals() == with_all
    # Raw rows say more than the rollups, and so they stay until a rebuild.
    found = connection.execute(
        f"select v.granularity, v.metric, v.expected_count, v.rolled_up_count"
        f" from perf.verify_performance_metrics({ALL_TIME}) as v order by 1, 2"
    ).fetchall()
    assert found == [
        (granularity, metric, *counts)
        for granularity in ("daily", "hourly")
        for metric, *counts in (("failed_total_tokens", 2, 1), ("total_tokens", 4, 2))
    ]
    cleanup = (
        "select c.kept_because from perf.cleanup_old_performance_data('2020-01-20') as c"
        " where c.level = 'raw' and c.pipeline = 'calls'"
    )
    ((reason,),) = connection.execute(cleanup).fetchall()
    assert reason.startswith("4 buckets differ from their raw rows")
    assert connection.execute(
        "select perf.rebuild_performance_metrics('2020-01-06', '2020-01-07')"
    ).fetchone() == (5,)
    with_older = [[(4, 3333)], [(2, 3030)], [(2, 303)]]
    assert totals() == with_older
    record_tokens(connection, 40, 2)
    with_newer = [[(5, 3375)], [(2, 3030)], [(3, 345)]]
    assert totals() == with_newer
    aggregate(connection)
    assert totals() == with_newer
    assert (
        connection.execute(f"select * from perf.verify_performance_metrics({ALL_TIME})").fetchall()
        == []
    )
    assert connection.execute(cleanup).fetchall() == [(None,)]
    assert totals() == with_newer
