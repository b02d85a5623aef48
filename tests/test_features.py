"""No value of a feature is lost or counted twice, whoever records, runs and restores at once."""

import math
import random
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pipeline import DISAGREEING_BUCKETS, MONDAY, wait_until_blocked
from psycopg.types.json import Jsonb
from test_recording import PATIENCE
from test_restore import dump, new_cluster, restore

from pgkit import runner

__all__ = ["new_cluster"]

ALL_TIME = "'1970-01-01', now() + interval '2 days'"
WEEK = timedelta(7)
READ = """
select f.feature, f.kind, f.category, f.value_count, f.value_sum, f.m2, f.minimum, f.maximum,
    f.sketch
from perf_internal.read_features(perf_internal.get_trained_model('energy', null), %s, %s) as f
"""
SUMMARIZE = "select s.* from perf_internal.summarize_values(%s::float8[]) as s"
ROLLUPS = """
select r.granularity, f.feature, f.kind, f.category, sum(r.count)::int, sum(r.sum), min(r.min),
    max(r.max)
from perf_internal.rollups as r
join perf_internal.feature_series as f on f.id = r.series_id
group by 1, 2, 3, 4
"""
Session = Callable[[], psycopg.Connection]
Key = tuple[str, str, str | None]


class Batch(NamedTuple):
    """Values that were committed; halves of whole numbers, so that sums are exact."""

    feature: str
    values: list[float | str | None]
    at: datetime = MONDAY

    @property
    def is_numeric(self) -> bool:
        return any(isinstance(value, float) for value in self.values)


