"""Alerts that people and checks change at the same time, the jobs of alerts, and what is heard.

The argument: each change of an alert is one update of its row, under the condition that makes it
right. A second session waits for the row, and then looks at the condition again. A check adds an
alert with `on conflict`, so it waits too, and then updates the open alert or opens a new one. The
event of a change is written in the same transaction, so it is there exactly if the change is.
A person locks the row of one alert and no other, so no deadlock can come of it.
"""

import json
import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg
import pytest
from pipeline import wait_until_blocked
from test_recording import at_once, sessions
from test_training import heard, value

ALERTS = "lock table perf.model_alerts"
SILENCES = "lock table perf.alert_silences"
ACKNOWLEDGE = "select perf.acknowledge_alert(%s, %s)"
RESOLVE = "select perf.resolve_alert(%s, %s)"
# What an evaluation and the watchers call.
RAISE = "select perf_internal.raise_alert('drift', %s, %s, null, 'It drifts.')"
CLEAR = "select perf_internal.clear_alert('drift', %s, null)"
EVENTS = "select array_agg(e.event order by e.id) from perf.alert_events as e where e.alert_id = %s"


def open_alert(own: psycopg.Connection, severity: str = "warning", model_type: str = "sdxl"):
    return value(own, RAISE, severity, model_type)


def events(own: psycopg.Connection, alert: int) -> list[str]:
    return value(own, EVENTS, alert)


def state(own: psycopg.Connection) -> list[tuple]:
    """Return of every alert whether it is over, who said so, and how often it was seen again."""
    return own.execute(
        "select a.is_resolved, a.resolved_by is not null, a.repeat_count"
        " from perf.model_alerts as a order by a.id"
    ).fetchall()


@pytest.mark.parametrize(
    ("statement", "event"), [(ACKNOWLEDGE, "acknowledged"), (RESOLVE, "resolved")]
)
def test_of_twenty_people_at_once_one_is_told_that_it_was_them(
    database, connection, statement, event
) -> None:
    alert = open_alert(connection)
    notes = [f"person {number}" for number in range(20)]
    work = [lambda own, note=note: value(own, statement, alert, note) for note in notes]
    done = at_once(database, connection, work, ALERTS)
    assert done.count(True) == 1
    assert events(connection, alert) == ["opened", event]
    note = value(connection, "select note from perf.alert_events order by id desc limit 1")
    assert note == notes[done.index(True)]


def test_people_who_acknowledge_and_resolve_at_once_leave_one_story(database, connection) -> None:
    alert = open_alert(connection)
    work = [lambda own: value(own, ACKNOWLEDGE, alert, None)] * 8
    work += [lambda own: value(own, RESOLVE, alert, None)] * 8
    done = at_once(database, connection, work, ALERTS)
    assert done[8:].count(True) == 1
    acknowledged = done[:8].count(True)
    assert events(connection, alert) == ["opened", *["acknowledged"] * acknowledged, "resolved"]


@pytest.mark.parametrize("statement", [ACKNOWLEDGE, RESOLVE])
def test_a_person_waits_for_the_check_that_has_the_alert(database, connection, statement) -> None:
    alert = open_alert(connection)
    with (
        closing(psycopg.connect(database)) as check,
        sessions(database, 1) as (person,),
        ThreadPoolExecutor(1) as pool,
    ):
        assert open_alert(check, "critical") == alert
        waiting = pool.submit(value, person, statement, alert, None)
        wait_until_blocked(connection, person.info.backend_pid)
        check.commit()
        assert waiting.result()
    assert events(connection, alert)[:2] == ["opened", "escalated"]
    assert len(events(connection, alert)) == 3


@pytest.mark.parametrize("statement", [ACKNOWLEDGE, RESOLVE])
def test_a_person_who_waits_for_a_check_that_clears_the_alert_changes_nothing(
    database, connection, statement
) -> None:
    alert = open_alert(connection)
    with (
        closing(psycopg.connect(database)) as check,
        sessions(database, 1) as (person,),
        ThreadPoolExecutor(1) as pool,
    ):
        assert value(check, CLEAR, "sdxl")
        waiting = pool.submit(value, person, statement, alert, None)
        wait_until_blocked(connection, person.info.backend_pid)
        check.commit()
        assert not waiting.result()
    assert state(connection) == [(True, False, 0)]
    assert events(connection, alert) == ["opened", "resolved"]


@pytest.mark.parametrize("ends", ["commit", "rollback"])
def test_a_check_that_comes_to_an_alert_being_resolved_opens_a_new_one_only_if_it_is(
    database, connection, ends
) -> None:
    alert = open_alert(connection)
    with (
        closing(psycopg.connect(database)) as person,
        sessions(database, 1) as (check,),
        ThreadPoolExecutor(1) as pool,
    ):
        assert value(person, RESOLVE, alert, None)
        waiting = pool.submit(open_alert, check, "critical")
        wait_until_blocked(connection, check.info.backend_pid)
        getattr(person, ends)()
        seen = waiting.result()
    if ends == "commit":
        assert seen != alert
        assert state(connection) == [(True, True, 0), (False, False, 0)]
        assert events(connection, seen) == ["opened"]
    else:
        assert seen == alert
        assert state(connection) == [(False, False, 1)]
        assert events(connection, alert) == ["opened", "escalated"]


