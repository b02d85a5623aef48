"""No call is lost or counted twice, with many writers and runs at the same time."""

import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from datetime import timedelta

import psycopg
import pytest
from pipeline import (
    LEVELS,
    MONDAY,
    ROLLUPS,
    Call,
    aggregate,
    assert_counted_once,
    record,
    record_batch,
    verify,
    wait_until_asleep,
    wait_until_blocked,
    wait_until_gone,
)

MODELS = ["acme/large", "acme/small", "other/large"]
CLEAN_UP = "select * from perf.cleanup_old_performance_data('2020-01-20')"
RETRY = (
    "select perf.record_call('acme/large', 'chat', 7, call_timestamp => %s,"
    " call_id => '0d6e6f5e-5a0c-4b0e-8b0c-3f6f3c1d2a4b')"
)
# A session that waits for ever would keep the test from failing.
PATIENCE = "-c statement_timeout=60s"
# Work on partitions waits for the sessions that use them: what it needs first, its statement, and
# the levels that keep all calls.
PARTITION_WORK = {
    "partitions": (
        "update perf.retention set keep = null where level = 'raw'",
        "select perf.ensure_partitions()",
        LEVELS,
    ),
    "cleanup": ("select perf.ensure_partitions('2020-01-06')", CLEAN_UP, ROLLUPS),
}
# Where an aggregation can be made to wait, from its first lock to the last table it writes.
BARRIERS = {
    "state": "select from perf_internal.rollup_state for update",
    "hourly row": "select from perf_internal.rollups where granularity = 'hourly' for update",
    "weekly row": "select from perf_internal.rollups where granularity = 'weekly' for update",
    "table": "lock table perf_internal.rollups in share mode",
}


@pytest.fixture
def session(database: str) -> Iterator[Callable[[], psycopg.Connection]]:
    """Open another connection to `database`, one that commits only when told."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(closing(psycopg.connect(database, options=PATIENCE)))


@pytest.fixture
def autocommit(database: str) -> Iterator[Callable[[], psycopg.Connection]]:
    """Open another connection to `database`, one that commits every statement."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(
            closing(psycopg.connect(database, autocommit=True, options=PATIENCE))
        )


@pytest.fixture
def connection(database: str) -> Iterator[psycopg.Connection]:
    """As everywhere, but a wait that does not end fails the test."""
    with psycopg.connect(database, autocommit=True, options=PATIENCE) as opened:
        yield opened


@contextmanager
def in_thread(work: Callable, *arguments: object) -> Iterator:
    """Run something that waits for a lock in a thread; yield its future."""
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(work, *arguments)


def add_models(connection: psycopg.Connection) -> list[Call]:
    """Make the configurations first: transactions that add several in any order may deadlock."""
    return [record(connection, model, 1) for model in MODELS]


def write(dsn: str, seed: int, transactions: int) -> list[Call]:
    """Write transactions of every kind; return the calls that were committed."""
    chance = random.Random(seed)
    committed: list[Call] = []

    def some_calls(connection: psycopg.Connection) -> list[Call]:
        at = MONDAY + timedelta(minutes=chance.randrange(20 * 24 * 60))
        calls = [
            Call(chance.choice(MODELS), chance.randrange(1, 9999))
            for _ in range(chance.randrange(1, 5))
        ]
        if chance.random() < 0.5:
            return record_batch(connection, calls, at)
        return [record(connection, call.model, call.ms, at) for call in calls]

    with psycopg.connect(dsn, autocommit=True) as connection:
        for _ in range(transactions):
            kept: list[Call] = []
            fate = chance.random()
            with connection.transaction(force_rollback=fate < 0.2):
                kept += some_calls(connection)
                with connection.transaction(force_rollback=chance.random() < 0.5) as savepoint:
                    inner = some_calls(connection)
                    with connection.transaction():
                        inner += some_calls(connection)
                if not savepoint.force_rollback:
                    kept += inner
                if fate > 0.7:
                    kept += some_calls(connection)
            if fate >= 0.2:
                committed += kept
    return committed


