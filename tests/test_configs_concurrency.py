"""Configurations under concurrent sessions: one active version, no gap, no lost entry."""

import os
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from pipeline import wait_until_blocked
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

STORM_SECONDS = float(os.environ.get("PGKIT_STORM_SECONDS", "10"))


def save(connection: psycopg.Connection, model_type: str, data: dict, activate: bool = False):
    return connection.execute(
        "select id from perf.save_model_config(%s, 'test', %s, activate => %s)",
        [model_type, Jsonb(data), activate],
    ).fetchone()[0]


def check_history(connection: psycopg.Connection) -> None:
    """Fail unless activations, versions and audit log agree in every way they should."""
    one = connection.execute
    assert one("select * from perf.verify_audit_log()").fetchall() == []
    types = one("select count(*) from perf.model_config_types").fetchone()
    active = one(
        "select count(*), count(distinct model_type) from perf.model_config_history where is_active"
    ).fetchone()
    assert active == (types[0], types[0])
    differing = one("""
        select from perf.model_config_history as c
        where c.is_active <> exists (
            select from perf.model_config_activations as a
            where a.config_id = c.id and a.active_until is null
        )
    """).fetchall()
    assert differing == []
    gaps = one("""
        select * from (
            select
                model_type,
                active_from,
                active_until,
                lag(active_until) over (partition by model_type order by id) as ended
            from perf.model_config_activations
        ) as a
        where active_from <> ended or active_until <= active_from
    """).fetchall()
    assert gaps == []
    logged, made = one("""
        select
            (select count(*) from perf.audit_log
             where table_name = 'model_config_activations' and action = 'insert'),
            (select count(*) from perf.model_config_activations)
    """).fetchone()
    assert logged == made


def test_a_storm_of_activations_leaves_one_active_version_and_a_whole_history(
    database, connection
) -> None:
    ids = {
        model_type: [save(connection, model_type, {"n": n}, activate=True) for n in range(5)]
        for model_type in ("sdxl", "wan")
    }
    deadline = time.monotonic() + STORM_SECONDS
    expected = {"PT409"}

    def work(seed: int) -> tuple[int, set[str]]:
        chooser = random.Random(seed)
        changes, unexpected = 0, set()
        with psycopg.connect(database, autocommit=True) as session:
            while time.monotonic() < deadline:
                model_type = chooser.choice(list(ids))
                try:
                    match chooser.randrange(8):
                        case 0 | 1 | 2:
                            session.execute(
                                "select perf.activate_model_config(%s)",
                                [chooser.choice(ids[model_type])],
                            )
                        case 3 | 4:
                            session.execute(
                                "select perf.rollback_model_config(%s, %s)",
                                [model_type, chooser.choice([1, 1, 2])],
                            )
                        case 5:
                            session.execute(
                                "select perf.rollback_model_config(%s, to_id => %s)",
                                [model_type, chooser.choice(ids[model_type])],
                            )
                        case 6:
                            save(session, model_type, {"n": chooser.randrange(50)}, activate=True)
                        case 7:
                            # Several changes in one transaction, some of which never happened.
                            with session.transaction(force_rollback=chooser.random() < 0.5):
                                for kind in sorted(ids):
                                    session.execute(
                                        "select perf.activate_model_config(%s)",
                                        [chooser.choice(ids[kind])],
                                    )
                    changes += 1
                except psycopg.Error as error:
                    if error.sqlstate not in expected:
                        unexpected.add(f"{error.sqlstate} {error}")
        return changes, unexpected

    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(work, range(16)))
    assert set().union(*(unexpected for _, unexpected in outcomes)) == set()
    print(f"{sum(changes for changes, _ in outcomes)} changes in {STORM_SECONDS} s")
    assert all(changes for changes, _ in outcomes)
    check_history(connection)


def test_of_two_activations_at_once_the_second_waits_its_turn(database, connection) -> None:
    first_id = save(connection, "sdxl", {"n": 1})
    second_id = save(connection, "sdxl", {"n": 2})
    with psycopg.connect(database) as first, psycopg.connect(database) as second:
        first.execute("select perf.activate_model_config(%s)", [first_id])
        waiting = threading.Thread(
            target=lambda: second.execute("select perf.activate_model_config(%s)", [second_id])
        )
        waiting.start()
        wait_until_blocked(connection, second.info.backend_pid)
        first.commit()
        waiting.join(60)
        second.commit()
    kinds = connection.execute(
        "select config_id from perf.model_config_activations order by id"
    ).fetchall()
    assert kinds == [(first_id,), (second_id,)]
    check_history(connection)


def test_a_rollback_that_waited_does_not_go_too_far_with_from_id(database, connection) -> None:
    for n in range(3):
        bad_id = save(connection, "sdxl", {"n": n}, activate=True)
    with psycopg.connect(database) as first, psycopg.connect(database) as second:
        statement = "select perf.rollback_model_config('sdxl', from_id => %s)"
        first.execute(statement, [bad_id])
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(second.execute, statement, [bad_id])
            wait_until_blocked(connection, second.info.backend_pid)
            first.commit()
            with pytest.raises(psycopg.Error, match="is not the active configuration") as refused:
                waiting.result(60)
        assert refused.value.sqlstate == "PT409"
    version = connection.execute("select version from perf.get_active_configs()").fetchone()
    assert version == (2,)