def test_a_check_that_clears_an_alert_being_resolved_leaves_it_to_the_person(
    database, connection
) -> None:
    alert = open_alert(connection)
    with (
        closing(psycopg.connect(database)) as person,
        sessions(database, 1) as (check,),
        ThreadPoolExecutor(1) as pool,
    ):
        assert value(person, RESOLVE, alert, "mended")
        waiting = pool.submit(value, check, CLEAR, "sdxl")
        wait_until_blocked(connection, check.info.backend_pid)
        person.commit()
        assert not waiting.result()
    assert state(connection) == [(True, True, 0)]
    assert events(connection, alert) == ["opened", "resolved"]


def test_a_session_that_dies_before_it_commits_leaves_alert_and_events_as_they_were(
    database, connection
) -> None:
    alert = open_alert(connection)
    with closing(psycopg.connect(database)) as person:
        assert value(person, ACKNOWLEDGE, alert, None)
        assert value(person, RESOLVE, alert, None)
        assert value(connection, "select pg_terminate_backend(%s, 60000)", person.info.backend_pid)
    assert events(connection, alert) == ["opened"]
    assert value(connection, RESOLVE, alert, None)


def test_whatever_sessions_do_at_once_each_alert_has_one_story(database, connection) -> None:
    """People and checks on three series, for two seconds, with transactions that roll back."""
    stop = time.monotonic() + 2
    told = Counter()

    def work(number: int) -> Counter:
        chooser = random.Random(number)
        own_told = Counter()
        with sessions(database, 1) as (own,):
            while time.monotonic() < stop:
                series = chooser.choice("abc")
                newest = value(
                    own,
                    "select max(a.id) from perf.model_alerts as a where a.model_type = %s",
                    series,
                )
                choice = chooser.randrange(6)
                with own.transaction(force_rollback=(lost := chooser.random() < 0.2)):
                    if choice <= 1 or newest is None:
                        open_alert(own, chooser.choice(["info", "warning", "critical"]), series)
                    elif choice == 2:
                        done = value(own, CLEAR, series)
                        own_told["resolved"] += done and not lost
                    elif choice == 3:
                        done = value(own, RESOLVE, newest, None)
                        own_told["resolved"] += done and not lost
                    else:
                        done = value(own, ACKNOWLEDGE, newest, None)
                        own_told["acknowledged"] += done and not lost
        return own_told

    with ThreadPoolExecutor(8) as pool:
        for one in pool.map(work, range(8)):
            told.update(one)
    stories = connection.execute(
        "select a.is_resolved, a.acknowledged_at is not null, a.severity,"
        " array_agg(e.event order by e.id), array_agg(e.severity order by e.id)"
        " from perf.model_alerts as a"
        " left join perf.alert_events as e on e.alert_id = a.id group by a.id"
    ).fetchall()
    assert len(stories) > 20
    for resolved, acknowledged, severity, happened, severities in stories:
        counts = Counter(happened)
        assert happened[0] == "opened"
        assert counts["opened"] == 1
        assert counts["acknowledged"] == acknowledged
        assert counts["resolved"] == resolved == (happened[-1] == "resolved")
        assert counts["escalated"] <= 2
        assert severities[-1] == severity
    assert sum(story[0] for story in stories) == told["resolved"]
    assert sum(story[1] for story in stories) == told["acknowledged"]


def silence(own: psycopg.Connection) -> int:
    return value(
        own,
        "select perf.create_alert_silence('{\"model\": \"a\"}', now() + interval '1 hour', 'x')",
    )


def test_of_those_who_end_a_silence_at_once_one_does(database, connection) -> None:
    made = silence(connection)
    work = [lambda own: value(own, "select perf.end_alert_silence(%s)", made)] * 10
    assert at_once(database, connection, work, SILENCES).count(True) == 1


def test_silences_are_in_the_audit_log(database, connection) -> None:
    made = silence(connection)
    value(connection, "select perf.end_alert_silence(%s)", made)
    logged = connection.execute(
        "select l.action, l.row_id from perf.audit_log as l"
        " where l.table_name = 'alert_silences' order by l.id"
    ).fetchall()
    assert logged == [("insert", str(made)), ("update", str(made))]
    assert connection.execute("select * from perf.verify_audit_log()").fetchall() == []


def test_what_happens_to_an_alert_is_heard_when_it_commits(database, connection) -> None:
    with closing(psycopg.connect(database, autocommit=True)) as own:
        own.execute("listen perf_alerts")
        alert = open_alert(connection)
        open_alert(connection)
        open_alert(connection, "critical")
        value(connection, ACKNOWLEDGE, alert, "secret")
        value(connection, ACKNOWLEDGE, alert, "secret")
        value(connection, RESOLVE, alert, "secret")
        said = heard(own)
    assert [(one["severity"], one["is_acknowledged"], one["is_resolved"]) for one in said] == [
        ("warning", False, False),
        ("critical", False, False),
        ("critical", True, False),
        ("critical", True, True),
    ]
    assert {one["alert_id"] for one in said} == {alert}
    assert "secret" not in json.dumps(said)


