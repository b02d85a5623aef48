"""Evaluations, recorders and people at once, late commits and kills: one alert, no waiting."""

import os
import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import datetime

import psycopg
import pytest
from alert_samples import (
    DISAGREEING,
    STAND_INS,
    State,
    add_threshold,
    at,
    check,
    measure,
    read_state,
)
from pipeline import wait_for, wait_until_blocked
from test_crash import data_directory, kill_server, start_server

STORM_SECONDS = float(os.environ.get("PGKIT_STORM_SECONDS", "5"))
GATE = 4244
OK = State()
WARNING = State("firing", "warning")
# A series of each workflow, measured of the raw rows.
MEASURED = """
create or replace function perf_internal.read_threshold_samples(
    as_of timestamptz,
    threshold_ids bigint[] default null
)
returns setof perf_internal.samples
language sql
stable
as $$
    select
        'threshold',
        t.id,
        jsonb_build_object(
            'workflow', f.name, 'metric', t.metric_name, 'statistic', t.statistic,
            'threshold_id', t.id
        ),
        m.value,
        m.count,
        case
            when m.value > t.critical_threshold then 2
            when m.value > t.warning_threshold then 1
            else 0
        end,
        coalesce(m.value <= t.warning_threshold, true),
        null
    from perf.performance_alert_thresholds as t
    cross join perf.workflows as f
    cross join lateral (
        select max(r.vram_peak_mb)::float8, count(*)
        from perf.performance_metrics as r
        where r.workflow_id = f.id
            and r.created_at >= read_threshold_samples.as_of - t.time_window
            and r.created_at < read_threshold_samples.as_of
    ) as m (value, count)
    where t.enabled
$$
"""
WATCH_JOBS = """
insert into perf.performance_alert_thresholds (
    metric_name, statistic, direction, warning_threshold, critical_threshold, group_by, time_window
)
values ('vram_peak_mb', 'max', 'above', 100, 200, '{workflow}', %s)
"""
RECORD = "select perf.record_job_metrics(%s, 'gpu-1', vram_peak_mb => %s)"
RESOLVE = """
select perf.resolve_alert(a.id) from perf.model_alerts as a where not a.is_resolved
"""


@pytest.fixture
def alerts(connection: psycopg.Connection) -> psycopg.Connection:
    connection.execute("set statement_timeout = '60s'")
    connection.execute(STAND_INS)
    return connection


@pytest.fixture
def jobs(alerts: psycopg.Connection) -> psycopg.Connection:
    """A database in which a job of more than 100 MB is an alert of its workflow."""
    alerts.execute(MEASURED.encode())
    # Sessions that add the same name wait for each other.
    for workflow in ("portrait", "sketch"):
        alerts.execute(RECORD, [workflow, 50])
    alerts.execute(WATCH_JOBS, ["15 minutes"])
    return alerts


@pytest.fixture
def sessions(database: str) -> Iterator[list[psycopg.Connection]]:
    """Sessions that wait for nobody longer than ten seconds, and commit when they are told."""
    with ExitStack() as stack:
        opened = [stack.enter_context(closing(psycopg.connect(database))) for _ in range(3)]
        for session in opened:
            session.execute("set statement_timeout = '10s'")
            session.commit()
        yield opened


def check_now(connection: psycopg.Connection) -> list[tuple]:
    """Evaluate as the schedule does; return workflow, state and severity of what changed."""
    return connection.execute(
        "select labels ->> 'workflow', state, severity from perf.check_alert_thresholds()"
        " order by 1"
    ).fetchall()


def read_alerts(connection: psycopg.Connection) -> list[tuple]:
    assert connection.execute(DISAGREEING).fetchall() == []
    return connection.execute(
        "select severity, is_resolved, repeat_count from perf.model_alerts order by id"
    ).fetchall()


def test_of_two_runs_at_once_the_second_waits_and_does_nothing(alerts, sessions) -> None:
    measure(alerts, add_threshold(alerts), 150)
    first, second, _ = sessions
    assert check(first, at(0)) == [("a", *WARNING)]
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(check, second, at(0))
        wait_until_blocked(alerts, second.info.backend_pid)
        first.commit()
        assert waiting.result(60) == []
    second.commit()
    assert read_alerts(alerts) == [("warning", False, 0)]


