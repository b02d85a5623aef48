"""Trainers at once, trainers that die, and what is notified: one trainer holds a training."""

import json
import os
import random
import re
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from pipeline import wait_for, wait_until_blocked
from psycopg.types.json import Jsonb
from test_recording import at_once

GUIDE = Path(__file__).parent.parent / "docs" / "training.md"
TRAININGS = "lock table perf.model_training_history"
CLAIM = "select training_id, lease_id from perf.claim_training(%s, lease => %s)"
COMPLETE = "select perf.complete_training(%s, %s, %s, %s)"
FAIL = "select perf.fail_training(%s, %s, %s, %s)"
HEARTBEAT = "select perf.heartbeat_training(%s, %s, %s)"


def value(own: psycopg.Connection, statement: str, *arguments: object):
    return own.execute(statement.encode(), arguments).fetchone()[0]


def trigger(own: psycopg.Connection, model_type: str = "energy") -> uuid.UUID:
    return value(own, "select perf.trigger_retraining(%s)", model_type)


def claim(own: psycopg.Connection, worker: str = "t", lease: str = "5 minutes"):
    return own.execute(CLAIM.encode(), [worker, lease]).fetchone()


def end_leases(own: psycopg.Connection) -> None:
    """Let the time of every lease be over."""
    own.execute(
        "update perf.model_training_history set lease_expires_at = now() - interval '1 second'"
        " where training_status = 'running'"
    )


def test_all_who_ask_at_once_get_one_training(database, connection) -> None:
    ids = at_once(database, connection, [trigger] * 20, TRAININGS)
    assert len(set(ids)) == 1
    assert value(connection, "select count(*) from perf.model_training_history") == 1


def test_who_asks_waits_for_an_end_that_is_not_committed(database, connection) -> None:
    first = trigger(connection)
    held = claim(connection)
    with (
        closing(psycopg.connect(database)) as ending,
        closing(psycopg.connect(database, autocommit=True)) as asking,
        ThreadPoolExecutor(1) as pool,
    ):
        assert value(ending, COMPLETE, *held, "1", None)
        waiting = pool.submit(trigger, asking)
        wait_until_blocked(connection, asking.info.backend_pid)
        ending.rollback()
        assert waiting.result() == first
        assert value(ending, COMPLETE, *held, "1", None)
        waiting = pool.submit(trigger, asking)
        wait_until_blocked(connection, asking.info.backend_pid)
        ending.commit()
        assert waiting.result() != first


def test_twenty_trainers_hold_fifty_trainings_once_each(database, connection) -> None:
    for number in range(50):
        trigger(connection, f"model {number}")

    def take_all(own: psycopg.Connection) -> list[tuple]:
        own.autocommit = True
        return list(iter(lambda: claim(own), None))

    taken = at_once(database, connection, [take_all] * 20, TRAININGS)
    held = [one for of_one in taken for one in of_one]
    assert len(held) == len({training for training, _ in held}) == 50
    assert (
        sorted(held)
        == connection.execute(
            "select id, lease_id from perf.model_training_history"
            " where training_status = 'running' and attempt_count = 1 order by id"
        ).fetchall()
    )


def test_a_claim_skips_what_another_session_is_claiming(database, connection) -> None:
    first, second = trigger(connection, "a"), trigger(connection, "b")
    with closing(psycopg.connect(database)) as own:
        assert claim(own)[0] == first
        assert claim(connection)[0] == second
        assert claim(connection) is None
        own.rollback()
    assert claim(connection)[0] == first


def test_a_drift_check_that_names_a_training_does_not_hide_it(database, connection) -> None:
    training = trigger(connection)
    with closing(psycopg.connect(database)) as own:
        own.execute(
            "with model as (insert into perf_internal.trained_models (model_type)"
            " values ('energy') returning id)"
            " insert into perf.model_drift_checks (trained_model_id, start_time, end_time,"
            " drift_detected, drift_score, drift_details, training_id)"
            " select id, '2020-01-05', '2020-01-06', true, 0.5, '{}', %s from model",
            [training],
        )
        assert claim(connection)[0] == training
        own.commit()