def test_two_workers_that_find_the_schedule_late_raise_one_alert(database, connection) -> None:
    value(connection, "select perf.record_call('acme/one', 'chat', 5)")
    connection.execute(
        "update perf_internal.rollup_state set last_run_at = now() - interval '6 minutes'"
    )
    watch = "select perf_internal.watch_schedule(now(), now() - interval '1 day')"
    work = [lambda own: value(own, watch)] * 8
    assert at_once(database, connection, work, ALERTS) == [True] * 8
    assert value(connection, "select count(*) from perf.model_alerts") == 1
    assert events(connection, value(connection, "select id from perf.model_alerts")) == ["opened"]


def test_while_nothing_is_late_watching_the_schedule_writes_nothing(database, connection) -> None:
    connection.execute("select perf.aggregate_performance_metrics()")
    with connection.transaction():
        assert not value(connection, "select perf_internal.watch_schedule()")
        assert value(connection, "select txid_current_if_assigned()") is None


def test_a_restore_that_is_not_finished_is_late_rollups(database, connection) -> None:
    """The worker goes on and tells, because nothing is rolled up."""
    connection.execute(
        "update perf_internal.rollup_state set last_run_at = now() - interval '6 minutes'"
    )
    connection.execute("update perf_internal.database_origin set origin = gen_random_uuid()")
    watch = "select perf_internal.watch_schedule(now(), now() - interval '1 day')"
    assert value(connection, watch)
    assert "Rollups of calls" in value(connection, "select alert_message from perf.model_alerts")


def add_old_alerts(own: psycopg.Connection, number: int) -> None:
    own.execute(
        "insert into perf.model_alerts"
        " (alert_type, severity, alert_message, alert_timestamp, is_resolved, resolved_timestamp)"
        " select 'old', 'info', 'It was.', t, true, t"
        " from (select now() - interval '3 years' + n * interval '1 second' as t"
        " from generate_series(1, %s) as n) as o",
        [number],
    )


def test_two_sessions_that_delete_old_alerts_delete_each_once_and_wait_for_nobody(
    database, connection
) -> None:
    add_old_alerts(connection, 30)
    delete = "select perf_internal.delete_old_alerts(max_rows => 10)"
    with closing(psycopg.connect(database)) as first, closing(psycopg.connect(database)) as second:
        assert value(first, delete) == 10
        second.execute("set statement_timeout = '10s'")
        assert value(second, delete) == 10
        second.rollback()
        first.commit()
        with closing(psycopg.connect(database)) as holder:
            holder.execute("select from perf.model_alerts order by id limit 5 for update")
            assert value(second, delete) == 10
            second.commit()
            assert value(second, delete) == 5
            assert value(second, delete) == 0
            second.commit()
            holder.rollback()
        assert value(second, delete) == 5


def test_the_job_cleanup_deletes_old_alerts_until_none_is_left(database, connection) -> None:
    add_old_alerts(connection, 25000)
    open_alert(connection)
    connection.execute("call perf.run_job('cleanup')")
    assert state(connection) == [(False, False, 0)]
    assert value(connection, "select count(*) from perf.alert_events") == 1


def test_the_job_verification_raises_what_it_finds(database, connection) -> None:
    connection.execute(
        "select perf.record_call('acme/one', 'chat', 5, call_timestamp => now() - interval '1 day')"
    )
    connection.execute("select perf.aggregate_performance_metrics()")
    connection.execute("call perf.run_job('verification')")
    assert state(connection) == []
    connection.execute(
        "update perf_internal.rollups set count = count + 1 where granularity = 'hourly'"
    )
    connection.execute("call perf.run_job('verification')")
    found = connection.execute(
        "select severity, labels, alert_message from perf.v_unresolved_model_alerts"
    ).fetchall()
    assert [(severity, labels) for severity, labels, _ in found] == [
        ("critical", {"pipeline": "calls"})
    ]
    connection.execute("select perf.rebuild_performance_metrics(now() - interval '2 days', now())")
    connection.execute("call perf.run_job('verification')")
    assert state(connection) == [(True, False, 0)]


def test_retention_of_alerts_is_shown_and_set(pgkit, database, connection) -> None:
    rows = json.loads(pgkit("retention", "alerts", "--json", dsn=database).stdout)
    assert [(row["level"], row["keep"], row["deleted_before"]) for row in rows] == [
        ("alert_history", "2 years", None)
    ]
    done = pgkit("retention", "alerts", "alert_history", "30 days", dsn=database)
    assert "alerts\talert_history\t30 days\t\n" in done.stdout, done.stderr
    add_old_alerts(connection, 1)
    connection.execute("call perf.run_job('cleanup')")
    [row] = json.loads(pgkit("retention", "alerts", "--json", dsn=database).stdout)
    assert row["deleted_before"] is not None