def test_a_run_after_one_that_rolled_back_does_its_work(alerts, sessions) -> None:
    measure(alerts, add_threshold(alerts), 150)
    first, second, _ = sessions
    check(first, at(0))
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(check, second, at(0))
        wait_until_blocked(alerts, second.info.backend_pid)
        first.rollback()
        assert waiting.result(60) == [("a", *WARNING)]
    second.commit()
    assert read_alerts(alerts) == [("warning", False, 0)]


def test_runs_of_an_older_snapshot_fail_clearly(alerts, sessions) -> None:
    measure(alerts, add_threshold(alerts), 150)
    session = sessions[0]
    session.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    session.execute("select from perf.model_alerts")
    check(alerts, at(0))
    with pytest.raises(psycopg.errors.SerializationFailure):
        check(session, at(1))
    session.rollback()


def test_an_evaluation_leaves_alone_what_a_recorder_is_opening(jobs, sessions) -> None:
    recorder = sessions[0]
    recorder.execute(RECORD, ["portrait", 150])
    assert read_alerts(recorder) == [("warning", False, 0)]
    # Its check leaves the series to the first, so the evaluation sees a job beyond and no alert.
    jobs.execute(RECORD, ["portrait", 160])
    waits = (
        "1 of 256 parts of the series wait for transactions that have recorded jobs and are open"
    )
    # A run that finds the same again says so: an open transaction keeps alerts from opening.
    for expected in (None, waits):
        assert check_now(jobs) == []
        assert read_alerts(jobs) == []
        problem = jobs.execute("select problem from perf_internal.alert_runs").fetchone()
        assert problem == (expected,)
    recorder.commit()
    # Now it goes on with that alert.
    assert check_now(jobs) == []
    assert read_alerts(jobs) == [("warning", False, 1)]


def test_an_evaluation_opens_what_a_recorder_gave_up(jobs, sessions) -> None:
    recorder = sessions[0]
    recorder.execute(RECORD, ["portrait", 150])
    recorder.rollback()
    jobs.execute("alter table perf.performance_metrics disable trigger check_new_jobs")
    jobs.execute(RECORD, ["portrait", 160])
    assert check_now(jobs) == [("portrait", *WARNING)]
    assert read_alerts(jobs) == [("warning", False, 0)]


def test_a_recorder_leaves_to_the_next_run_what_an_evaluation_works_on(jobs, sessions) -> None:
    evaluation, recorder, _ = sessions
    assert check_now(evaluation) == []
    recorder.execute(RECORD, ["portrait", 150])
    recorder.commit()
    assert read_alerts(jobs) == []
    evaluation.commit()
    assert check_now(jobs) == [("portrait", *WARNING)]
    assert read_alerts(jobs) == [("warning", False, 0)]


def test_of_two_recorders_one_opens_the_alert_and_neither_waits(jobs, sessions) -> None:
    first, second, _ = sessions
    # Series in opposite orders, which would be a deadlock if they waited.
    first.execute(RECORD, ["portrait", 150])
    second.execute(RECORD, ["sketch", 150])
    second.execute(RECORD, ["portrait", 250])
    first.execute(RECORD, ["sketch", 250])
    second.commit()
    first.commit()
    assert read_alerts(jobs) == [("warning", False, 0)] * 2
    assert check_now(jobs) == [
        ("portrait", "firing", "critical"),
        ("sketch", "firing", "critical"),
    ]
    assert read_alerts(jobs) == [("critical", False, 1)] * 2


def test_a_recorder_of_an_older_snapshot_records(jobs, sessions) -> None:
    recorder = sessions[0]
    recorder.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    recorder.execute("select from perf.model_alerts")
    jobs.execute(RECORD, ["portrait", 150])
    recorder.execute(RECORD, ["portrait", 160])
    recorder.commit()
    assert read_alerts(jobs) == [("warning", False, 0)]


def test_a_recorder_waits_no_longer_than_a_moment_for_what_is_locked(jobs, sessions) -> None:
    recorder, person, _ = sessions
    person.execute("lock table perf.model_alerts in share mode")
    started = time.monotonic()
    recorder.execute(RECORD, ["portrait", 150])
    recorder.commit()
    assert time.monotonic() - started < 5
    person.commit()
    assert read_alerts(jobs) == []
    assert check_now(jobs) == [("portrait", *WARNING)]