def test_eight_writers_and_two_aggregations_count_every_call_once(database, connection) -> None:
    committed = add_models(connection)
    finished = threading.Event()

    def keep_aggregating() -> int:
        with psycopg.connect(database, autocommit=True) as own:
            total = 0
            while not finished.is_set():
                total += aggregate(own)
            return total

    with ThreadPoolExecutor(10) as pool:
        aggregations = [pool.submit(keep_aggregating) for _ in range(2)]
        try:
            writers = [pool.submit(write, database, seed, 40) for seed in range(8)]
            for writer in writers:
                committed += writer.result()
        finally:
            finished.set()
        rolled_up = sum(run.result() for run in aggregations)
    assert rolled_up + aggregate(connection) == len(committed)
    assert aggregate(connection) == 0
    assert_counted_once(connection, committed)


def test_a_transaction_that_commits_after_later_ones_were_rolled_up_is_counted(
    connection, session
) -> None:
    committed = add_models(connection)
    aggregate(connection)
    late = session()
    committed.append(record(late, "acme/large", 100))
    for ms in (1, 2, 3):
        committed.append(record(connection, "acme/small", ms))
        assert aggregate(connection) == 1
    late.commit()
    assert aggregate(connection) == 1
    assert aggregate(connection) == 0
    assert_counted_once(connection, committed)


def test_many_open_transactions_are_each_counted_when_they_commit(connection, session) -> None:
    """Twelve transactions open at once, committing in another order, runs between all of them."""
    committed = add_models(connection)
    aggregate(connection)
    writers = [session() for _ in range(12)]
    order = random.Random(3)
    waiting: dict[int, list[Call]] = {i: [] for i in range(12)}
    for turn in range(3):
        for i, writer in enumerate(writers):
            waiting[i].append(record(writer, MODELS[i % 3], 10 * i + turn + 1))
        aggregate(connection)
    finishing = list(waiting)
    order.shuffle(finishing)
    for i in finishing:
        if i % 4 == 0:
            writers[i].rollback()
        else:
            writers[i].commit()
            committed += waiting[i]
        assert aggregate(connection) == (0 if i % 4 == 0 else 3)
    assert_counted_once(connection, committed)


def test_a_transaction_without_an_id_until_after_a_run_is_counted(connection, session) -> None:
    """Its snapshot is older than the run, its transaction id younger."""
    committed = add_models(connection)
    writer = session()
    writer.execute("set transaction isolation level repeatable read")
    writer.execute("select count(*) from perf.models")
    committed.append(record(connection, "acme/large", 4))
    assert aggregate(connection) == 4
    committed.append(record(writer, "new/model", 5))
    assert aggregate(connection) == 0
    writer.commit()
    assert aggregate(connection) == 1
    assert_counted_once(connection, committed)


def test_statements_prepared_before_a_run_write_calls_that_are_counted(connection, session) -> None:
    writer = session()
    writer.execute(
        "prepare remember(float8) as select perf.record_call('acme/large', 'chat', $1,"
        " $1::integer % 2 = 1, call_timestamp => '2020-01-06')"
    )
    committed = []
    for ms in range(1, 15):
        writer.execute(f"execute remember({ms})".encode())
        committed.append(Call("acme/large", ms))
        if ms % 2:
            aggregate(connection)
        if ms % 3 == 0:
            writer.commit()
    writer.commit()
    aggregate(connection)
    assert_counted_once(connection, committed)


def test_rolled_back_and_killed_writers_leave_nothing(connection, session) -> None:
    committed = add_models(connection)
    rolled_back, killed, survivor = session(), session(), session()
    for writer in (rolled_back, killed, survivor):
        record(writer, "acme/large", 1000)
    assert aggregate(connection) == 3
    rolled_back.rollback()
    connection.execute("select pg_terminate_backend(%s)", [killed.info.backend_pid])
    wait_until_gone(connection, killed.info.backend_pid)
    survivor.commit()
    assert aggregate(connection) == 1
    assert_counted_once(connection, [*committed, Call("acme/large", 1000)])