def test_trainers_that_are_slow_or_die_never_complete_a_training_twice(
    database, connection
) -> None:
    """Leases of a second, and trainers that sleep for up to two, or stop in the middle."""
    trainings = {trigger(connection, f"model {number}") for number in range(12)}
    connection.execute("update perf.model_training_history set max_attempts = 100")
    states = Counter()

    def work(number: int) -> list[uuid.UUID]:
        chooser = random.Random(number)
        completed = []
        with closing(psycopg.connect(database, autocommit=True)) as own:
            while value(
                own,
                "select exists (select from perf.model_training_history"
                " where training_status in ('pending', 'running'))",
            ):
                held = claim(own, f"t-{number}", "1 second")
                if held is None:
                    time.sleep(0.05)
                    continue
                time.sleep(chooser.choice([0, 0.1, 1.2, 2]))
                try:
                    match chooser.randrange(5):
                        case 0:
                            continue
                        case 1:
                            value(own, HEARTBEAT, *held, "1 second")
                            time.sleep(chooser.choice([0.1, 1.2]))
                        case 2:
                            value(own, FAIL, *held, "no", True)
                            continue
                    if value(own, COMPLETE, *held, f"{held[1]}", None):
                        completed.append(held[0])
                except psycopg.Error as error:
                    states[error.sqlstate] += 1
        return completed

    with ThreadPoolExecutor(8) as pool:
        completed = [one for of_one in pool.map(work, range(8)) for one in of_one]
    assert sorted(completed) == sorted(trainings)
    assert set(states) <= {"PT409"}
    assert connection.execute(
        "select count(*) from perf.model_training_history"
        " where training_status = 'completed' and model_version = lease_id::text"
    ).fetchone() == (12,)
    print(f"{states['PT409']} steps refused")


def test_a_step_and_a_claim_at_once_leave_one_holder(database, connection) -> None:
    """Whichever locks the training first goes; the other sees what it did."""
    training = trigger(connection)
    held = claim(connection)
    end_leases(connection)
    with (
        closing(psycopg.connect(database)) as late,
        closing(psycopg.connect(database, autocommit=True)) as other,
        ThreadPoolExecutor(1) as pool,
    ):
        assert value(late, HEARTBEAT, *held, "5 minutes")
        assert claim(other) is None
        late.rollback()
        other.autocommit = False
        taken = claim(other)
        assert taken[0] == training
        beating = pool.submit(value, late, HEARTBEAT, *held, "5 minutes")
        wait_until_blocked(connection, late.info.backend_pid)
        other.commit()
        with pytest.raises(psycopg.Error, match="is not held with lease_id"):
            beating.result()
        late.rollback()
        for statement, arguments in (
            (HEARTBEAT, ["1 minute"]),
            (COMPLETE, ["1", None]),
            (FAIL, ["x", False]),
        ):
            with pytest.raises(psycopg.Error) as refused:
                value(late, statement, *held, *arguments)
            assert refused.value.sqlstate == "PT409"
            assert refused.value.diag.message_hint.startswith("The lease was over, and another")
            late.rollback()
        assert value(connection, COMPLETE, *taken, "1", None)


def test_a_retry_of_a_completion_waits_for_the_first(database, connection) -> None:
    trigger(connection)
    held = claim(connection)
    work = [lambda own: value(own, COMPLETE, *held, "1", Jsonb({"rmse": 1}))] * 4

    def complete(own: psycopg.Connection) -> bool:
        own.autocommit = True
        return work[0](own)

    assert Counter(at_once(database, connection, [complete] * 4, TRAININGS)) == {
        True: 1,
        False: 3,
    }
    assert value(connection, "select count(*) from perf.model_performance_metrics") == 1


def test_a_transaction_with_an_old_snapshot_fails_instead_of_taking_a_training_twice(
    database, connection
) -> None:
    trigger(connection, "a")
    for level in ("repeatable read", "serializable"):
        with closing(psycopg.connect(database)) as own:
            own.execute(f"set default_transaction_isolation = '{level}'".encode())
            own.commit()
            own.execute("select count(*) from perf.model_training_history")
            held = claim(connection)
            with pytest.raises(psycopg.errors.SerializationFailure):
                claim(own)
            own.rollback()
            assert claim(own) is None
            own.commit()
            own.execute("select count(*) from perf.model_training_history")
            trigger(connection, level)
            with pytest.raises(psycopg.errors.SerializationFailure):
                trigger(own, level)
            own.rollback()
            assert value(connection, FAIL, *held, "again", True)
            held = claim(connection)
            assert value(connection, FAIL, *held, "no", False)


