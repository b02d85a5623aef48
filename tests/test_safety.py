"""What is not ours stays: neither migrated over nor removed."""

import psycopg


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


def test_cleanup_refuses_an_old_snapshot(connection) -> None:
    with connection.transaction():
        connection.execute("set transaction isolation level repeatable read")
        try:
            connection.execute("select * from perf.cleanup_old_performance_data()")
        except psycopg.errors.ObjectNotInPrerequisiteState as error:
            message = error.diag.message_primary
    assert message == "cleanup needs a read committed transaction, this one is repeatable read"


def test_cleanup_leaves_a_day_that_a_transaction_holds(database, connection) -> None:
    connection.execute("select * from perf.ensure_partitions(now() - interval '9 days', 0)")
    with psycopg.connect(database) as writer:
        writer.execute(
            "select perf.record_call('a/b', 'c', 1, call_timestamp => now() - interval '9 days')"
        )
        cleanup = "select name, kept_because from perf.cleanup_old_performance_data()"
        ((_, kept_because),) = connection.execute(cleanup).fetchall()
        assert kept_because == "another transaction holds it"
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
