"""No job is lost or counted twice, by sessions and runs at once, late, and after retention."""

import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from job_pipeline import (
    WAYS,
    Job,
    add_names,
    aggregate_jobs,
    assert_jobs_counted_once,
    record_job,
    value,
    verify_jobs,
)
from pipeline import (
    MONDAY,
    ROLLUPS,
    aggregate,
    assert_counted_once,
    record,
    wait_until_blocked,
    wait_until_gone,
)
from test_recording import PATIENCE

WORKFLOWS = ["portrait", "landscape", "sketch"]
# January is 90 days old at the end of April.
CLEAN_UP = (
    "select name, dropped_rows, kept_because"
    " from perf.cleanup_old_performance_data('2020-05-01 00:00+00')"
    " where pipeline = 'jobs' and level = 'raw' order by name"
)
# What is asked of whole days of January. Hours are gone after 90 days.
QUESTIONS = {
    "overview": (
        "select o.job_count, o.failed_jobs, o.gpu_hours, o.avg_quality_rating, o.throughput"
        " from perf.get_performance_overview("
        "'2020-01-06 00:00+00', '2020-01-09 00:00+00', granularity => 'daily') as o"
    ),
    "workflows": (
        "select w.workflow, w.job_count, w.failed_jobs, w.gpu_hours, w.avg_gpu_time_ms,"
        " w.avg_quality_rating"
        " from perf.get_workflows('2020-01-06 00:00+00', '2020-01-09 00:00+00') as w"
        " order by 1"
    ),
    "a metric": (
        "select q.group_labels, q.count, q.total, q.minimum, q.maximum, q.percentile_values"
        " from perf.query_metrics("
        "'successful_total_gpu_time_ms', '2020-01-06 00:00+00', '2020-01-09 00:00+00',"
        " group_by => '{workflow}', percentiles => '{0.5, 0.95}') as q order by 1"
    ),
    "a score": (
        "select q.count, q.total from perf.query_metrics("
        "'quality.likeness', '2020-01-06 00:00+00', '2020-01-09 00:00+00') as q"
    ),
}


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


def add_workflows(connection: psycopg.Connection) -> list[Job]:
    """Make the kinds first: transactions that add several in any order may deadlock."""
    return add_names(connection, [Job(workflow, 1) for workflow in WORKFLOWS])


def write(dsn: str, seed: int, transactions: int) -> list[Job]:
    """Write transactions of every kind over three months; return the jobs that were committed."""
    chance = random.Random(seed)
    committed: list[Job] = []

    def some_jobs(connection: psycopg.Connection) -> list[Job]:
        at = MONDAY + timedelta(minutes=chance.randrange(80 * 24 * 60))
        return [
            record_job(
                connection,
                Job(chance.choice(WORKFLOWS), chance.randrange(1, 9999)),
                chance.choice(WAYS),
                at,
            )
            for _ in range(chance.randrange(1, 4))
        ]

    with psycopg.connect(dsn, autocommit=True, options=PATIENCE) as connection:
        for _ in range(transactions):
            fate = chance.random()
            with connection.transaction(force_rollback=fate < 0.2):
                kept = some_jobs(connection)
                with connection.transaction(force_rollback=chance.random() < 0.5) as savepoint:
                    inner = some_jobs(connection)
                if not savepoint.force_rollback:
                    kept += inner
            if fate >= 0.2:
                committed += kept
    return committed


def test_six_writers_and_two_aggregations_count_every_job_once(database, connection) -> None:
    """In every way of recording, and calls go on beside them."""
    committed = add_workflows(connection)
    calls = [record(connection, "acme/large", 1)]
    finished = threading.Event()

    def keep_aggregating() -> int:
        with psycopg.connect(database, autocommit=True) as own:
            total = 0
            while not finished.is_set():
                total += aggregate(own)
            return total

    def keep_calling() -> int:
        with psycopg.connect(database, autocommit=True) as own:
            total = 0
            while not finished.is_set():
                record(own, "acme/large", 1)
                total += 1
            return total

    with ThreadPoolExecutor(9) as pool:
        aggregations = [pool.submit(keep_aggregating) for _ in range(2)]
        calling = pool.submit(keep_calling)
        try:
            writers = [pool.submit(write, database, seed, 15) for seed in range(6)]
            for writer in writers:
                committed += writer.result()
        finally:
            finished.set()
        rolled_up = sum(run.result() for run in aggregations)
        calls *= calling.result() + 1
    assert rolled_up + aggregate(connection) == len(committed) + len(calls)
    assert aggregate(connection) == 0
    assert_jobs_counted_once(connection, committed)
    assert_counted_once(connection, calls, ["raw"])