def test_a_job_whose_transaction_commits_late_keeps_its_alert(jobs, sessions) -> None:
    recorder = sessions[0]
    recorder.execute(RECORD, ["portrait", 150])
    recorded_at = recorder.execute("select now()").fetchone()[0]
    check_now(jobs)
    recorder.commit()
    # A run whose time is before the alert does not see the job, and must not end the alert.
    earlier = "select * from perf_internal.advance_alerts('thresholds', array("
    earlier += "select s from perf_internal.alert_states as s), '{}', %s)"
    jobs.execute(earlier, [recorded_at])
    assert read_alerts(jobs) == [("warning", False, 0)]
    assert check_now(jobs) == []
    opened_at = jobs.execute("select alert_timestamp from perf.model_alerts").fetchone()[0]
    assert opened_at == recorded_at


def test_an_evaluation_skips_an_alert_that_a_person_is_resolving(alerts, sessions) -> None:
    rule_id = add_threshold(alerts)
    measure(alerts, rule_id, 150)
    measure(alerts, rule_id, 150, "b")
    check(alerts, at(0))
    person = sessions[0]
    person.execute(
        "select perf.resolve_alert(a.id) from perf.model_alerts as a"
        " where a.labels ->> 'model' = 'a'"
    )
    measure(alerts, rule_id, 250)
    measure(alerts, rule_id, 250, "b")
    assert check(alerts, at(1)) == [("b", "firing", "critical")]
    person.commit()
    assert read_state(alerts) == OK
    assert check(alerts, at(2)) == [("a", "firing", "critical")]
    assert read_alerts(alerts) == [
        ("warning", True, 0),
        ("critical", False, 2),
        ("critical", False, 0),
    ]


def test_a_person_who_resolves_during_an_evaluation_comes_after_it(alerts, sessions) -> None:
    rule_id = add_threshold(alerts)
    measure(alerts, rule_id, 150)
    check(alerts, at(0))
    evaluation, person, _ = sessions
    check(evaluation, at(1))
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(person.execute, RESOLVE.encode())
        wait_until_blocked(alerts, person.info.backend_pid)
        evaluation.commit()
        assert waiting.result(60).fetchall() == [(True,)]
    person.commit()
    assert read_state(alerts) == OK
    assert read_alerts(alerts) == [("warning", True, 1)]


def test_a_person_who_waits_for_an_alert_gives_up_after_two_seconds(alerts, sessions) -> None:
    rule_id = add_threshold(alerts)
    measure(alerts, rule_id, 150)
    check(alerts, at(0))
    evaluation, *people = sessions
    measure(alerts, rule_id, 250)
    check(evaluation, at(1))

    def call(function: str, person: psycopg.Connection) -> tuple[str | None, str, float]:
        person.execute("set lock_timeout = '1min'")
        person.commit()
        started = time.monotonic()
        with pytest.raises(psycopg.Error) as caught:
            person.execute(f"select {function}(a.id) from perf.model_alerts as a".encode())
        return caught.value.sqlstate, str(caught.value), time.monotonic() - started

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(call, ["perf.acknowledge_alert", "perf.resolve_alert"], people))
    for state, said, seconds in outcomes:
        assert state == "PT409"
        assert "another session changes this alert" in said
        assert 1.9 < seconds < 9
    evaluation.commit()
    assert read_alerts(alerts) == [("critical", False, 1)]


def test_an_alert_resolved_during_an_evaluation_does_not_open_again_in_it(alerts, sessions) -> None:
    measure(alerts, add_threshold(alerts), 150)
    check(alerts, at(0))
    alerts.execute(
        "create or replace function perf_internal.read_threshold_samples("
        " as_of timestamptz, threshold_ids bigint[] default null)"
        " returns setof perf_internal.samples language plpgsql as $$ begin"
        f" perform pg_advisory_xact_lock({GATE});"
        " return query select s.* from perf_internal.samples as s; end $$"
    )
    evaluation, gate, _ = sessions
    gate.execute("select pg_advisory_xact_lock(%s)", [GATE])
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(check, evaluation, at(1))
        wait_until_blocked(alerts, evaluation.info.backend_pid)
        assert alerts.execute(RESOLVE.encode()).fetchall() == [(True,)]
        gate.commit()
        assert waiting.result(60) == []
    evaluation.commit()
    assert read_alerts(alerts) == [("warning", True, 0)]
    # If it is still beyond, it is in the next run.
    assert check(alerts, at(2)) == [("a", *WARNING)]


