"""Thresholds in sessions at once, and through a migration."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from pipeline import wait_until_blocked
from psycopg.types.json import Jsonb

from pgkit import migrations

CHANGE = "select perf.update_alert_threshold(%s, %s)"


@pytest.fixture
def second(database: str) -> Iterator[psycopg.Connection]:
    """Another session, which commits every statement."""
    with psycopg.connect(database, autocommit=True) as opened:
        yield opened


@pytest.fixture
def threshold(connection: psycopg.Connection) -> int:
    """A threshold of a metric that rows name."""
    connection.execute(
        "select perf.record_job_metrics('w', 'g', quality_scores => '{\"likeness\": 1}')"
    )
    return connection.execute(
        "select perf.create_alert_threshold('quality.likeness', 0.6, 0.5)"
    ).fetchone()[0]


def limits(connection: psycopg.Connection) -> list[tuple[float, float]]:
    return connection.execute(
        "select t.warning_threshold, t.critical_threshold"
        " from perf.performance_alert_thresholds as t"
    ).fetchall()


def test_a_migration_keeps_thresholds_though_it_adds_their_metrics_again(
    database, connection
) -> None:
    for metric in ("response_time_ms", "error_rate", "failed_total_gpu_time_ms"):
        connection.execute("select perf.create_alert_threshold(%s, 0.5, 0.6)", [metric])
    connection.execute(
        "insert into perf.slo_objectives (objective_name, metric_name, target)"
        " values ('calls', 'success_rate', 0.99)"
    )
    migrations.migrate(database)
    assert len(limits(connection)) == 3
    assert connection.execute("select count(*) from perf.slo_objectives").fetchone() == (1,)


def test_a_migration_does_not_lose_a_metric_that_a_threshold_watches(
    database, connection, sql_copy
) -> None:
    connection.execute(
        "select perf.create_alert_threshold('frame_count', 1, 2, direction => 'above')"
    )
    file = sql_copy / "metrics/jobs.sql"
    lines = file.read_text().splitlines(keepends=True)
    gone = [line for line in lines if "'frame_count'" not in line]
    assert len(gone) == len(lines) - 1
    gone = "".join(gone).replace("was in use.'),\n    )", "was in use.')\n    )")
    file.write_text(gone.replace("was in use.'),\n) as", "was in use.')\n) as"))
    with pytest.raises(Exception, match="performance_alert_thresholds_metric_name_fkey"):
        migrations.migrate(database, sql=sql_copy)
    assert connection.execute(
        "select count(*) from perf.metrics where metric = 'frame_count'"
    ).fetchone() == (1,)


def test_two_changes_of_a_threshold_at_once_both_last(connection, second, threshold) -> None:
    with ThreadPoolExecutor(1) as pool, connection.transaction():
        connection.execute(CHANGE, [threshold, Jsonb({"warning_threshold": 0.7})])
        waiting = pool.submit(
            second.execute, CHANGE, [threshold, Jsonb({"critical_threshold": 0.4})]
        )
        with psycopg.connect(second.info.dsn, autocommit=True) as observer:
            wait_until_blocked(observer, second.info.backend_pid)
        connection.execute("commit; begin")
        assert waiting.result(60).fetchone() == (True,)
    assert limits(connection) == [(0.7, 0.4)]


def test_a_change_that_waited_for_a_deletion_finds_nothing(connection, second, threshold) -> None:
    with ThreadPoolExecutor(1) as pool, connection.transaction():
        connection.execute("select perf.delete_alert_threshold(%s)", [threshold])
        waiting = pool.submit(second.execute, CHANGE, [threshold, Jsonb({"enabled": False})])
        with psycopg.connect(second.info.dsn, autocommit=True) as observer:
            wait_until_blocked(observer, second.info.backend_pid)
        connection.execute("commit; begin")
        with pytest.raises(psycopg.Error, match="there is no alert threshold"):
            waiting.result(60)


def test_forgetting_a_metric_waits_for_a_threshold_that_is_being_made(
    connection, second, threshold
) -> None:
    connection.execute("select perf.delete_alert_threshold(%s)", [threshold])
    with ThreadPoolExecutor(1) as pool, connection.transaction():
        connection.execute("select perf.create_alert_threshold('quality.likeness', 0.6, 0.5)")
        waiting = pool.submit(second.execute, "select perf.forget_metric('quality.likeness')")
        with psycopg.connect(second.info.dsn, autocommit=True) as observer:
            wait_until_blocked(observer, second.info.backend_pid)
        connection.execute("commit; begin")
        with pytest.raises(psycopg.errors.RestrictViolation, match="is watched by alert threshold"):
            waiting.result(60)
    assert limits(connection) == [(0.6, 0.5)]


def test_a_threshold_of_a_metric_that_is_being_forgotten_is_refused(
    connection, second, threshold
) -> None:
    connection.execute("select perf.delete_alert_threshold(%s)", [threshold])
    with ThreadPoolExecutor(1) as pool, connection.transaction():
        connection.execute("select perf.forget_metric('quality.likeness')")
        waiting = pool.submit(
            second.execute, "select perf.create_alert_threshold('quality.likeness', 0.6, 0.5)"
        )
        with psycopg.connect(second.info.dsn, autocommit=True) as observer:
            wait_until_blocked(observer, second.info.backend_pid)
        connection.execute("commit; begin")
        with pytest.raises(psycopg.Error, match=r'there is no metric "quality\.likeness"'):
            waiting.result(60)
    assert limits(connection) == []


def test_a_session_that_dies_leaves_a_threshold_and_the_audit_log_as_they_were(
    database, connection, threshold
) -> None:
    entries = connection.execute("select count(*) from perf.audit_log").fetchone()
    dying = psycopg.connect(database)
    dying.execute(CHANGE, [threshold, Jsonb({"warning_threshold": 0.9})])
    dying.execute("select perf.create_alert_threshold('failure_rate', 0.1, 0.2)")
    connection.execute("select pg_terminate_backend(%s, 10000)", [dying.info.backend_pid])
    dying.close()
    assert limits(connection) == [(0.6, 0.5)]
    assert connection.execute("select count(*) from perf.audit_log").fetchone() == entries