@pytest.mark.parametrize("way", WAYS)
def test_a_job_that_commits_after_later_ones_were_rolled_up_is_counted(
    connection, session, way
) -> None:
    committed = add_workflows(connection)
    assert aggregate_jobs(connection) == 3
    late = session()
    committed += [record_job(late, Job("portrait", ms), way) for ms in (101, 102)]
    committed.append(record_job(connection, Job("sketch", 2), way))
    assert aggregate_jobs(connection) == 1
    late.commit()
    assert aggregate_jobs(connection) == 2
    assert aggregate_jobs(connection) == 0
    assert_jobs_counted_once(connection, committed)


def test_jobs_of_the_transaction_of_a_run_wait_for_the_next(connection, session) -> None:
    committed = add_workflows(connection)
    one = session()
    committed.append(record_job(one, Job("portrait", 5), "complete_job"))
    assert aggregate_jobs(one) == 3
    committed.append(record_job(one, Job("portrait", 6), "batch"))
    one.commit()
    assert aggregate_jobs(connection) == 2
    assert_jobs_counted_once(connection, committed)


def test_a_second_run_of_jobs_waits_and_counts_only_what_the_first_left(
    connection, session
) -> None:
    committed = add_workflows(connection)
    first, second, late = session(), session(), session()
    committed.append(record_job(late, Job("sketch", 7)))
    assert aggregate_jobs(first) == 3
    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(aggregate_jobs, second)
        wait_until_blocked(connection, second.info.backend_pid)
        late.commit()
        first.commit()
        assert run.result() == 1
    second.commit()
    assert_jobs_counted_once(connection, committed)


def test_a_killed_run_of_jobs_changes_nothing_and_the_next_one_counts_all(
    connection, session
) -> None:
    committed = add_workflows(connection)
    aggregate(connection)
    committed.append(record_job(connection, Job("portrait", 21)))
    blocker, victim = session(), session()
    blocker.execute("select from perf_internal.rollups where granularity = 'weekly' for update")
    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(aggregate_jobs, victim)
        wait_until_blocked(connection, victim.info.backend_pid)
        connection.execute("select pg_terminate_backend(%s)", [victim.info.backend_pid])
        with pytest.raises(psycopg.OperationalError):
            run.result()
    wait_until_gone(connection, victim.info.backend_pid)
    blocker.rollback()
    assert aggregate_jobs(connection) == 1
    assert_jobs_counted_once(connection, committed)


@pytest.fixture
def months(connection) -> list[Job]:
    """Jobs of January and February in their partitions, rolled up."""
    committed = []
    for number, day in enumerate((6, 6, 7, 8, 31)):
        at = datetime(2020, 1, day, 10, number, tzinfo=UTC)
        committed.append(record_job(connection, Job(WORKFLOWS[number % 2], 10 * number + 1), at=at))
    for ms, day in ((61, 1), (62, 20)):
        at = datetime(2020, 2, day, tzinfo=UTC)
        committed.append(record_job(connection, Job("portrait", ms), at=at))
    committed.append(record_job(connection, Job("landscape", 70)))
    for day in ("2020-01-20", "2020-02-20"):
        connection.execute("select * from perf.ensure_partitions(%s, 0)", [day])
    return committed


