"""Outcomes of A/B tests: each counts once, and the sums say what numpy says of the outcomes."""

import hashlib
import random
import threading
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from datetime import timedelta
from typing import NamedTuple

import numpy
import psycopg
import pytest
from pipeline import MONDAY, wait_for, wait_until_blocked
from psycopg.types.json import Jsonb
from test_crash import data_directory, kill_server, start_server
from test_recording import PATIENCE
from test_restore import new_cluster, restored

__all__ = ["new_cluster", "restored"]

METRICS = [
    {"metric": "success", "role": "primary", "better": "higher", "minimum_effect": 0.01},
    {"metric": "ms", "better": "lower"},
    {"metric": "slow", "better": "lower", "source_metric": "ms", "above": 2000},
]
# The metrics of pipeline experiments, of each series over all time.
SUMS = """
select s.metric, s.variant, r.metric, r.count, r.sum, r.m2
from perf_internal.ab_series as s
cross join lateral perf_internal.read_metrics(
    'experiments',
    array['ab_outcome', 'ab_unit', 'ab_pair_count', 'ab_pair_sum', 'ab_pair_product'],
    array[s.id],
    '2019-12-01 00:00+00',
    '2020-03-01 00:00+00'
) as r
where s.test_id = %s
"""
COMPLETE = (
    "update perf.model_ab_tests set test_status = 'completed', test_end = '2020-02-01 00:00+00',"
    " winner_model = 'a', winner_metrics = '{}' where id = %s"
)


class Outcome(NamedTuple):
    """One outcome of a unit that was committed; without an id the unit has one."""

    unit: str
    success: bool
    ms: float
    outcome_id: str | None = None


def start(connection: psycopg.Connection, name: str = "one", split: float = 0.5) -> uuid.UUID:
    return connection.execute(
        "select perf.start_ab_test(%s, 'llm', 'v1', 'v2', %s, %s, test_start => '2019-12-01')",
        [name, Jsonb(METRICS), split],
    ).fetchone()[0]


def variant(test_id: uuid.UUID, unit: str, split: float = 0.5) -> str:
    """Compute the variant as the documents tell clients to."""
    digest = hashlib.sha256(f"{test_id}:{unit}".encode()).hexdigest()
    return "b" if int(digest[:13], 16) / 2**52 < split else "a"


def outcomes(outcome: Outcome) -> dict[str, object]:
    return {"success": outcome.success, "ms": outcome.ms}


def record(
    connection: psycopg.Connection, test_id: uuid.UUID, outcome: Outcome, at: object = MONDAY
) -> bool:
    return connection.execute(
        "select perf.record_ab_outcome(%s, %s, %s, %s, %s)",
        [test_id, outcome.unit, Jsonb(outcomes(outcome)), outcome.outcome_id, at],
    ).fetchone()[0]


def record_batch(
    connection: psycopg.Connection,
    test_id: uuid.UUID,
    batch: Iterable[Outcome],
    at: object = MONDAY,
) -> int:
    elements = [
        {
            "test_id": str(test_id),
            "unit_key": outcome.unit,
            "outcomes": outcomes(outcome),
            "outcome_id": outcome.outcome_id,
            "observed_at": str(at),
        }
        for outcome in batch
    ]
    return connection.execute("select perf.record_ab_outcomes(%s)", [Jsonb(elements)]).fetchone()[0]


def aggregate(connection: psycopg.Connection) -> int:
    return connection.execute(
        "select perf.aggregate_performance_metrics('experiments')"
    ).fetchone()[0]


def rebuild(connection: psycopg.Connection) -> None:
    connection.execute(
        "select perf.rebuild_performance_metrics('2019-12-20', '2020-01-20', 'experiments')"
    )