@pytest.mark.parametrize("change", ["delete from {}", "update {} set enabled = false"])
def test_a_rule_that_ends_while_its_alert_is_open_resolves_it(alerts, sessions, change) -> None:
    measure(alerts, add_threshold(alerts, keep_minutes=5), 150)
    check(alerts, at(0))
    person = sessions[0]
    person.execute(change.format("perf.performance_alert_thresholds").encode())
    assert check(alerts, at(1)) == []
    person.commit()
    assert check(alerts, at(2)) == [("a", *OK)]
    assert read_alerts(alerts) == [("warning", True, 1)]


def test_an_alert_that_is_deleted_during_an_evaluation_is_skipped_and_begins_anew(
    alerts, sessions
) -> None:
    rule_id = add_threshold(alerts, for_minutes=1)
    measure(alerts, rule_id, 150)
    check(alerts, at(0))
    check(alerts, at(1))
    person = sessions[0]
    person.execute("delete from perf.model_alerts")
    assert check(alerts, at(2)) == []
    person.commit()
    assert read_state(alerts) == OK
    assert check(alerts, at(3)) == [("a", "pending", None)]


def test_retention_that_deletes_old_alerts_holds_up_no_evaluation(alerts, sessions) -> None:
    rule_id = add_threshold(alerts)
    for minute, value in enumerate([150, 50, 150]):
        measure(alerts, rule_id, value)
        check(alerts, at(minute))
    retention = sessions[0]
    retention.execute("delete from perf.model_alerts where is_resolved")
    measure(alerts, rule_id, 50)
    assert check(alerts, at(3)) == [("a", *OK)]
    measure(alerts, rule_id, 150)
    assert check(alerts, at(4)) == [("a", *WARNING)]
    retention.commit()
    assert read_alerts(alerts) == [("warning", True, 0), ("warning", False, 0)]


# What a session holds, so that an evaluation waits in the middle: before it reads, before it writes
# alerts, between alerts and states, and before it notes that it ran.
BARRIERS = {
    "samples": "lock table perf_internal.samples in access exclusive mode",
    "alerts": "lock table perf.model_alerts in share mode",
    "states": "lock table perf_internal.alert_states in share mode",
}


@pytest.fixture
def crashing_database(crashing_database: str) -> str:
    with psycopg.connect(crashing_database, autocommit=True) as connection:
        connection.execute(STAND_INS)
    return crashing_database


@pytest.mark.parametrize("barrier", BARRIERS)
def test_a_server_killed_during_an_evaluation_loses_and_doubles_no_alert(
    crashing_database, barrier
) -> None:
    data = data_directory(crashing_database)
    with psycopg.connect(crashing_database, autocommit=True) as connection:
        rule_id = add_threshold(connection)
        # One opens, one is repeated and one ends in the run that is killed.
        for series, value in zip("abc", (50, 150, 150), strict=True):
            measure(connection, rule_id, value, series)
        check(connection, at(0))
        for series, value in zip("abc", (150, 250, 50), strict=True):
            measure(connection, rule_id, value, series)
    expected = [("a", *WARNING), ("b", "firing", "critical"), ("c", *OK)]
    with ExitStack() as stack:
        blocker, evaluation, observer = (
            stack.enter_context(closing(psycopg.connect(crashing_database, autocommit=commits)))
            for commits in (False, True, True)
        )
        evaluation.execute("set lock_timeout = 0")
        # The run itself gives up after some seconds.
        evaluation.execute("alter function perf_internal.advance_alerts reset lock_timeout")
        blocker.execute(BARRIERS[barrier].encode())
        with ThreadPoolExecutor(1) as pool:
            run = pool.submit(check, evaluation, at(1))
            wait_until_blocked(observer, evaluation.info.backend_pid)
            kill_server(data)
            with pytest.raises(psycopg.OperationalError):
                run.result()
    start_server(data)
    with psycopg.connect(crashing_database, autocommit=True) as connection:
        assert read_alerts(connection) == [("warning", False, 0)] * 2
        assert check(connection, at(1)) == expected
        assert check(connection, at(1)) == []
        assert sorted(read_alerts(connection)) == [
            ("critical", False, 1),
            ("warning", False, 0),
            ("warning", True, 0),
        ]