def test_two_saves_of_the_same_data_at_once_make_one_version(database, connection) -> None:
    save(connection, "sdxl", {"n": 0})
    statement = "select version, is_new from perf.save_model_config('sdxl', 'test', '{\"n\": 1}')"
    with psycopg.connect(database) as first, psycopg.connect(database) as second:
        assert first.execute(statement).fetchone() == (2, True)
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(second.execute, statement)
            wait_until_blocked(connection, second.info.backend_pid)
            first.commit()
            assert waiting.result(60).fetchone() == (2, False)


def test_two_approvals_at_once_activate_once(database, connection) -> None:
    config_id = save(connection, "sdxl", {"n": 0})
    connection.execute("select perf.set_config_approval('sdxl', true)")
    users = ["00000000-0000-0000-0000-00000000000" + digit for digit in "123"]
    for user in users:
        connection.execute("select perf.grant_role(%s, 'admin')", [user])

    def act_as(session: psycopg.Connection, user: str) -> None:
        session.execute("set role authenticated")
        session.execute(
            "select set_config('request.jwt.claims', %s, false)", [f'{{"sub": "{user}"}}']
        )

    with (
        psycopg.connect(database, autocommit=True) as asker,
        psycopg.connect(database) as first,
        psycopg.connect(database) as second,
    ):
        act_as(asker, users[0])
        act_as(first, users[1])
        act_as(second, users[2])
        request_id = asker.execute(
            "select id from perf.request_activation(%s)", [config_id]
        ).fetchone()[0]
        statement = "select perf.approve_activation(%s)"
        first.execute(statement, [request_id])
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(second.execute, statement, [request_id])
            wait_until_blocked(connection, second.info.backend_pid)
            first.commit()
            with pytest.raises(psycopg.Error, match="is approved already"):
                waiting.result(60)
    check_history(connection)


def test_a_guard_check_leaves_a_type_alone_that_is_being_changed(database, connection) -> None:
    save(connection, "sdxl", {"n": 0}, activate=True)
    bad_id = save(connection, "sdxl", {"n": 1})
    other_id = save(connection, "sdxl", {"n": 2})
    connection.execute("select perf.register_model('x/m', model_type => 'sdxl')")
    connection.execute(
        "select perf.activate_model_config(%s, guard => %s)",
        [
            bad_id,
            Jsonb({"metric": "error_rate", "worse_than": 0.1, "within": "1 h", "min_calls": 1}),
        ],
    )
    connection.execute("select perf.record_call('x/m', 'chat', 1, false)")
    with psycopg.connect(database) as changing:
        changing.execute("select perf.activate_model_config(%s)", [other_id])
        assert connection.execute("select * from perf.check_config_guards()").fetchall() == []
    assert connection.execute("select * from perf.check_config_guards()").fetchall() == []
    with connection.cursor(row_factory=dict_row) as cursor:
        history = cursor.execute("select * from perf.get_activation_history()").fetchall()
    assert [row["guard_status"] for row in history] == [None, "superseded", None]
    check_history(connection)


def test_a_broken_guard_is_rolled_back_by_one_of_two_checks_and_announced(
    database, connection
) -> None:
    save(connection, "sdxl", {"n": 0}, activate=True)
    bad_id = save(connection, "sdxl", {"n": 1})
    connection.execute("select perf.register_model('x/m', model_type => 'sdxl')")
    connection.execute(
        "select perf.activate_model_config(%s, guard => %s)",
        [
            bad_id,
            Jsonb({"metric": "error_rate", "worse_than": 0.1, "within": "1 h", "min_calls": 1}),
        ],
    )
    connection.execute("select perf.record_call('x/m', 'chat', 1, false)")
    statement = "select guard_status from perf.check_config_guards()"
    with (
        psycopg.connect(database) as first,
        psycopg.connect(database) as second,
        psycopg.connect(database, autocommit=True) as listener,
    ):
        listener.execute("listen perf_config")
        assert first.execute(statement).fetchall() == [("broken",)]
        assert second.execute(statement).fetchall() == []
        first.commit()
        second.commit()
        assert second.execute(statement).fetchall() == []
        notices = list(listener.notifies(timeout=60, stop_after=1))
    assert '"kind": "guard"' in notices[0].payload
    assert "error_rate was 1.0000 over 1 calls, limit 0.1000" in notices[0].payload
    check_history(connection)


def test_an_activation_of_an_older_snapshot_fails_clearly(database, connection) -> None:
    ids = [save(connection, "sdxl", {"n": n}, activate=n == 0) for n in range(3)]
    with psycopg.connect(database) as session:
        session.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        session.execute("select from perf.model_config_history")
        connection.execute("select perf.activate_model_config(%s)", [ids[1]])
        with pytest.raises(psycopg.errors.SerializationFailure):
            session.execute("select perf.activate_model_config(%s)", [ids[2]])
        session.rollback()
    check_history(connection)
