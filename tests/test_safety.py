"""What is not ours stays: neither migrated over nor removed."""

import psycopg
import pytest


def test_a_schema_of_somebody_else_is_not_migrated(pgkit, empty_database) -> None:
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute("create schema perf; create table perf.mine (y integer)")
    refused = pgkit("migrate", dsn=empty_database)
    assert refused.returncode == 1
    assert "hold what is not ours: perf.mine" in refused.stderr


def test_a_schema_of_somebody_else_is_not_removed(pgkit, empty_database) -> None:
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute("create schema perf; create table perf.mine (y integer)")
        refused = pgkit("uninstall", "--yes", dsn=empty_database)
        assert refused.returncode == 1
        assert "never migrated" in refused.stderr
        connection.execute("select from perf.mine")


@pytest.mark.parametrize("work", ["cleanup_old_performance_data", "ensure_partitions"])
def test_work_on_partitions_refuses_an_old_snapshot(connection, work) -> None:
    with connection.transaction():
        connection.execute("set transaction isolation level repeatable read")
        with pytest.raises(
            psycopg.DatabaseError,
            match="needs a read committed transaction, this one is repeatable read",
        ) as refused:
            connection.execute(f"select * from perf.{work}()")
    assert refused.value.sqlstate == "PT409"


def test_cleanup_leaves_a_day_on_which_something_depends(connection) -> None:
    connection.execute("select * from perf.ensure_partitions(now() - interval '9 days', 0)")
    connection.execute("select * from perf.ensure_partitions(now() - interval '8 days', 0)")
    cleanup = (
        "select kept_because from perf.cleanup_old_performance_data() where pipeline = 'calls'"
    )
    (name,) = connection.execute(
        "select partition_name from perf_internal.raw_partitions"
        " where pipeline = 'calls' order by range_start limit 1"
    ).fetchone()
    connection.execute(f"create view public.mine as select * from perf_internal.{name}")
    assert connection.execute(cleanup).fetchall() == [
        ("a view or foreign key depends on it",),
        (None,),
    ]
    connection.execute("drop view public.mine")
    assert connection.execute(cleanup).fetchall() == [(None,)]


def test_cleanup_leaves_a_day_that_a_transaction_holds(database, connection) -> None:
    connection.execute("select * from perf.ensure_partitions(now() - interval '9 days', 0)")
    with psycopg.connect(database) as writer:
        writer.execute(
            "select perf.record_call('a/b', 'c', 1, call_timestamp => now() - interval '9 days')"
        )
        cleanup = (
            "select name, kept_because from perf.cleanup_old_performance_data()"
            " where pipeline = 'calls'"
        )
        ((_, kept_because),) = connection.execute(cleanup).fetchall()
        assert kept_because.startswith("another transaction holds performance_metrics_raw_")
        writer.commit()
    connection.execute("select perf.aggregate_performance_metrics()")
    ((_, kept_because),) = connection.execute(cleanup).fetchall()
    assert kept_because is None
    (calls,) = connection.execute(
        "select sum(call_count) from perf.performance_metrics_daily"
    ).fetchone()
    assert calls == 1


def test_partitions_are_cut_in_utc_for_every_session(connection) -> None:
    connection.execute("set timezone = 'Asia/Kolkata'")
    connection.execute("set datestyle = 'SQL, DMY'")
    connection.execute("select * from perf.ensure_partitions('2020-01-06 12:00+00', 0)")
    connection.execute("set timezone = 'UTC'")
    connection.execute("set datestyle = 'ISO'")
    (bounds,) = connection.execute(
        "select pg_get_expr(relpartbound, oid) from pg_class"
        " where relname = 'performance_metrics_raw_20200106'"
    ).fetchone()
    assert bounds == "FOR VALUES FROM ('2020-01-06 00:00:00+00') TO ('2020-01-07 00:00:00+00')"