def assert_sums_are_those_of(
    connection: psycopg.Connection, test_id: uuid.UUID, committed: Iterable[Outcome]
) -> None:
    """Compare means and their cluster-robust variances with numpy's, and rollups with raw rows."""
    values: dict[tuple[str, str], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for outcome in committed:
        arm = variant(test_id, outcome.unit)
        for metric, value in (
            ("success", float(outcome.success)),
            ("ms", outcome.ms),
            ("slow", float(outcome.ms > 2000)),
        ):
            values[metric, arm][outcome.unit].append(value)
    sums: dict[tuple[str, str], dict[str, tuple[int, float, float]]] = defaultdict(dict)
    for metric, arm, name, *numbers in connection.execute(SUMS, [test_id]):
        sums[metric, arm][name] = tuple(numbers)
    assert set(sums) == set(values)
    for series, units in values.items():
        found = sums[series]
        every = numpy.concatenate([numpy.array(unit) for unit in units.values()])
        count, total, m2 = found["ab_outcome"]
        assert (count, found["ab_unit"][0]) == (every.size, len(units)), series
        mean = total / count
        assert mean == pytest.approx(every.mean(), rel=1e-12)
        pairs, pair_sum, pair_product = (
            found.get(f"ab_pair_{part}", (0, 0.0, 0.0))[1] for part in ("count", "sum", "product")
        )
        assert pairs == sum(len(unit) * (len(unit) - 1) // 2 for unit in units.values())
        k = len(units)
        squares = m2 + 2 * (pair_product - mean * pair_sum + mean**2 * pairs)
        residuals = numpy.array(
            [(numpy.array(unit) - every.mean()).sum() for unit in units.values()]
        )
        # What a unit adds to the sum of squares may cancel, so the error is one of that of values.
        assert squares == pytest.approx(
            (residuals**2).sum(), rel=1e-9, abs=1e-9 * max(1, (every**2).sum())
        ), series
        if k > 1:
            ratio = numpy.cov(
                [sum(unit) for unit in units.values()], [len(unit) for unit in units.values()]
            )
            delta = (
                (ratio[0, 0] - 2 * mean * ratio[0, 1] + mean**2 * ratio[1, 1]) * k / every.size**2
            )
            assert squares * k / (k - 1) / count**2 == pytest.approx(
                delta, rel=1e-8, abs=1e-9 * max(1, (every**2).mean() / every.size)
            )
    assert (
        connection.execute(
            "select * from perf.verify_performance_metrics("
            "'1970-01-01', now() + interval '2 days', 'experiments')"
        ).fetchall()
        == []
    )


@pytest.fixture
def session(database: str) -> Iterator[Callable[[], psycopg.Connection]]:
    """Open another connection to `database`, one that commits only when told."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(closing(psycopg.connect(database, options=PATIENCE)))


@pytest.fixture
def connection(database: str) -> Iterator[psycopg.Connection]:
    """As everywhere, but a wait that does not end fails the test."""
    with psycopg.connect(database, autocommit=True, options=PATIENCE) as opened:
        yield opened


@pytest.mark.parametrize("split", [0.5, 0.05, 0.999])
def test_any_client_can_compute_the_variant(connection, split) -> None:
    test_id = start(connection, split=split)
    letters = random.Random(1)
    units = [f"user-{number}" for number in range(300)]
    units += [
        "".join(chr(letters.choice([*range(0x21, 0x7E), *range(0x100, 0xD7FF)])) for _ in range(9))
        for _ in range(300)
    ]
    found = []
    for unit in units:
        with suppress(psycopg.errors.InvalidParameterValue):
            [(arm, version)] = connection.execute(
                "select variant, model_version from perf.assign_ab_variant(%s, %s)",
                [test_id, unit],
            )
            assert (unit, arm) == (unit, variant(test_id, unit, split))
            assert version == {"a": "v1", "b": "v2"}[arm]
            found.append(arm)
    assert len(found) > 500
    assert found.count("b") / len(found) == pytest.approx(split, abs=0.08)


@pytest.mark.parametrize("seed", range(3))
def test_sums_are_those_of_numpy_whenever_runs_come_and_however_late_outcomes_are(
    connection, seed
) -> None:
    """Units with one outcome and with many; single and in batches; with retries; over weeks."""
    test_id = start(connection)
    chance = random.Random(seed)
    committed: list[Outcome] = []
    waiting: list[Outcome] = []
    for number in range(150):
        unit = f"u{chance.randrange(40)}"
        typical = 500 + 100 * int(unit[1:])
        waiting.append(
            Outcome(
                unit,
                chance.random() < 0.7,
                round(typical * chance.random() * 2, chance.randrange(5)),
                f"c{number}",
            )
            if chance.random() < 0.8
            else Outcome(f"once {number}", chance.random() < 0.5, chance.randrange(4000))
        )
        at = MONDAY + timedelta(hours=chance.randrange(-200, 200))
        if chance.random() < 0.3:
            again = chance.sample(committed, min(3, len(committed)))
            assert record_batch(connection, test_id, [*waiting, *again], at) == len(waiting)
        elif chance.random() < 0.3:
            new = [record(connection, test_id, outcome, at) for outcome in waiting]
            assert all(new)
        else:
            continue
        assert not record(connection, test_id, waiting[0]._replace(ms=7), at)
        committed += waiting
        waiting = []
        if chance.random() < 0.2:
            aggregate(connection)
            assert_sums_are_those_of(connection, test_id, committed)
    assert_sums_are_those_of(connection, test_id, committed)
    aggregate(connection)
    assert_sums_are_those_of(connection, test_id, committed)
    rebuild(connection)
    assert_sums_are_those_of(connection, test_id, committed)


def test_sessions_that_record_the_same_units_at_once_count_each_outcome_once(
    database, connection
) -> None:
    """Four sessions, each in its own order, in batches that overlap, and runs beside them."""
    test_id = start(connection)
    every = [
        Outcome(f"u{number % 7}", number % 3 > 0, 37 * number % 4001, f"c{number}")
        for number in range(240)
    ]
    finished = threading.Event()

    def keep_recording(seed: int) -> int:
        chance = random.Random(seed)
        mine = chance.sample(every, len(every))
        with psycopg.connect(database, autocommit=True, options=PATIENCE) as own:
            new = 0
            while mine:
                size = chance.choice([1, 1, 5, 20])
                batch, mine = mine[:size], mine[size:]
                new += (
                    record(own, test_id, batch[0])
                    if size == 1
                    else record_batch(own, test_id, batch)
                )
            return new

    def keep_aggregating() -> None:
        with psycopg.connect(database, autocommit=True, options=PATIENCE) as own:
            while not finished.is_set():
                aggregate(own)

    with ThreadPoolExecutor(5) as pool:
        runs = pool.submit(keep_aggregating)
        try:
            new = sum(pool.map(keep_recording, range(4)))
        finally:
            finished.set()
        runs.result()
    assert new == len(every)
    assert_sums_are_those_of(connection, test_id, every)
    aggregate(connection)
    assert_sums_are_those_of(connection, test_id, every)


@pytest.mark.parametrize("outcome_id", [None, "c1"])
@pytest.mark.parametrize("ends", ["commit", "rollback"])
def test_a_retry_waits_for_the_first_attempt(connection, session, outcome_id, ends) -> None:
    test_id = start(connection)
    first, second = session(), session()
    outcome = Outcome("u1", True, 5, outcome_id)
    assert record(first, test_id, outcome)
    with ThreadPoolExecutor(1) as pool:
        retry = pool.submit(record, second, test_id, outcome)
        wait_until_blocked(connection, second.info.backend_pid)
        getattr(first, ends)()
        assert retry.result() == (ends == "rollback")
    second.commit()
    assert_sums_are_those_of(connection, test_id, [outcome])


def test_a_second_outcome_of_a_unit_waits_for_the_first_and_knows_it(connection, session) -> None:
    test_id = start(connection)
    first, second = session(), session()
    one, two = Outcome("u1", True, 5, "c1"), Outcome("u1", False, 3000, "c2")
    assert record(first, test_id, one)
    with ThreadPoolExecutor(1) as pool:
        later = pool.submit(record, second, test_id, two)
        wait_until_blocked(connection, second.info.backend_pid)
        first.commit()
        assert later.result()
    second.commit()
    assert_sums_are_those_of(connection, test_id, [one, two])


def test_outcomes_of_other_units_wait_for_nobody(connection, session) -> None:
    test_id = start(connection)
    first = session()
    assert record(first, test_id, Outcome("u1", True, 5))
    connection.execute("set statement_timeout = '5s'")
    assert record(connection, test_id, Outcome("u2", True, 5))
    first.commit()


def test_who_stops_a_test_waits_for_recorders_and_later_ones_find_it_over(
    connection, session
) -> None:
    test_id = start(connection)
    recorder, stopper, late = session(), session(), session()
    assert record(recorder, test_id, Outcome("u1", True, 5))
    with pytest.raises(psycopg.Error, match="another transaction records") as refused:
        stopper.execute("select perf_internal.lock_ab_test(%s, '1 second')", [test_id])
    assert refused.value.sqlstate == "PT409"
    stopper.rollback()
    recorder.commit()
    stopper.execute("select perf_internal.lock_ab_test(%s)", [test_id])
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(record, late, test_id, Outcome("u2", True, 5))
        wait_until_blocked(connection, late.info.backend_pid)
        stopper.execute(COMPLETE, [test_id])
        stopper.commit()
        with pytest.raises(psycopg.Error, match="takes no more outcomes"):
            waiting.result()
    assert_sums_are_those_of(connection, test_id, [Outcome("u1", True, 5)])


def test_recorders_go_on_while_somebody_waits_to_stop_the_test(connection, session) -> None:
    test_id = start(connection)
    recorder, stopper = session(), session()
    assert record(recorder, test_id, Outcome("u1", True, 5))
    with ThreadPoolExecutor(1) as pool:
        lock = pool.submit(stopper.execute, "select perf_internal.lock_ab_test(%s)", [test_id])
        wait_until_blocked(connection, stopper.info.backend_pid)
        assert record(connection, test_id, Outcome("u2", True, 5))
        assert not lock.done()
        recorder.commit()
        lock.result()


@pytest.mark.parametrize("level", ["repeatable read", "serializable"])
def test_an_old_snapshot_records_nothing_of_a_test_that_was_stopped(
    connection, session, level
) -> None:
    test_id = start(connection)
    recorder, stopper = session(), session()
    recorder.execute(f"set transaction isolation level {level}".encode())
    recorder.execute("select count(*) from perf.model_ab_tests")
    connection.execute(COMPLETE, [test_id])
    with pytest.raises(psycopg.errors.SerializationFailure):
        record(recorder, test_id, Outcome("u1", True, 5))
    stopper.execute(f"set transaction isolation level {level}".encode())
    with pytest.raises(psycopg.Error, match="read committed") as refused:
        stopper.execute("select perf_internal.lock_ab_test(%s)", [test_id])
    assert refused.value.sqlstate == "PT409"


def test_two_that_take_one_name_at_once_make_one_test(connection, session) -> None:
    first, second = session(), session()
    start(first)
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(start, second)
        wait_until_blocked(connection, second.info.backend_pid)
        first.commit()
        with pytest.raises(psycopg.Error, match='there is an A/B test "one" already'):
            other.result()


def test_calls_of_one_unit_at_once_count_each_once(database, connection) -> None:
    test_id = start(connection)
    every = [Outcome("u1", True, number, str(uuid.UUID(int=number))) for number in range(60)]

    def keep_calling(seed: int) -> None:
        with psycopg.connect(database, autocommit=True, options=PATIENCE) as own:
            for outcome in random.Random(seed).sample(every, len(every)):
                own.execute(
                    "select perf.record_call('m', 't', %s, call_timestamp => %s, call_id => %s,"
                    " test_id => %s, unit_key => 'u1')",
                    [outcome.ms, MONDAY, outcome.outcome_id, test_id],
                )

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(keep_calling, range(3)))
    [(count, total)] = connection.execute(
        "select u.outcome_count, u.outcome_sum from perf_internal.ab_units as u"
    )
    assert (count, total) == (60, 60)


def test_cleanup_forgets_the_units_of_completed_tests(connection) -> None:
    over, running = start(connection), start(connection, "two")
    for test_id in (over, running):
        record(connection, test_id, Outcome("u1", True, 5, "c1"))
    connection.execute(COMPLETE, [over])
    connection.execute("call perf.run_job('cleanup')")
    assert connection.execute(
        "select (select count(*) from perf_internal.ab_units),"
        " (select count(*) from perf_internal.ab_outcome_ids)"
    ).fetchone() == (3, 3)


def test_outcomes_that_are_recorded_again_after_a_crash_are_counted_once(
    crashing_database,
) -> None:
    """Killed under three writers and a run in a loop."""
    data = data_directory(crashing_database)
    with psycopg.connect(crashing_database, autocommit=True) as connection:
        test_id = start(connection)
    finished = threading.Event()
    recorded = [0] * 3

    def keep_recording(number: int) -> list[Outcome]:
        done: list[Outcome] = []

        def make() -> list[Outcome]:
            first = len(done)
            return [
                Outcome(f"u{step % 5}", step % 2 > 0, step % 4000, f"{number} {step}")
                for step in range(first, first + (1, 1, 10)[number])
            ]

        batch = make()
        while not finished.is_set():
            with (
                suppress(psycopg.OperationalError),
                psycopg.connect(crashing_database, autocommit=True) as own,
            ):
                while not finished.is_set():
                    record_batch(own, test_id, batch)
                    done += batch
                    recorded[number] += 1
                    batch = make()
        # Whether the last batch got through is unknown until it was tried again.
        with psycopg.connect(crashing_database, autocommit=True) as own:
            record_batch(own, test_id, batch)
        return [*done, *batch]

    def keep_aggregating() -> None:
        while not finished.is_set():
            with (
                suppress(psycopg.OperationalError),
                psycopg.connect(crashing_database, autocommit=True) as own,
            ):
                while not finished.is_set():
                    aggregate(own)

    with ThreadPoolExecutor(4) as pool:
        writers = [pool.submit(keep_recording, number) for number in range(3)]
        aggregation = pool.submit(keep_aggregating)
        try:
            for _ in range(2):
                goal = [count + 15 for count in recorded]
                wait_for(lambda goal=goal: all(map(int.__ge__, recorded, goal)))
                kill_server(data)
                start_server(data)
        finally:
            finished.set()
        committed = [outcome for writer in writers for outcome in writer.result()]
        aggregation.result()
    with psycopg.connect(crashing_database, autocommit=True) as connection:
        assert_sums_are_those_of(connection, test_id, committed)
        aggregate(connection)
        assert_sums_are_those_of(connection, test_id, committed)


def test_a_test_goes_on_after_dump_and_restore(connection, database, new_cluster, restored) -> None:
    """Rows that were rolled up and rows that were not; retries of both are known."""
    test_id = start(connection)
    early = [Outcome("u1", True, 5, "c1"), Outcome("u2", True, 2001), Outcome("u1", False, 7, "c2")]
    late = [Outcome("u1", True, 3000, "c3"), Outcome("u3", False, 9)]
    record_batch(connection, test_id, early)
    aggregate(connection)
    record_batch(connection, test_id, late)
    with psycopg.connect(restored(database, new_cluster), autocommit=True) as there:
        assert_sums_are_those_of(there, test_id, [*early, *late])
        assert record_batch(there, test_id, [*early, *late]) == 0
        more = [Outcome("u1", True, 1, "c4"), Outcome("u4", True, 1)]
        assert record_batch(there, test_id, more) == 2
        aggregate(there)
        assert_sums_are_those_of(there, test_id, [*early, *late, *more])