def heard(own: psycopg.Connection) -> list[dict]:
    return [json.loads(one.payload) for one in own.notifies(timeout=0.5)]


def test_each_step_of_a_training_is_notified_when_it_commits(database, connection) -> None:
    with closing(psycopg.connect(database, autocommit=True)) as own:
        own.execute("listen perf_trainings")
        training = trigger(connection)
        trigger(connection)
        held = claim(connection)
        value(connection, HEARTBEAT, *held, "1 minute")
        value(connection, FAIL, *held, "x", True)
        held = claim(connection)
        end_leases(connection)
        held = claim(connection)
        value(connection, COMPLETE, *held, "1", None)
        value(connection, COMPLETE, *held, "1", None)
        said = heard(own)
        assert [one["status"] for one in said] == [
            *("pending", "running", "pending", "running", "running", "completed")
        ]
        assert said[0] == {
            "training_id": str(training),
            "model_type": "energy",
            "machine_id": None,
            "status": "pending",
        }
        with connection.transaction(force_rollback=True):
            trigger(connection)
        connection.execute("set perf.notify_trainings = off")
        trigger(connection)
        assert heard(own) == []


RAISE = "select perf_internal.raise_alert('drift', %s, 'energy', null, 'It drifts.')"
CLEAR = "select perf_internal.clear_alert('drift', 'energy', null)"


def test_alerts_are_notified_when_they_open_get_worse_or_are_over(database, connection) -> None:
    with closing(psycopg.connect(database, autocommit=True)) as own:
        own.execute("listen perf_alerts")
        first = value(connection, RAISE, "warning")
        value(connection, RAISE, "warning")
        value(connection, RAISE, "critical")
        value(connection, RAISE, "info")
        assert value(connection, CLEAR)
        assert not value(connection, CLEAR)
        second = value(connection, RAISE, "info")
        value(connection, "select perf.resolve_alert(%s)", second)
        said = heard(own)
        assert [(one["alert_id"], one["severity"], one["is_resolved"]) for one in said] == [
            (first, "warning", False),
            (first, "critical", False),
            (first, "critical", True),
            (second, "info", False),
            (second, "info", True),
        ]
        assert said[0] == {
            "alert_id": first,
            "alert_type": "drift",
            "severity": "warning",
            "model_type": "energy",
            "machine_id": None,
            "is_acknowledged": False,
            "is_resolved": False,
        }
        with connection.transaction(force_rollback=True):
            value(connection, RAISE, "critical")
        connection.execute("set perf.notify_alerts = off")
        value(connection, RAISE, "critical")
        assert heard(own) == []


def test_an_alert_that_many_raise_at_once_is_one(database, connection) -> None:
    def lift(own: psycopg.Connection) -> int:
        own.autocommit = True
        return value(own, RAISE, "warning")

    assert len(set(at_once(database, connection, [lift] * 20, "lock table perf.model_alerts"))) == 1
    assert connection.execute("select repeat_count from perf.model_alerts").fetchall() == [(19,)]


def test_an_alert_that_is_raised_while_another_session_clears_it_opens_anew(
    database, connection
) -> None:
    first = value(connection, RAISE, "warning")
    with (
        closing(psycopg.connect(database)) as own,
        closing(psycopg.connect(database, autocommit=True)) as raising,
        ThreadPoolExecutor(1) as pool,
    ):
        assert value(own, CLEAR)
        waiting = pool.submit(value, raising, RAISE, "warning")
        wait_until_blocked(connection, raising.info.backend_pid)
        own.commit()
        second = waiting.result()
    assert second != first
    assert connection.execute("select id from perf.v_unresolved_model_alerts").fetchall() == [
        (second,)
    ]


def test_two_admins_resolve_an_alert_once(database, connection) -> None:
    alert = value(connection, RAISE, "warning")

    def resolve(own: psycopg.Connection) -> bool:
        own.autocommit = True
        return value(own, "select perf.resolve_alert(%s)", alert)

    done = at_once(database, connection, [resolve] * 4, "lock table perf.model_alerts")
    assert Counter(done) == {True: 1, False: 3}


