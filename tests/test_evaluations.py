"""Evaluations: recorded once by sessions at once, counted once, verified, rebuilt and restored."""

import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import timedelta
from math import factorial, sqrt

import psycopg
import pytest
from job_pipeline import value
from pipeline import MONDAY, wait_until_blocked
from psycopg.types.json import Jsonb
from test_recording import PATIENCE
from test_restore import restored

# For the fixture.
__all__ = ["restored"]

MANN_KENDALL = "select t.p_value from perf.get_mann_kendall_test(%s::float8[]) as t"
RUN = "select perf.aggregate_performance_metrics('evaluations')"
RECORD = "select perf.record_model_metrics(%s, %s, rmse => %s, metrics => %s)"
ASKED = (
    "select m.metric, q.count::int, q.total::int from perf.metrics as m"
    " cross join lateral perf.query_metrics("
    "m.metric, '2020-01-06 00:00+00', '2020-01-13 00:00+00') as q"
    " where m.metric in ('evaluations', 'rmse', 'evaluation.auc') order by 1"
)
ROLLED_UP = (
    "select r.granularity, r.metric, sum(r.count)::int, sum(r.sum)::int"
    " from perf_internal.rollups as r"
    " where r.metric in ('evaluations', 'rmse', 'evaluation.auc') group by 1, 2"
)


