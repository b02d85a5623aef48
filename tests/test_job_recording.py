"""Recording of jobs: sessions at once, retries, rollback, kills, isolation levels, any result."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pipeline import wait_until_blocked
from psycopg.types.json import Jsonb
from test_recording import PATIENCE, at_once, sessions

from pgkit import runner

DONE = "2020-01-06T10:00:00Z"
COUNTS = """
select
    (select count(*) from perf.jobs),
    (select count(*) from perf.jobs where status in ('completed', 'failed')),
    (select count(*) from perf.performance_metrics),
    (select count(distinct job_id) from perf.performance_metrics)
"""
KINDS = """
select
    (select count(*) from perf.workflows),
    (select count(*) from perf.workers),
    (select count(*) from perf_internal.job_kinds)
"""
RECORD = "select perf.record_job_metrics('w', 'g', %s, total_gpu_time_ms => 5, completed_at => %s)"


@pytest.fixture
def connection(database: str) -> Iterator[psycopg.Connection]:
    """As everywhere, but a wait that does not end fails the test."""
    with psycopg.connect(database, autocommit=True, options=PATIENCE) as opened:
        yield opened


@pytest.fixture(scope="module")
def shared(server_dsn: str, template_dsn: str) -> Iterator[psycopg.Connection]:
    """A database for what leaves it as it was."""
    with (
        runner.copied_database(server_dsn, template_dsn) as dsn,
        psycopg.connect(dsn, autocommit=True, options=PATIENCE) as opened,
    ):
        yield opened


def value(connection: psycopg.Connection, statement: str, *arguments: object) -> object:
    return connection.execute(statement.encode(), arguments).fetchone()[0]


def create_job(connection: psycopg.Connection) -> int:
    return value(connection, "select perf.create_job('w')")


def complete(connection: psycopg.Connection, job: int, at: str = DONE) -> bool:
    return value(
        connection,
        "select perf.complete_job(%s, %s, %s, 'g')",
        job,
        Jsonb({"total_gpu_time_ms": 5, "quality_scores": {"likeness": 0.9}}),
        at,
    )


def record_batch(connection: psycopg.Connection, jobs: list[dict[str, object]]) -> int:
    return value(connection, "select perf.record_job_metrics_batch(%s)", Jsonb(jobs))


def test_two_sessions_that_complete_a_job_measure_it_once(database, connection) -> None:
    job = create_job(connection)
    plain = (
        "update perf.jobs set status = 'completed', result = '{}', worker_id = 1,"
        " completed_at = '2020-01-06' where id = %s and status = 'queued'"
    )
    connection.execute("insert into perf.workers (name) values ('g')")
    work = [lambda own: complete(own, job)] * 6
    work += [lambda own: own.execute(plain, [job]).rowcount == 1] * 2
    assert at_once(database, connection, work, "lock table perf.jobs").count(True) == 1
    assert connection.execute(COUNTS).fetchone() == (1, 1, 1, 1)


def test_one_of_two_sessions_completes_and_the_other_fails_a_job(database, connection) -> None:
    job = create_job(connection)

    def fail(own: psycopg.Connection) -> object:
        try:
            return value(own, "select perf.fail_job(%s, 'x', null, %s)", job, DONE)
        except psycopg.Error as error:
            return error.sqlstate

    def finish(own: psycopg.Connection) -> object:
        try:
            return complete(own, job)
        except psycopg.Error as error:
            return error.sqlstate

    outcome = at_once(database, connection, [fail, finish], "lock table perf.jobs")
    assert sorted(map(str, outcome)) == ["PT409", "True"]
    assert connection.execute(COUNTS).fetchone() == (1, 1, 1, 1)


def test_an_external_id_is_recorded_once_whatever_time_its_attempts_have(
    database, connection
) -> None:
    connection.execute(RECORD, ["first", DONE])
    work = [
        lambda own, day=day: value(own, RECORD, "a", f"2020-01-{day:02}T00:00:00Z")
        for day in range(1, 5)
    ]
    batch = [{"workflow_name": "w", "worker_name": "g", "external_id": "a"}] * 2
    work += [lambda own: record_batch(own, batch) == 1] * 4
    assert at_once(database, connection, work, "lock table perf.jobs").count(True) == 1
    assert connection.execute(COUNTS).fetchone() == (2, 2, 2, 2)


@pytest.mark.parametrize("first_commits", [True, False])
def test_a_retry_waits_for_the_first_attempt(database, connection, first_commits) -> None:
    job = create_job(connection)
    with (
        closing(psycopg.connect(database)) as first,
        sessions(database, 2) as retries,
        ThreadPoolExecutor(2) as pool,
    ):
        # One adds the worker of the other, so each is in a database that knows it.
        connection.execute(RECORD, ["before", DONE])
        assert complete(first, job)
        assert value(first, RECORD, "a", DONE)
        running = [
            pool.submit(complete, retries[0], job),
            pool.submit(value, retries[1], RECORD, "a", DONE),
        ]
        wait_until_blocked(connection, *(own.info.backend_pid for own in retries))
        if first_commits:
            first.commit()
        else:
            first.rollback()
        assert [one.result() for one in running] == [not first_commits] * 2
    assert connection.execute(COUNTS).fetchone() == (3, 3, 3, 3)


def test_batches_with_the_same_new_names_in_different_orders_do_not_wait_for_each_other(
    database, connection
) -> None:
    jobs = [
        {
            "workflow_name": f"workflow {f}",
            "worker_name": f"worker {w}",
            "resolution_tier": tier,
            "project_name": f"project {w}",
            "character_name": f"character {f}",
            "scene_name": f"scene {f}",
            "external_id": f"{f} {w} {tier}",
            "completed_at": DONE,
            "quality_scores": {f"score {f}": 1, f"score {w}": 2},
        }
        for f in range(4)
        for w in range(3)
        for tier in ("720p", None)
    ]
    orders = [jobs[i:] + jobs[:i] for i in range(0, 24, 6)]
    orders += [order[::-1] for order in orders]
    work = [lambda own, order=order: record_batch(own, order) for order in orders]
    recorded = at_once(database, connection, work, "lock table perf.workflows")
    assert sorted(recorded) == [0] * 7 + [24]
    assert connection.execute(KINDS).fetchone() == (4, 3, 24)
    assert connection.execute(COUNTS).fetchone() == (24, 24, 24, 24)


def test_plain_loads_with_the_same_new_kinds_in_different_orders_do_not_deadlock(
    database, connection
) -> None:
    """The first stops at the kind in the middle until the second has met one of them."""
    connection.execute(
        "insert into perf.workflows (name) select 'w' || n from generate_series(1, 9) as n"
    )
    connection.execute("insert into perf.workers (name) values ('g')")
    load = (
        "insert into perf.jobs (workflow_id, worker_id, status, completed_at, result)"
        " select f.id, w.id, 'completed', '2020-01-06', jsonb_build_object("
        "'quality_scores', jsonb_build_object('s' || f.id, 1, 's', 1))"
        " from perf.workflows as f, perf.workers as w order by f.id"
    )
    with (
        closing(psycopg.connect(database)) as blocker,
        sessions(database, 2) as own,
        ThreadPoolExecutor(2) as pool,
    ):
        blocker.execute("select perf.record_job_metrics('w5', 'g')")
        running = []
        for one, order in zip(own, ("asc", "desc"), strict=True):
            running.append(pool.submit(one.execute, f"{load} {order}".encode()))
            wait_until_blocked(connection, one.info.backend_pid)
        blocker.rollback()
        assert [done.result().rowcount for done in running] == [9, 9]
    assert connection.execute(KINDS).fetchone() == (9, 1, 9)
    assert connection.execute(COUNTS).fetchone() == (18, 18, 18, 18)


def test_completing_on_a_new_worker_does_not_deadlock_with_recording_the_same_job(
    database, connection
) -> None:
    """The batch has the new worker and wants the job; so completing must not hold the job."""
    job = value(connection, "select perf.create_job('w', external_id => 'a')")
    batch = [{"workflow_name": "w", "worker_name": "new", "project_name": "p", "external_id": "a"}]
    statement = "select perf.complete_job(%s, '{}', now(), 'new')"
    with (
        closing(psycopg.connect(database)) as third,
        sessions(database, 2) as (first, second),
        ThreadPoolExecutor(2) as pool,
    ):
        third.execute("insert into perf.projects (name) values ('p')")
        recording = pool.submit(record_batch, first, batch)
        wait_until_blocked(connection, first.info.backend_pid)
        completing = pool.submit(value, second, statement, job)
        wait_until_blocked(connection, second.info.backend_pid)
        third.rollback()
        assert (recording.result(), completing.result()) == (1, False)
    assert connection.execute(COUNTS).fetchone() == (1, 1, 1, 1)


def test_what_is_rolled_back_leaves_nothing(database, connection) -> None:
    job = create_job(connection)
    with closing(psycopg.connect(database)) as own:
        own.execute("listen perf_job_completed")
        own.commit()
        assert complete(own, job)
        own.rollback()
        with own.transaction():
            with pytest.raises(psycopg.errors.DivisionByZero), own.transaction():
                assert complete(own, job)
                own.execute("select 1 / 0")
            assert own.execute(COUNTS).fetchone() == (1, 0, 0, 0)
            assert complete(own, job)
        notified = list(own.notifies(timeout=1, stop_after=2))
    assert [json.loads(one.payload)["job_id"] for one in notified] == [job]
    assert connection.execute(COUNTS).fetchone() == (1, 1, 1, 1)


def test_a_session_that_is_killed_leaves_nothing(database, connection) -> None:
    job = create_job(connection)
    with closing(psycopg.connect(database)) as own:
        assert complete(own, job)
        assert record_batch(own, [{"workflow_name": "x", "worker_name": "y"}] * 3) == 3
        connection.execute("select pg_terminate_backend(%s, 10000)", [own.info.backend_pid])
        with pytest.raises(psycopg.OperationalError):
            own.commit()
    assert connection.execute(COUNTS).fetchone() == (1, 0, 0, 0)
    assert connection.execute(KINDS).fetchone() == (1, 0, 0)
    assert complete(connection, job)
    assert connection.execute(COUNTS).fetchone() == (1, 1, 1, 1)


@pytest.mark.parametrize("level", ["repeatable read", "serializable"])
def test_a_transaction_with_an_old_snapshot_fails_or_counts_once(
    database, connection, level
) -> None:
    job = create_job(connection)
    for attempt in (
        lambda own: complete(own, job),
        lambda own: value(own, RECORD, "a", DONE),
        lambda own: record_batch(
            own, [{"workflow_name": "new", "worker_name": "g", "external_id": "b"}]
        ),
        lambda own: value(own, "select perf.set_worker_available('g', true, %s)", DONE),
    ):
        with closing(psycopg.connect(database)) as own:
            own.execute(f"set default_transaction_isolation = '{level}'".encode())
            own.commit()
            own.execute("select count(*) from perf.jobs")
            assert attempt(connection) in (True, 1)
            with pytest.raises(
                (psycopg.errors.SerializationFailure, psycopg.errors.ExclusionViolation)
            ):
                attempt(own)
            own.rollback()
            assert attempt(own) in (False, 0)
            own.commit()
    assert connection.execute(COUNTS).fetchone() == (3, 3, 3, 3)


def test_times_of_a_worker_never_overlap_when_sessions_open_them_at_once(
    database, connection
) -> None:
    connection.execute("insert into perf.workers (name) values ('g')")
    opening = "select perf.set_worker_available('g', true, %s)"
    plain = (
        "insert into perf.worker_availability (worker_id, available_from)"
        " select id, '2020-01-06' from perf.workers returning true"
    )

    def attempt(own: psycopg.Connection, statement: str, *arguments: object) -> bool:
        try:
            return own.execute(statement.encode(), arguments).fetchone()[0]
        # Plain writes lock no worker, so the constraint alone decides between them, and PostgreSQL
        # may find that two of them wait for each other.
        except (
            psycopg.errors.ExclusionViolation,
            psycopg.errors.UniqueViolation,
            psycopg.errors.DeadlockDetected,
        ):
            return False

    work = [
        lambda own, day=day: attempt(own, opening, f"2020-01-{day:02}T00:00:00Z")
        for day in range(6, 10)
    ]
    work += [lambda own: attempt(own, plain)] * 2
    gate = "lock table perf.worker_availability"
    assert at_once(database, connection, work, gate).count(True) == 1
    assert value(connection, "select count(*) from perf.worker_availability") == 1


def test_a_statement_with_many_jobs_notifies_once(database, connection) -> None:
    with closing(psycopg.connect(database, autocommit=True)) as own:
        own.execute("listen perf_job_completed")
        jobs = [{"workflow_name": "w", "worker_name": "g", "error_type": "x"}]
        for number in (100, 101):
            assert record_batch(own, jobs * number) == number
        own.execute("set perf.notify_jobs = off")
        assert record_batch(own, jobs) == 1
        payloads = [json.loads(one.payload) for one in own.notifies(timeout=1, stop_after=102)]
    assert len({one["job_id"] for one in payloads[:100]}) == 100
    assert {one["status"] for one in payloads[:100]} == {"failed"}
    assert [(one["jobs"], one["failed"]) for one in payloads[100:]] == [(101, 101)]


def test_a_notification_fits_whatever_names_the_job_has(database, connection) -> None:
    with closing(psycopg.connect(database, autocommit=True)) as own:
        own.execute("listen perf_job_completed")
        own.execute(RECORD, ["\U0001f680" * 200, DONE])
        [one] = own.notifies(timeout=5, stop_after=1)
    assert json.loads(one.payload)["external_id"] == "\U0001f680" * 200


KEYS = [
    *("time_per_frame_ms", "total_gpu_time_ms", "total_wall_time_ms", "vram_peak_mb"),
    *("frame_count", "resolution_tier", "quality_scores", "quality_scores_json"),
    *("pipeline_stages", "pipeline_stages_json", "name", "duration_ms", "likeness"),
]
NUMBERS = st.one_of(
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0, 1e10, -0.0, 5e-324, 1e308, 2**31, 0.5]),
)
# A text in JSON has no NUL and no half of a pair, or PostgreSQL takes it for no JSON.
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)
NAMES = st.sampled_from(KEYS) | TEXTS
SCALARS = st.none() | st.booleans() | NUMBERS | TEXTS
STAGES = st.lists(
    st.fixed_dictionaries({}, optional={"name": NAMES | SCALARS, "duration_ms": SCALARS}) | SCALARS,
    max_size=4,
)
VALUES = st.recursive(
    SCALARS | STAGES | st.dictionaries(NAMES, NUMBERS, max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)
RESULTS = st.dictionaries(NAMES, VALUES, max_size=6)
HUGE = ["1e131071", "1e-16383", "-1e131071", "0e-16383", "1" * 1000, "1e400", "1e-400", "1e38"]


def outcomes(connection: psycopg.Connection, result: str) -> set[str]:
    """Complete a job with the result in each way, and record it; return the errors."""
    found = set()
    measures = f'{{"workflow_name": "w", "worker_name": "g", "completed_at": "{DONE}"'
    inner = result.strip()[1:-1]
    ways = [
        ("select perf.complete_job((select max(id) from perf.jobs), %s, %s, 'g')", [result, DONE]),
        (
            "update perf.jobs set status = 'failed', result = %s, completed_at = %s",
            [result, DONE],
        ),
        (
            "select perf.record_job_metrics_batch(%s)",
            [f"[{measures}{', ' if inner else ''}{inner}}}]"],
        ),
    ]
    for statement, arguments in ways:
        with connection.transaction(force_rollback=True):
            connection.execute("select perf.create_job('w')")
            try:
                with connection.transaction():
                    connection.execute(statement.encode(), arguments)
                    # What is recorded can also be rolled up and read.
                    connection.execute(
                        "select count(*) from perf_internal.read_metrics('jobs',"
                        " array(select metric from perf.metrics where pipeline = 'jobs'"
                        " and kind <> 'share'),"
                        " array(select id from perf_internal.job_kinds),"
                        " '2020-01-01', '2020-02-01')"
                    )
                    connection.execute(
                        "select perf_internal.get_quality_scores(result)::text from perf.jobs"
                    )
                found.add("recorded")
            except psycopg.Error as error:
                found.add(error.sqlstate)
                assert len(error.diag.message_primary) < 600
    return found


@settings(max_examples=150)
@given(RESULTS)
def test_any_result_is_recorded_or_refused_as_a_bad_argument(shared, result) -> None:
    assert outcomes(shared, json.dumps(result)) <= {"recorded", "22023"}


@pytest.mark.parametrize("number", HUGE)
@pytest.mark.parametrize("key", KEYS)
def test_numbers_that_are_small_as_json_and_huge_as_text_do_no_harm(shared, key, number) -> None:
    for text in (
        f'{{"{key}": {number}}}',
        f'{{"{key}": {{"a": {number}}}}}',
        f'{{"{key}": [{{"name": "a", "duration_ms": {number}}}]}}',
        f'{{"x": [{", ".join([number] * 300)}]}}',
    ):
        assert outcomes(shared, text) <= {"recorded", "22023"}


def test_a_run_looks_for_the_name_of_a_value_once(connection) -> None:
    """A join with `perf.metrics` would measure all values again for each name that is known."""
    query = connection.execute("select perf_internal.get_summary_query('jobs', 'true')").fetchone()[
        0
    ]
    plan = "\n".join(line for (line,) in connection.execute(f"explain {query}".encode()))
    assert "SubPlan" in plan
    assert "Join Filter" not in plan