@pytest.fixture
def session(database: str) -> Iterator[Session]:
    """Open another connection to `database`, one that commits only when told."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(closing(psycopg.connect(database, options=PATIENCE)))


@pytest.fixture
def connection(database: str) -> Iterator[psycopg.Connection]:
    """As everywhere, but a wait that does not end fails the test."""
    with psycopg.connect(database, autocommit=True, options=PATIENCE) as opened:
        yield opened


def record(
    connection: psycopg.Connection, *batches: Batch, batch_id: UUID | None = None
) -> list[Batch]:
    """Record batches, one with its own function; the caller commits."""
    if len(batches) == 1:
        [batch] = batches
        values, categories = (batch.values, None) if batch.is_numeric else (None, batch.values)
        connection.execute(
            "select perf.record_feature_values('energy', null, %s, %s::float8[], %s, %s, %s)",
            [batch.feature, values, categories and Jsonb(categories), batch.at, batch_id],
        )
    else:
        elements = [
            {
                "model_type": "energy",
                "feature": batch.feature,
                "values" if batch.is_numeric else "categories": batch.values,
                "observed_at": batch.at.isoformat(),
                **({"batch_id": str(batch_id)} if batch_id else {}),
            }
            for batch in batches
        ]
        connection.execute("select perf.record_feature_batches(%s)", [Jsonb(elements)])
    return list(batches)


def run(connection: psycopg.Connection) -> int:
    """Run the aggregation of features alone; return how many rows it rolled up."""
    statement = "select perf.aggregate_performance_metrics('features')"
    return connection.execute(statement).fetchone()[0]


def verify(connection: psycopg.Connection) -> list[tuple]:
    statement = f"select * from perf.verify_performance_metrics({ALL_TIME}, 'features')"
    return connection.execute(statement).fetchall()


def sort_values(batches: Iterable[Batch]) -> dict[Key, list[float]]:
    """Return the numbers of each feature, and a 1 for each value of a category or missing one."""
    found: dict[Key, list[float]] = defaultdict(list)
    for batch in batches:
        for value in batch.values:
            if value is None:
                found[batch.feature, "missing", None].append(1.0)
            elif isinstance(value, str):
                found[batch.feature, "category", value].append(1.0)
            else:
                found[batch.feature, "number", None].append(value)
    return found


def assert_read(connection: psycopg.Connection, committed: list[Batch]) -> None:
    """Reading says what all values are together: every part of a rollup, and every bin."""
    end = max(batch.at for batch in committed) + timedelta(hours=1)
    read = {
        (feature, kind, category): parts
        for feature, kind, category, *parts in connection.execute(READ, [MONDAY - WEEK, end])
    }
    truth = sort_values(committed)
    assert read.keys() == truth.keys()
    for key, values in truth.items():
        [expected] = connection.execute(SUMMARIZE, [values]).fetchall()
        count, total, m2, *others = read[key]
        assert (count, total, *others) == (*expected[:2], *expected[3:]), key
        assert math.isclose(m2, expected[2], rel_tol=1e-9, abs_tol=1e-9), key


def assert_rolled_up(connection: psycopg.Connection, committed: list[Batch]) -> None:
    """Hours, days and weeks each hold every value once, and nothing is pending."""
    truth = sort_values(committed)
    assert set(connection.execute(ROLLUPS).fetchall()) == {
        (level, *key, len(values), sum(values), min(values), max(values))
        for level in ("hourly", "daily", "weekly")
        for key, values in truth.items()
    }
    assert connection.execute(DISAGREEING_BUCKETS).fetchall() == []
    assert verify(connection) == []


def test_a_run_and_late_batches_count_every_value_once(connection) -> None:
    committed = record(connection, Batch("load", [1.0, -2.5, 0.0, None]))
    committed += record(connection, Batch("site", ["north", "south", None, "north"]))
    assert_read(connection, committed)
    assert run(connection) == 5
    assert_read(connection, committed)
    assert_rolled_up(connection, committed)
    committed += record(
        connection,
        Batch("load", [-7.5], MONDAY + timedelta(days=3)),
        Batch("load", [4.0], MONDAY - WEEK),
        Batch("site", ["east"], MONDAY),
    )
    assert_read(connection, committed)
    assert run(connection) == 3
    assert run(connection) == 0
    assert_read(connection, committed)
    assert_rolled_up(connection, committed)


def write(dsn: str, seed: int, transactions: int) -> list[Batch]:
    """Write transactions of every kind; return the batches that were committed."""
    chance = random.Random(seed)
    committed: list[Batch] = []

    def make() -> Batch:
        at = MONDAY + timedelta(minutes=chance.randrange(20 * 24 * 60))
        if chance.random() < 0.3:
            names = [chance.choice(["north", "south", None, "a b"]) for _ in range(5)]
            return Batch("site", ["north", *names], at)
        numbers = [
            chance.choice([None, chance.randrange(-200, 200) / 2])
            for _ in range(chance.randrange(9))
        ]
        return Batch(chance.choice(["load", "heat"]), [0.5, *numbers], at)

    with psycopg.connect(dsn, autocommit=True, options=PATIENCE) as connection:
        for _ in range(transactions):
            is_lost = chance.random() < 0.2
            with connection.transaction(force_rollback=is_lost):
                written = record(connection, *(make() for _ in range(chance.randrange(1, 5))))
                with connection.transaction(force_rollback=chance.random() < 0.5) as savepoint:
                    inner = record(connection, make())
                if not savepoint.force_rollback:
                    written += inner
            if not is_lost:
                committed += written
    return committed


def test_writers_and_runs_at_once_lose_and_repeat_nothing(connection, database) -> None:
    # So that writers in transactions of several statements add no series in other orders.
    committed = record(
        connection,
        Batch("heat", [0.5, None]),
        Batch("load", [0.5, None]),
        Batch("site", ["north", "south", "a b", None]),
    )
    is_over = threading.Event()

    def aggregate_all_the_time() -> int:
        rows = 0
        with psycopg.connect(database, autocommit=True, options=PATIENCE) as runs:
            while not is_over.is_set():
                rows += run(runs)
        return rows

    with ThreadPoolExecutor(4) as pool:
        running = pool.submit(aggregate_all_the_time)
        try:
            for written in list(pool.map(write, [database] * 3, range(3), [15] * 3)):
                committed += written
        finally:
            is_over.set()
        assert running.result() > 0
    assert_read(connection, committed)
    run(connection)
    assert run(connection) == 0
    assert_read(connection, committed)
    assert_rolled_up(connection, committed)


def test_verifying_finds_a_wrong_rollup_and_rebuilding_mends_it(connection) -> None:
    committed = record(
        connection, Batch("load", [1.5, -3.0, None]), Batch("site", ["north", "north"])
    )
    run(connection)
    rebuild = f"select perf.rebuild_performance_metrics({ALL_TIME}, 'features')"
    for change in ("count = count + 1", "sketch = sketch * 2", "m2 = m2 + 1", "min = min - 1"):
        connection.execute(
            "update perf_internal.rollups as r set "
            + change
            + " from perf_internal.feature_series as f"
            " where f.id = r.series_id and f.kind = 'number' and r.granularity = 'daily'"
        )
        assert verify(connection) != [], change
        connection.execute(rebuild)
        assert_rolled_up(connection, committed)
        assert_read(connection, committed)


def test_batches_count_after_retention_dropped_them(connection) -> None:
    connection.execute("select perf.ensure_partitions('2020-01-06 12:00+00', 0)")
    committed = record(connection, Batch("load", [1.5, -3.0]), Batch("site", ["north"]))
    clean = (
        "select c.name, c.dropped_rows"
        " from perf.cleanup_old_performance_data('2020-01-20 00:00+00') as c"
        " where c.pipeline = 'features' and c.level = 'raw' and c.dropped_rows > 0"
    )
    assert connection.execute(clean).fetchall() == []
    run(connection)
    assert connection.execute(clean).fetchall() == [("feature_summaries_20200106", 2)]
    committed += record(connection, Batch("load", [8.0]))
    assert_read(connection, committed)
    assert run(connection) == 1
    assert_read(connection, committed)


def test_a_dump_restored_elsewhere_counts_every_batch_once(
    connection, database, new_cluster, tmp_path
) -> None:
    committed = record(connection, Batch("load", [1.5, -3.0, None]))
    run(connection)
    committed += record(connection, Batch("load", [4.0]), Batch("site", ["north", None]))
    connection.execute("select perf.save_feature_profile('energy', null, 'load', '{1,2}')")
    dump(database, tmp_path / "dump", "--format=custom")
    with runner.temporary_database(new_cluster, "template0") as copy:
        restore(copy, tmp_path / "dump", ["pg_restore", "--jobs=2"])
        with psycopg.connect(copy, autocommit=True) as restored:
            assert_read(restored, committed)
            committed += record(restored, Batch("load", [-16.0]), Batch("site", ["south"]))
            assert_read(restored, committed)
            assert run(restored) == 5
            assert run(restored) == 0
            assert_read(restored, committed)
            assert_rolled_up(restored, committed)
            statement = (
                "select r.value_count from perf_internal.read_reference("
                "perf_internal.get_trained_model('energy', null)) as r"
            )
            assert restored.execute(statement).fetchall() == [(2,)]


def test_a_retry_at_the_same_time_counts_once(connection, session) -> None:
    record(connection, Batch("load", [1.0]))
    batch_id = uuid4()
    batch = Batch("load", [2.0, None])
    first, second = session(), session()
    record(first, batch, batch_id=batch_id)
    with ThreadPoolExecutor(1) as pool:
        # It adds no series, so it waits for the row of the first.
        retry = pool.submit(record, second, batch, batch_id=batch_id)
        wait_until_blocked(connection, second.info.backend_pid)
        first.commit()
        retry.result()
        second.commit()
    assert_read(connection, [Batch("load", [1.0]), batch])


def test_a_retry_counts_where_the_first_attempt_failed(connection, session) -> None:
    batch_id = uuid4()
    batch = Batch("load", [2.0])
    first, second = session(), session()
    record(first, batch, batch_id=batch_id)
    with ThreadPoolExecutor(1) as pool:
        retry = pool.submit(record, second, batch, batch_id=batch_id)
        wait_until_blocked(connection, second.info.backend_pid)
        first.rollback()
        retry.result()
        second.commit()
    assert_read(connection, [batch])


@pytest.mark.parametrize("known", [[], [Batch("load", [None, None])]], ids=["new", "only missing"])
def test_of_numbers_and_categories_at_once_the_first_stays(connection, session, known) -> None:
    record(connection, *known)
    numbers, categories = session(), session()
    committed = [*known, *record(numbers, Batch("load", [1.0]))]
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(record, categories, Batch("load", ["a"]))
        wait_until_blocked(connection, categories.info.backend_pid)
        numbers.commit()
        with pytest.raises(psycopg.Error, match='feature "load" has numbers, got categories'):
            waiting.result()
    assert_read(connection, committed)


@pytest.mark.parametrize("known", [[], [Batch("load", [None, None])]], ids=["new", "only missing"])
def test_with_one_snapshot_the_second_fails_to_serialize(connection, session, known) -> None:
    record(connection, *known)
    numbers, categories = session(), session()
    categories.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    categories.execute("select 1 from perf_internal.feature_series")
    record(numbers, Batch("load", [1.0]))
    numbers.commit()
    with pytest.raises(psycopg.errors.SerializationFailure):
        record(categories, Batch("load", ["a"]))


def test_sessions_that_add_the_same_in_any_order_neither_fail_nor_deadlock(
    connection, database
) -> None:
    names = [f"feature {number}" for number in range(30)]
    start = threading.Barrier(4)

    def add(seed: int) -> list[Batch]:
        chance = random.Random(seed)
        committed: list[Batch] = []
        with psycopg.connect(database, autocommit=True, options=PATIENCE) as writer:
            for round_number in range(15):
                batches = []
                for number, name in enumerate(names):
                    new = f"category {round_number} {chance.randrange(3)}"
                    batches.append(Batch(name, [new] if number % 2 else [float(seed), None]))
                chance.shuffle(batches)
                start.wait(timeout=60)
                committed += record(writer, *batches)
        return committed

    with ThreadPoolExecutor(4) as pool:
        committed = [batch for written in pool.map(add, range(4)) for batch in written]
    assert_read(connection, committed)
    run(connection)
    assert_rolled_up(connection, committed)


def test_sessions_that_add_categories_at_once_stay_within_a_thousand(connection, session) -> None:
    record(connection, Batch("city", [f"known {number}" for number in range(998)]))
    first, second = session(), session()
    record(first, Batch("city", ["a", "b"]))
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(record, second, Batch("city", ["c", "c", "b"]))
        wait_until_blocked(connection, second.info.backend_pid)
        first.commit()
        waiting.result()
        second.commit()
    read = connection.execute(READ, [MONDAY, MONDAY + WEEK]).fetchall()
    counts = {category: count for _, _, category, count, *_ in read}
    assert len(counts) == 1001
    assert (counts["a"], counts["b"], counts["(other 46)"]) == (1, 2, 2)


def test_profiles_saved_at_once_are_all_kept(connection, session) -> None:
    first, second = session(), session()
    save = "select perf.save_feature_profile('energy', null, %s, %s::float8[])"
    record(connection, Batch("load", [1.0]))
    first.execute(save, ["load", [1.0]])
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(second.execute, save, ["load", [5.0, 6.0]])
        wait_until_blocked(connection, second.info.backend_pid)
        first.execute(save, ["heat", [1.0]])
        first.commit()
        waiting.result()
        second.commit()
    statement = "select feature, count, sum from perf_internal.feature_profiles order by 1"
    assert connection.execute(statement).fetchall() == [("heat", 1, 1.0), ("load", 2, 11.0)]


numbers = st.one_of(
    st.just(0.0),
    st.floats(1e-100, 1e15),
    st.floats(-1e15, -1e-100),
    st.floats(-1000, 1000).filter(lambda value: value == 0 or abs(value) >= 1e-100),
    st.integers(-5, 5).map(float),
)


@settings(max_examples=300)
@given(st.lists(st.one_of(numbers, st.none()), max_size=60), st.integers(0, 60))
@example([1e15] * 40 + [-1e15] * 20, 7)
@example([1e-100, -1e-100, 1e-100, 3e-100], 2)
@example([-0.0, 5e-7, -5e-7, 3e10, -3e10], 3)
def test_a_summary_is_that_of_its_values_and_parts_add_up(connection, values, cut) -> None:
    [(summary,)] = connection.execute(
        "select to_jsonb(s) - 'sketch' || jsonb_build_object('percentiles',"
        " perf_internal.get_sketch_percentiles(s.sketch, s.value_count, '{0,0.25,0.5,0.75,1}'))"
        " from perf_internal.summarize_values(%s::float8[]) as s",
        [values],
    ).fetchall()
    kept = sorted(value for value in values if value is not None)
    if not kept:
        assert summary["value_count"] is None
        return
    total = math.fsum(kept)
    size = math.fsum(abs(value) for value in kept)
    mean = total / len(kept)
    squares = math.fsum((value - mean) ** 2 for value in kept)
    assert summary["value_count"] == len(kept)
    assert math.isclose(summary["value_sum"], total, rel_tol=1e-9, abs_tol=1e-12 * size + 1e-100)
    assert math.isclose(summary["m2"], squares, rel_tol=1e-6, abs_tol=1e-9 * size**2 + 1e-199)
    assert (summary["minimum"], summary["maximum"]) == (kept[0], kept[-1])
    for percentile, found in zip((0, 0.25, 0.5, 0.75, 1), summary["percentiles"], strict=True):
        rank = percentile * (len(kept) - 1)
        below, above = kept[math.floor(rank)], kept[math.ceil(rank)]
        ends = [clip(value) * factor for value in (below, above) for factor in (0.995, 1.005)]
        # The smallest and the largest double precision of a bin are found in either.
        assert min(ends) - 1e-12 * abs(min(ends)) <= found <= max(ends) + 1e-12 * abs(max(ends))
    parts = connection.execute(
        "select sum(s.value_count), perf_internal.sum_sketches(s.sketch) is not distinct from"
        " (perf_internal.summarize_values(%s::float8[])).sketch"
        " from (values (%s::float8[]), (%s::float8[])) as p (part)"
        " cross join lateral perf_internal.summarize_values(p.part) as s",
        [values, values[:cut], values[cut:]],
    ).fetchone()
    assert parts == (len(kept), True)


def clip(value: float) -> float:
    """Return a value as its bin knows it: sizes beyond those that bins tell apart are the last."""
    if value == 0:
        return 0.0
    return math.copysign(min(max(abs(value), 1.01**-1390 * 1.005), 1.01**2399 * 0.995), value)