@pytest.fixture
def session(database: str) -> Iterator[Callable[[], psycopg.Connection]]:
    """Open another connection to `database`, one that commits only when told."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(closing(psycopg.connect(database, options=PATIENCE)))


def record(
    connection: psycopg.Connection, number: int, model_type: str = "energy", hours: int = 0
) -> bool:
    """Record an evaluation of this number, whose time it tells too; the caller commits."""
    at = MONDAY + timedelta(hours=hours, minutes=number)
    return value(connection, RECORD, model_type, at, number, Jsonb({"auc": number}))


def assert_counted_once(connection: psycopg.Connection, numbers: list[int]) -> None:
    """Compare what a read says, every level and raw rows with the numbers of the evaluations."""
    total = (len(numbers), sum(numbers))
    truth = [("evaluation.auc", *total), ("evaluations", len(numbers), len(numbers))]
    truth.append(("rmse", *total))
    assert connection.execute(ASKED).fetchall() == truth
    assert sorted(connection.execute(ROLLED_UP).fetchall()) == sorted(
        (level, *row) for level in ("hourly", "daily", "weekly") for row in truth
    )
    assert verify(connection) == []


def verify(connection: psycopg.Connection) -> list[tuple]:
    return connection.execute(
        "select * from perf.verify_performance_metrics('2020-01-01', '2020-02-01', 'evaluations')"
    ).fetchall()


@pytest.mark.parametrize("first_commits", [True, False])
def test_a_retry_at_the_same_time_waits_and_is_recorded_once(
    connection, session, first_commits
) -> None:
    """The model, its type and the name of a metric are new to both."""
    first, second = session(), session()
    assert record(first, 5) is True
    with ThreadPoolExecutor(1) as pool:
        retry = pool.submit(record, second, 5)
        wait_until_blocked(connection, second.info.backend_pid)
        first.commit() if first_commits else first.rollback()
        assert retry.result() is not first_commits
    second.commit()
    assert value(connection, "select count(*) from perf_internal.trained_models") == 1
    assert value(connection, RUN) == 1
    assert_counted_once(connection, [5])


@pytest.mark.parametrize("are_known", [False, True], ids=["new models", "known models"])
def test_batches_with_the_same_evaluations_in_different_orders_do_not_deadlock(
    connection, session, are_known
) -> None:
    """Both wait for the one in the middle, with what comes before it already written."""
    batch = [
        {"model_type": f"model {number}", "evaluation_date": MONDAY.isoformat(), "rmse": 1}
        for number in range(21)
    ]
    send = "select perf.record_model_metrics_batch(%s)"
    if are_known:
        others = [{**evaluation, "model_version": "v0"} for evaluation in batch]
        assert value(connection, send, Jsonb(others)) == 21
    blocker, one, other = session(), session(), session()
    value(blocker, send, Jsonb(batch[10:11]))

    def record_all(own: psycopg.Connection, order: list[dict]) -> int:
        recorded = value(own, send, Jsonb(order))
        own.commit()
        return recorded

    with ThreadPoolExecutor(2) as pool:
        sent = [pool.submit(record_all, one, batch), pool.submit(record_all, other, batch[::-1])]
        wait_until_blocked(connection, one.info.backend_pid, other.info.backend_pid)
        blocker.commit()
        assert sorted(own.result() for own in sent) == [0, 20]


def test_an_evaluation_of_an_old_snapshot_fails_or_counts_once(connection, session) -> None:
    """A retry by a snapshot that does not show the first attempt."""
    old = session()
    old.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    old.execute("select 1 from perf.metrics limit 1")
    record(connection, 5)
    with pytest.raises(psycopg.errors.SerializationFailure):
        record(old, 5)
    old.rollback()
    assert record(old, 5) is False


def test_late_evaluations_and_those_of_the_transaction_of_a_run_count_once(
    connection, session
) -> None:
    numbers = [1, 2]
    for number in numbers:
        record(connection, number)
    late, own = session(), session()
    record(late, 4)
    record(own, 8)
    # The rows of a run's own transaction wait for the next.
    assert value(own, RUN) == 2
    own.commit()
    late.commit()
    record(connection, 16)
    numbers += [4, 8, 16]
    assert connection.execute(ASKED).fetchall()[-1] == ("rmse", 5, 31)
    assert value(connection, RUN) == 3
    assert value(connection, RUN) == 0
    assert_counted_once(connection, numbers)


def test_each_evaluation_stays_when_its_month_and_its_hours_are_over(connection) -> None:
    numbers = [1, 2, 4]
    for number in numbers:
        record(connection, number)
    value(connection, "select count(*) from perf.ensure_partitions('2020-01-20', 0)")
    assert value(connection, RUN) == 3
    connection.execute("select * from perf.cleanup_old_performance_data('2022-01-01')")
    levels = connection.execute(ROLLED_UP).fetchall()
    assert {level for level, *_ in levels} == {"daily", "weekly"}
    assert connection.execute(ASKED).fetchall()[-1] == ("rmse", 3, 7)
    assert value(connection, "select count(*) from perf.model_performance_metrics") == 3
    # A late one is added, and what a retry finds is still there.
    assert record(connection, 8) is True
    assert record(connection, 4) is False
    assert value(connection, RUN) == 1
    assert connection.execute(ASKED).fetchall()[-1] == ("rmse", 4, 15)


def test_rollups_that_differ_are_found_and_rebuilt(connection) -> None:
    for number in (1, 2):
        record(connection, number)
    value(connection, RUN)
    connection.execute("update perf_internal.rollups set sum = sum + 1 where metric = 'rmse'")
    assert {(row[0], row[3]) for row in verify(connection)} >= {("daily", "rmse")}
    assert (
        value(
            connection,
            "select perf.rebuild_performance_metrics('2020-01-06', '2020-01-07', 'evaluations')",
        )
        == 2
    )
    assert_counted_once(connection, [1, 2])


def test_a_restored_database_counts_every_evaluation_once(
    database, connection, server_dsn, restored
) -> None:
    numbers = [1, 2]
    for number in numbers:
        record(connection, number)
    value(connection, RUN)
    numbers += [4, 8]
    record(connection, 4)
    record(connection, 8, "other")
    copy = restored(database, server_dsn)
    with psycopg.connect(copy, autocommit=True) as own:
        assert record(own, 4) is False
        assert record(own, 16) is True
        assert own.execute(ASKED).fetchall()[-1] == ("rmse", 5, 31)
        assert value(own, RUN) == 3
        assert_counted_once(own, [*numbers, 16])


def test_without_a_trend_verdicts_of_eight_are_as_rare_as_said(connection) -> None:
    """Of all orders of eight values, and of series whose neighbours are alike."""
    orders = [1]
    for length in range(2, 9):
        orders = [
            sum(orders[falls - more] for more in range(length) if 0 <= falls - more < len(orders))
            for falls in range(len(orders) + length - 1)
        ]
    assert sum(orders) == factorial(8)
    errors = {0.05: 0, 0.01: 0}
    for falls, count in enumerate(orders):
        p = value(connection, MANN_KENDALL, with_falls(8, falls))
        for alpha in errors:
            errors[alpha] += count * (p <= alpha)
    shares = {alpha: count / factorial(8) for alpha, count in errors.items()}
    assert shares == pytest.approx({0.05: 0.031, 0.01: 0.0055}, abs=0.0005)
    chance = random.Random(1)
    found = sum(value(connection, MANN_KENDALL, alike(chance, 30)) <= 0.05 for _ in range(1000))
    assert 200 < found < 290


def with_falls(length: int, falls: int) -> list[float]:
    """Return an order of values in which so many pairs fall."""
    order: list[float] = []
    for number in range(length):
        before = min(falls, number)
        order.insert(number - before, float(number))
        falls -= before
    return order


def alike(chance: random.Random, length: int) -> list[float]:
    """Return a series without a trend, whose neighbours have a correlation of 0.5."""
    values = [chance.gauss(0, 1)]
    for _ in range(length - 1):
        values.append(0.5 * values[-1] + chance.gauss(0, sqrt(0.75)))
    return values