@pytest.mark.parametrize("barrier", BARRIERS)
def test_a_killed_aggregation_changes_nothing_and_the_next_one_counts_all(
    connection, session, autocommit, barrier
) -> None:
    committed = add_models(connection)
    aggregate(connection)
    blocker, victim = session(), autocommit()
    blocker.execute(BARRIERS[barrier].encode())
    committed += [record(connection, "acme/large", 20), record(connection, "acme/small", 30)]
    with in_thread(aggregate, victim) as run:
        wait_until_blocked(connection, victim.info.backend_pid)
        connection.execute("select pg_terminate_backend(%s)", [victim.info.backend_pid])
        with pytest.raises(psycopg.OperationalError):
            run.result()
    wait_until_gone(connection, victim.info.backend_pid)
    blocker.rollback()
    committed.append(record(connection, "acme/small", 40))
    assert aggregate(connection) == 3
    assert_counted_once(connection, committed)


@pytest.mark.parametrize("barrier", BARRIERS)
def test_calls_committed_while_a_run_waits_are_counted_once(
    connection, session, autocommit, barrier
) -> None:
    committed = add_models(connection)
    aggregate(connection)
    blocker, open_writer, runner = session(), session(), autocommit()
    blocker.execute(BARRIERS[barrier].encode())
    committed += [record(connection, "acme/large", 20), record(open_writer, "acme/large", 30)]
    with in_thread(aggregate, runner) as run:
        wait_until_blocked(connection, runner.info.backend_pid)
        open_writer.commit()
        committed.append(record(connection, "acme/large", 40))
        blocker.rollback()
        first = run.result()
    assert first + aggregate(connection) == 3
    assert_counted_once(connection, committed)


def test_a_second_aggregation_waits_and_counts_only_what_the_first_left(
    connection, session
) -> None:
    committed = add_models(connection)
    first, second, late = session(), session(), session()
    committed.append(record(late, "acme/large", 7))
    assert aggregate(first) == 3
    with in_thread(aggregate, second) as run:
        wait_until_blocked(connection, second.info.backend_pid)
        late.commit()
        first.commit()
        assert run.result() == 1
    second.commit()
    assert_counted_once(connection, committed)


def test_an_aggregation_after_one_that_was_rolled_back_counts_all(connection, session) -> None:
    committed = add_models(connection)
    first, second = session(), session()
    assert aggregate(first) == 3
    with in_thread(aggregate, second) as run:
        wait_until_blocked(connection, second.info.backend_pid)
        first.rollback()
        assert run.result() == 3
    second.commit()
    assert_counted_once(connection, committed)


@pytest.mark.parametrize("level", ["repeatable read", "serializable"])
def test_an_aggregation_with_an_old_snapshot_fails_cleanly_after_another_run(
    connection, session, level
) -> None:
    committed = add_models(connection)
    old = session()
    old.execute(f"set transaction isolation level {level}".encode())
    old.execute("select count(*) from perf.models")
    committed.append(record(connection, "acme/large", 9))
    assert aggregate(connection) == 4
    with pytest.raises(psycopg.errors.SerializationFailure):
        aggregate(old)
    old.rollback()
    assert aggregate(connection) == 0
    assert_counted_once(connection, committed)


@pytest.mark.parametrize("level", ["repeatable read", "serializable"])
def test_an_aggregation_with_an_old_snapshot_leaves_younger_calls_to_the_next(
    connection, session, level
) -> None:
    committed = add_models(connection)
    old, open_writer = session(), session()
    committed.append(record(open_writer, "acme/small", 11))
    old.execute(f"set transaction isolation level {level}".encode())
    old.execute("select count(*) from perf.models")
    open_writer.commit()
    committed.append(record(connection, "acme/large", 9))
    assert aggregate(old) == 3
    old.commit()
    assert aggregate(connection) == 2
    assert_counted_once(connection, committed)