def test_months_go_after_90_days_and_rollups_answer_as_before(connection, months) -> None:
    january = ("performance_metrics_20200101", 6)
    waiting = connection.execute(CLEAN_UP).fetchall()
    assert waiting == [(january[0], 0, "some of its rows are not rolled up yet")]
    pending = {name: connection.execute(text).fetchall() for name, text in QUESTIONS.items()}
    assert aggregate_jobs(connection) == 8
    assert_jobs_counted_once(connection, months)
    before = {name: connection.execute(text).fetchall() for name, text in QUESTIONS.items()}
    assert connection.execute(CLEAN_UP).fetchall() == [(*january, None)]
    assert value(connection, "select count(*) from perf.performance_metrics") == 2
    after = {name: connection.execute(text).fetchall() for name, text in QUESTIONS.items()}
    assert before["overview"][0][:2] == (5, 1)
    assert before["a score"] == [(5, 1 + 11 + 21 + 31 + 70)]
    assert after == before == pending
    assert verify_jobs(connection) == []
    assert_jobs_counted_once(connection, months, ["daily", "weekly"])


def test_a_job_that_arrives_after_its_month_was_dropped_is_added_to_the_rollups(
    connection, months
) -> None:
    aggregate_jobs(connection)
    connection.execute(CLEAN_UP)
    late = [
        record_job(connection, Job(workflow, ms), way)
        for ms, way, workflow in zip(range(80, 85), WAYS, [*WORKFLOWS, *WORKFLOWS[:2]], strict=True)
    ]
    # A report counts them at once, a run once.
    assert connection.execute(QUESTIONS["overview"]).fetchone()[:2] == (10, 4)
    assert aggregate_jobs(connection) == 5
    assert aggregate_jobs(connection) == 0
    assert connection.execute(QUESTIONS["overview"]).fetchone()[:2] == (10, 4)
    assert_jobs_counted_once(connection, [*months, *late], ["daily", "weekly"])
    assert connection.execute(CLEAN_UP).fetchall() == [("performance_metrics_default", 5, None)]
    assert connection.execute(QUESTIONS["overview"]).fetchone()[:2] == (10, 4)
    assert verify_jobs(connection) == []
    # A plain update of their jobs does not measure them again.
    connection.execute("update perf.jobs set parameters = '{\"steps\": 20}'")
    assert aggregate_jobs(connection) == 0


def test_a_month_whose_rollups_differ_stays_until_it_is_rebuilt(connection, months) -> None:
    aggregate_jobs(connection)
    connection.execute(
        "update perf_internal.rollups set sum = sum + 1"
        " where metric = 'quality.likeness' and time_bucket = '2020-01-08 00:00+00'"
        " and granularity = 'daily'"
    )
    assert {(row[0], row[3]) for row in verify_jobs(connection)} >= {("daily", "quality.likeness")}
    ((_, dropped, reason),) = connection.execute(CLEAN_UP).fetchall()
    assert (dropped, "differ from their raw rows" in reason) == (0, True)
    rebuild = "select perf.rebuild_performance_metrics('2020-01-06', '2020-01-09', 'jobs')"
    assert value(connection, rebuild) == 5
    assert_jobs_counted_once(connection, months, ["raw", "daily", "weekly"])
    assert connection.execute(CLEAN_UP).fetchall() == [("performance_metrics_20200101", 6, None)]
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="covered by raw rows"):
        connection.execute(rebuild)
    assert_jobs_counted_once(connection, months, ["daily", "weekly"])


@pytest.mark.parametrize("commits", [True, False])
def test_cleanup_waits_for_jobs_of_its_month_and_keeps_what_they_leave(
    connection, session, months, commits
) -> None:
    aggregate_jobs(connection)
    late, cleaner = session(), session()
    job = record_job(late, Job("portrait", 91), "complete_job")
    with ThreadPoolExecutor(1) as pool:
        cleaning = pool.submit(cleaner.execute, CLEAN_UP)
        wait_until_blocked(connection, cleaner.info.backend_pid)
        if commits:
            late.commit()
            months.append(job)
        else:
            late.rollback()
        (_, dropped, reason) = cleaning.result().fetchone()
    cleaner.commit()
    # A cleanup waits 5 seconds. On a machine that stalls for longer, the next one has to do.
    if reason is not None and reason.startswith("another transaction holds"):
        ((_, dropped, reason),) = connection.execute(CLEAN_UP).fetchall()
    waits = "some of its rows are not rolled up yet"
    assert (dropped, reason) == ((0, waits) if commits else (6, None))
    assert aggregate_jobs(connection) == commits
    connection.execute(CLEAN_UP)
    assert_jobs_counted_once(connection, months, ["daily", "weekly"])