def test_a_server_killed_after_a_job_opened_an_alert_lets_the_evaluation_open_it(
    crashing_database,
) -> None:
    data = data_directory(crashing_database)
    with psycopg.connect(crashing_database, autocommit=True) as connection:
        connection.execute(MEASURED.encode())
        connection.execute(WATCH_JOBS, ["15 minutes"])
        connection.execute(RECORD, ["portrait", 150])
    with closing(psycopg.connect(crashing_database)) as recorder:
        recorder.execute("set statement_timeout = '10s'")
        recorder.execute(RECORD, ["portrait", 250])
        recorder.execute(RECORD, ["sketch", 250])
        kill_server(data)
    start_server(data)
    with psycopg.connect(crashing_database, autocommit=True) as connection:
        assert read_alerts(connection) == [("warning", False, 0)]
        connection.execute("alter table perf.performance_metrics disable trigger check_new_jobs")
        connection.execute(RECORD, ["sketch", 250])
        assert check_now(connection) == [("sketch", "firing", "critical")]
        assert len(read_alerts(connection)) == 2


def test_a_storm_of_evaluations_jobs_people_and_rules_leaves_one_alert_per_series(
    database, jobs
) -> None:
    """Windows of a few seconds, so that alerts open and end all the time."""
    jobs.execute(
        "alter table perf.performance_alert_thresholds"
        " drop constraint time_window_is_1_minute_to_90_days"
    )
    jobs.execute("update perf.performance_alert_thresholds set time_window = '300 milliseconds'")
    workflows = [f"workflow {number}" for number in range(6)]
    for workflow in workflows:
        jobs.execute(RECORD, [workflow, 50])
    deadline = time.monotonic() + STORM_SECONDS
    slowest = 0.0
    counts = dict.fromkeys(("evaluate", "record", "resolve", "toggle"), 0)
    lock = threading.Lock()

    def work(seed: int, kind: str) -> set[str]:
        nonlocal slowest
        chooser = random.Random(seed)
        unexpected = set()
        with psycopg.connect(database) as session:
            session.execute("set statement_timeout = '30s'")
            session.commit()
            while time.monotonic() < deadline:
                started = time.monotonic()
                try:
                    match kind:
                        case "evaluate":
                            check_now(session)
                            with lock:
                                slowest = max(slowest, time.monotonic() - started)
                        case "record":
                            for _ in range(chooser.randrange(1, 4)):
                                value = chooser.choice([50, 50, 150, 250])
                                session.execute(RECORD, [chooser.choice(workflows), value])
                            # Some stay open.
                            time.sleep(chooser.choice([0, 0, 0, 0.2]))
                        case "resolve":
                            session.execute(RESOLVE.encode() + b" order by a.id limit 1")
                            time.sleep(chooser.choice([0, 0.1]))
                        case "toggle":
                            session.execute(
                                "update perf.performance_alert_thresholds set enabled = not enabled"
                            )
                            time.sleep(0.1)
                    if chooser.random() < 0.8:
                        session.commit()
                    else:
                        session.rollback()
                    with lock:
                        counts[kind] += 1
                except psycopg.Error as error:
                    session.rollback()
                    unexpected.add(f"{kind} {error.sqlstate} {error}")
        return unexpected

    kinds = ["evaluate"] * 3 + ["record"] * 6 + ["resolve"] * 2 + ["toggle"]
    with ThreadPoolExecutor(len(kinds)) as pool:
        outcomes = list(pool.map(work, range(len(kinds)), kinds))
    print(f"{counts} in {STORM_SECONDS} s, slowest evaluation {slowest:.2f} s")
    assert set().union(*outcomes) == set()
    assert all(counts.values())
    problem = jobs.execute("select problem from perf_internal.alert_runs").fetchone()
    assert problem == (None,)
    assert jobs.execute(DISAGREEING).fetchall() == []
    # What is beyond now is what is open now.
    jobs.execute("update perf.performance_alert_thresholds set enabled = true")
    jobs.execute(RECORD, [workflows[0], 150])
    now: datetime = jobs.execute("select clock_timestamp()").fetchone()[0]
    jobs.execute("select * from perf.check_alert_thresholds(%s)", [now])
    beyond = jobs.execute(
        "select labels from perf_internal.read_threshold_samples(%s) where level > 0 order by 1",
        [now],
    ).fetchall()
    opened = jobs.execute(
        "select labels from perf.model_alerts where not is_resolved order by 1"
    ).fetchall()
    assert opened == beyond
    assert jobs.execute(DISAGREEING).fetchall() == []
    wait_for(
        lambda: (
            check_now(jobs) is not None
            and not jobs.execute("select from perf_internal.alert_states").fetchall()
        ),
        "alerts did not end",
    )
    assert jobs.execute("select from perf.model_alerts where not is_resolved").fetchall() == []