STEPS = {
    "record, aggregate": "ra",
    "aggregate, record": "ar",
    "record, aggregate, record": "rar",
    "record, aggregate, record, aggregate": "rara",
    "aggregate, aggregate, record": "aar",
    "record, undone aggregate": "r(a)",
    "record, undone aggregate, record": "r(a)r",
    "undone record, aggregate, record": "(r)ar",
    "undone record and aggregate, record, aggregate": "(ra)ra",
    "record, undone aggregate and record, aggregate": "r(ar)a",
    "aggregate, undone record, record": "a(r)r",
    "record, aggregate, undone record and aggregate, record": "ra(ra)r",
    "record in a savepoint that is kept, aggregate, record": "[r]a[r]",
    "aggregate in a savepoint that is kept, record": "r[a]r[r(a)]",
}


@pytest.mark.parametrize("isolation", ["read committed", "repeatable read"])
@pytest.mark.parametrize("steps", STEPS.values(), ids=STEPS.keys())
def test_recording_and_aggregating_in_one_transaction_counts_once(
    connection, session, steps, isolation
) -> None:
    """r records, a aggregates, ( ) is a savepoint that is rolled back, [ ] one that is released.

    A run counts no rows of its own transaction: they wait for the next run. So the first run that
    is kept counts the calls of before, and the others nothing.
    """
    committed = add_models(connection)
    one = session()
    one.execute(f"set transaction isolation level {isolation}".encode())
    stack: list[list[Call]] = [[]]
    has_run = [False]
    for number, step in enumerate(steps, start=1):
        match step:
            case "r":
                stack[-1].append(record(one, "acme/large", number))
            case "a":
                assert aggregate(one) == (0 if any(has_run) else len(committed))
                has_run[-1] = True
            case "(" | "[":
                one.execute(f"savepoint s{len(stack)}".encode())
                stack.append([])
                has_run.append(False)
            case ")":
                stack.pop()
                has_run.pop()
                one.execute(f"rollback to s{len(stack)}".encode())
            case "]":
                kept = stack.pop()
                one.execute(f"release s{len(stack)}".encode())
                stack[-1] += kept
                has_run[-2:] = [any(has_run[-2:])]
    one.commit()
    waiting = stack[0] if has_run[0] else committed + stack[0]
    committed += stack[0]
    assert aggregate(connection) == len(waiting)
    assert aggregate(connection) == 0
    assert_counted_once(connection, committed)


def test_old_calls_wait_in_the_default_partition_and_move_without_being_counted_again(
    connection,
) -> None:
    connection.execute("update perf.retention set keep = null where level = 'raw'")
    committed = add_models(connection)
    aggregate(connection)
    committed += [
        record(connection, "acme/large", 5),
        record(connection, "acme/large", 6, MONDAY + timedelta(days=1)),
    ]
    moved = connection.execute(
        "select sum(moved_rows)::int from perf.ensure_partitions() where moved_rows > 0"
    ).fetchone()
    assert moved == (5,)
    in_default = "select count(*) from perf_internal.performance_metrics_raw_default"
    assert connection.execute(in_default).fetchone() == (0,)
    assert aggregate(connection) == 2
    assert_counted_once(connection, committed)


def test_partitions_made_while_writers_fill_the_default_partition_lose_nothing(
    database, connection
) -> None:
    """Every writer's day is new to the partitions, and runs go on meanwhile."""
    connection.execute("update perf.retention set keep = null where level = 'raw'")
    committed = add_models(connection)
    finished = threading.Event()

    def keep(statement: str) -> int:
        with psycopg.connect(database, autocommit=True) as own:
            rounds = 0
            while not finished.is_set():
                own.execute(statement.encode())
                rounds += 1
            return rounds

    with ThreadPoolExecutor(10) as pool:
        others = [
            pool.submit(keep, "select count(*) from perf.ensure_partitions()"),
            pool.submit(keep, "select perf.aggregate_performance_metrics()"),
        ]
        try:
            writers = [pool.submit(write, database, seed, 12) for seed in range(4)]
            for writer in writers:
                committed += writer.result()
        finally:
            finished.set()
        assert all(other.result() > 0 for other in others)
    connection.execute("select perf.ensure_partitions()")
    aggregate(connection)
    assert_counted_once(connection, committed)