@contextmanager
def running(path: Path, script: str, dsn: str) -> Iterator[subprocess.Popen]:
    """Run a trainer in a process of its own, and kill it in the end."""
    path.write_text(script)
    with subprocess.Popen([sys.executable, path], env={**os.environ, "DATABASE_URL": dsn}) as own:
        try:
            yield own
        finally:
            own.kill()


@pytest.fixture
def trainer() -> str:
    """The trainer of the guide, with a lease that a test can wait for."""
    [script] = re.findall(r"^```python\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.M | re.S)
    assert '"5 minutes", 60' in script
    return script.replace('"5 minutes", 60', '"2 seconds", 0.3')


def status(own: psycopg.Connection, training: uuid.UUID) -> str:
    return value(
        own, "select training_status from perf.model_training_history where id = %s", training
    )


def test_the_trainer_of_the_guide_trains(database, connection, trainer, tmp_path) -> None:
    trigger(connection)
    value(connection, COMPLETE, *claim(connection), "old", Jsonb({"rmse": 2.5}))
    with running(tmp_path / "trainer.py", trainer, database):
        for _ in range(2):
            training = trigger(connection)
            wait_for(lambda training=training: status(connection, training) == "completed")
    assert connection.execute(
        "select t.model_version, t.metrics, t.performance_improvement"
        " from perf.get_trainings('energy') as t order by t.requested_at"
    ).fetchall() == [
        ("old", {"rmse": 2.5}, None),
        ("2026-11-26", {"rmse": 1.25, "auc": 0.91}, 0.5),
        ("2026-11-26", {"rmse": 1.25, "auc": 0.91}, 0),
    ]


def test_the_trainer_of_the_guide_says_why_it_failed(
    database, connection, trainer, tmp_path
) -> None:
    training = trigger(connection)
    with running(tmp_path / "trainer.py", trainer.replace("return ", "1 / 0  # "), database):
        wait_for(lambda: status(connection, training) == "failed")
    assert connection.execute("select alert_message from perf.get_active_alerts()").fetchall() == [
        ("Training of energy failed: ZeroDivisionError('division by zero')",)
    ]


@pytest.mark.parametrize("metric", ['float("nan")', '"good"', "{1}"])
def test_the_trainer_of_the_guide_fails_a_training_whose_metrics_are_refused(
    database, connection, trainer, tmp_path, metric
) -> None:
    training = trigger(connection)
    script = trainer.replace('"rmse": 1.25', f'"rmse": {metric}')
    with running(tmp_path / "trainer.py", script, database) as own:
        wait_for(lambda: status(connection, training) == "failed")
        assert own.poll() is None


def test_a_trainer_that_is_killed_is_replaced_after_its_lease(
    database, connection, trainer, tmp_path
) -> None:
    slow = trainer.replace("return ", "stop.wait(3600)\n    return ")
    training = trigger(connection)
    with running(tmp_path / "slow.py", slow, database) as victim:
        wait_for(lambda: status(connection, training) == "running")
        with running(tmp_path / "quick.py", trainer, database):
            # Longer than the lease: heartbeats hold it.
            time.sleep(3)
            assert status(connection, training) == "running"
            assert value(connection, "select claimed_by from perf.model_training_history") == (
                f"trainer {victim.pid}"
            )
            victim.kill()
            wait_for(lambda: status(connection, training) == "completed")
    assert connection.execute(
        "select attempt_count, claimed_by <> %s from perf.model_training_history",
        [f"trainer {victim.pid}"],
    ).fetchone() == (2, True)


def test_the_trainer_of_the_guide_stops_when_another_has_its_training(
    database, connection, trainer, tmp_path
) -> None:
    slow = trainer.replace(
        "return ", f"stop.wait(); open({str(tmp_path / 'x')!r}, 'w')\n    return "
    )
    training = trigger(connection)
    with running(tmp_path / "slow.py", slow, database):
        wait_for(lambda: status(connection, training) == "running")
        # As if it had slept for longer than its lease.
        end_leases(connection)
        while (held := claim(connection)) is None:
            end_leases(connection)
        wait_for((tmp_path / "x").exists)
        assert value(connection, COMPLETE, *held, "mine", None)
        # And it lives.
        second = trigger(connection)
        wait_for(lambda: status(connection, second) == "running")