def test_jobs_in_the_default_partition_move_without_being_counted_again(connection) -> None:
    connection.execute("update perf.retention set keep = null where level = 'raw'")
    committed = add_workflows(connection)
    aggregate_jobs(connection)
    committed.append(record_job(connection, Job("sketch", 6), at=datetime(2020, 3, 1, tzinfo=UTC)))
    moved = value(
        connection, "select sum(moved_rows)::int from perf.ensure_partitions() where moved_rows > 0"
    )
    assert moved == 4
    assert value(connection, "select count(*) from perf_internal.performance_metrics_default") == 0
    assert aggregate_jobs(connection) == 1
    assert_jobs_counted_once(connection, committed, ROLLUPS)
    assert_jobs_counted_once(connection, committed)


FORGET = "select perf.forget_metric('quality.likeness')"
SCORES = (
    "select count(*)::int, coalesce(sum(q.total), 0)::int from perf.query_metrics("
    "'quality.likeness', '2020-01-06 00:00+00', '2020-01-07 00:00+00') as q"
)


def test_a_name_that_is_forgotten_beside_a_recorder_counts_no_earlier_job(
    connection, session
) -> None:
    record_job(connection, Job("portrait", 1))
    aggregate_jobs(connection)
    recorder, admin = session(), session()
    record_job(recorder, Job("portrait", 3))
    with ThreadPoolExecutor(1) as pool:
        forgetting = pool.submit(value, admin, FORGET)
        wait_until_blocked(connection, admin.info.backend_pid)
        recorder.commit()
        assert forgetting.result() == 3
    admin.commit()
    # No run has read the second job yet.
    record_job(connection, Job("portrait", 5))
    assert connection.execute(SCORES).fetchall() == [(1, 5)]
    aggregate_jobs(connection)
    assert connection.execute(SCORES).fetchall() == [(1, 5)]
    assert verify_jobs(connection) == []
    value(connection, "select perf.rebuild_performance_metrics('2020-01-06', '2020-01-07', 'jobs')")
    assert connection.execute(SCORES).fetchall() == [(1, 5)]


def test_a_recorder_that_waits_for_a_name_to_be_forgotten_brings_it_again(
    connection, session
) -> None:
    record_job(connection, Job("portrait", 1))
    aggregate_jobs(connection)
    recorder, admin = session(), session()
    value(admin, FORGET)
    with ThreadPoolExecutor(1) as pool:
        recording = pool.submit(record_job, recorder, Job("portrait", 3))
        wait_until_blocked(connection, recorder.info.backend_pid)
        admin.commit()
        recording.result()
    recorder.commit()
    assert connection.execute(SCORES).fetchall() == [(1, 3)]
    aggregate_jobs(connection)
    assert connection.execute(SCORES).fetchall() == [(1, 3)]
    assert verify_jobs(connection) == []


def test_a_snapshot_from_before_a_name_was_forgotten_cannot_bring_it(connection, session) -> None:
    """Otherwise the job would have a score of a metric that does not exist."""
    record_job(connection, Job("portrait", 1))
    recorder = session()
    recorder.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    recorder.execute("select 1 from perf.metrics limit 1")
    value(connection, FORGET)
    with pytest.raises(psycopg.errors.SerializationFailure):
        record_job(recorder, Job("portrait", 3))


def test_forget_waits_for_a_run(connection, session) -> None:
    record_job(connection, Job("portrait", 1))
    run, admin = session(), session()
    aggregate_jobs(run)
    with ThreadPoolExecutor(1) as pool:
        forgetting = pool.submit(value, admin, FORGET)
        wait_until_blocked(connection, admin.info.backend_pid)
        run.commit()
        assert forgetting.result() == 3
    admin.commit()
    assert verify_jobs(connection) == []