@pytest.mark.parametrize("reads", ["trends", "a call_id"])
@pytest.mark.parametrize("work", PARTITION_WORK)
def test_a_session_that_reads_and_then_records_is_never_refused_for_a_deadlock(
    connection, session, reads, work
) -> None:
    """It waits for partitions to be made or dropped, and that work waits for the session."""
    preparation, statement, levels = PARTITION_WORK[work]
    connection.execute(preparation)
    committed = add_models(connection)
    connection.execute(RETRY, [MONDAY])
    committed.append(Call("acme/large", 7))
    aggregate(connection)
    reader, worker = session(), session()
    if reads == "trends":
        reader.execute("select from perf.performance_metrics_raw")
    else:
        reader.execute(RETRY, [MONDAY])
    with in_thread(worker.execute, statement) as working:
        wait_until_blocked(connection, worker.info.backend_pid)
        committed.append(record(reader, "acme/small", 90))
        reader.commit()
        working.result()
    worker.commit()
    aggregate(connection)
    assert_counted_once(connection, committed, levels)


@pytest.mark.parametrize("work", PARTITION_WORK)
def test_a_session_that_records_and_then_aggregates_is_never_refused_for_a_deadlock(
    connection, session, work
) -> None:
    preparation, statement, levels = PARTITION_WORK[work]
    connection.execute(preparation)
    committed = add_models(connection)
    aggregate(connection)
    writer, worker = session(), session()
    committed.append(record(writer, "acme/small", 90))
    with in_thread(worker.execute, statement) as working:
        wait_until_blocked(connection, worker.info.backend_pid)
        # Its own call waits for the next run.
        assert aggregate(writer) == 0
        writer.commit()
        working.result()
    worker.commit()
    assert aggregate(connection) == 1
    assert_counted_once(connection, committed, levels)


def test_cleanup_and_partitions_at_once_both_succeed(connection, session) -> None:
    """As they are scheduled; cleanup checks its first day while partitions are asked for."""
    connection.execute("select perf.ensure_partitions('2020-01-06')")
    committed = add_models(connection)
    aggregate(connection)
    blocker, cleaner, maker = session(), session(), session()
    blocker.execute("lock table perf_internal.rollups in access exclusive mode")
    with in_thread(cleaner.execute, CLEAN_UP) as cleaning:
        wait_until_blocked(connection, cleaner.info.backend_pid)
        with in_thread(maker.execute, "select * from perf.ensure_partitions()") as making:
            wait_until_asleep(connection, maker.info.backend_pid)
            blocker.rollback()
            assert {reason for *_, reason in cleaning.result().fetchall()} == {None}
            cleaner.commit()
            assert making.result().fetchall()
            maker.commit()
    assert_counted_once(connection, committed, ROLLUPS)


def test_partitions_are_made_while_others_read_and_record_all_the_time(
    database, connection
) -> None:
    """At every moment a session is between reading and recording."""
    connection.execute("update perf.retention set keep = null where level = 'raw'")
    committed = add_models(connection)
    finished = threading.Event()

    def read_and_record(number: int) -> int:
        with psycopg.connect(database) as own:
            rounds = 0
            finished.wait(number / 20)
            while not finished.is_set():
                own.execute("select count(*) from perf.performance_metrics_raw")
                own.execute("select pg_sleep(0.2)")
                record(own, "acme/large", number)
                own.commit()
                rounds += 1
            return rounds

    with ThreadPoolExecutor(5) as pool:
        readers = [pool.submit(read_and_record, number) for number in range(4)]
        try:
            finished.wait(0.5)
            connection.execute("select perf.ensure_partitions()")
        finally:
            finished.set()
        for number, reader in enumerate(readers):
            committed += [Call("acme/large", number)] * reader.result()
    aggregate(connection)
    assert_counted_once(connection, committed)


def test_a_verification_that_waits_for_a_day_to_be_dropped_finds_no_difference(
    connection, session, autocommit
) -> None:
    connection.execute("select perf.ensure_partitions('2020-01-06')")
    add_models(connection)
    aggregate(connection)
    cleaner, verifier = session(), autocommit()
    cleaner.execute(CLEAN_UP)
    with in_thread(verify, verifier) as verifying:
        wait_until_blocked(connection, verifier.info.backend_pid)
        cleaner.commit()
        assert verifying.result() == []


def test_a_call_that_waits_for_its_partition_to_be_made_is_recorded(
    connection, session, autocommit
) -> None:
    connection.execute("update perf.retention set keep = null where level = 'raw'")
    committed = add_models(connection)
    maker, writer = session(), autocommit()
    maker.execute("select perf.ensure_partitions()")
    with in_thread(record, writer, "acme/large", 77) as recording:
        wait_until_blocked(connection, writer.info.backend_pid)
        maker.commit()
        committed.append(recording.result())
    aggregate(connection)
    assert_counted_once(connection, committed)


def test_calls_that_arrive_after_their_day_was_dropped_are_added_to_the_rollups(
    connection,
) -> None:
    connection.execute("select perf.ensure_partitions('2020-01-06')")
    committed = add_models(connection)
    aggregate(connection)
    connection.execute(CLEAN_UP)
    raw = "select count(*) from perf.performance_metrics_raw"
    assert connection.execute(raw).fetchone() == (0,)
    committed += [record(connection, "acme/large", 50), record(connection, "new/model", 60)]
    assert aggregate(connection) == 2
    assert_counted_once(connection, committed, ROLLUPS)
    connection.execute(CLEAN_UP)
    connection.execute("select perf.ensure_partitions('2020-01-20')")
    assert aggregate(connection) == 0
    assert_counted_once(connection, committed, ROLLUPS)


@pytest.mark.parametrize("made", ["partition", "default partition"])
def test_cleanup_waits_for_writers_of_a_day_and_keeps_what_they_leave_for_the_next(
    connection, session, made
) -> None:
    if made == "partition":
        connection.execute("select perf.ensure_partitions('2020-01-06')")
    committed = add_models(connection)
    aggregate(connection)
    late, cleaner = session(), session()
    committed.append(record(late, "acme/large", 70))
    with in_thread(cleaner.execute, CLEAN_UP) as cleaning:
        wait_until_blocked(connection, cleaner.info.backend_pid)
        late.commit()
        kept = {row[2]: row[5] for row in cleaning.result().fetchall() if row[5]}
    cleaner.commit()
    assert set(kept.values()) == {"some of its rows are not rolled up yet"}
    raw = "select count(*) from perf.performance_metrics_raw"
    assert connection.execute(raw).fetchone() == (len(committed),)
    assert aggregate(connection) == 1
    connection.execute(CLEAN_UP)
    assert connection.execute(raw).fetchone() == (0,)
    assert_counted_once(connection, committed, ROLLUPS)


def test_a_call_that_waits_while_its_partition_is_dropped_is_counted_or_refused(
    connection, session, autocommit
) -> None:
    connection.execute("select perf.ensure_partitions('2020-01-06')")
    committed = add_models(connection)
    aggregate(connection)
    cleaner, writer = session(), autocommit()
    cleaner.execute(CLEAN_UP)
    with in_thread(record, writer, "acme/large", 80) as recording:
        wait_until_blocked(connection, writer.info.backend_pid)
        cleaner.commit()
        committed.append(recording.result())
    aggregate(connection)
    assert_counted_once(connection, committed, ROLLUPS)
