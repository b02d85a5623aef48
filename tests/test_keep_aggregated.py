"""perf.keep_aggregated() runs again while many rows wait, and is over at once where few do."""

import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from pipeline import Call, assert_counted_once, record_batch, wait_for

from pgkit.database import parse_dsn


def keep_aggregated(dsn: str, run_for: str, pending_rows: int) -> float:
    """Call the procedure and return how many seconds it took."""
    with psycopg.connect(**parse_dsn(dsn), autocommit=True) as connection:
        start = time.monotonic()
        connection.execute(
            "call perf.keep_aggregated(%s::interval, %s::bigint)", [run_for, pending_rows]
        )
        return time.monotonic() - start


def rolled_up(connection: psycopg.Connection) -> int:
    return connection.execute(
        "select total_rows from perf_internal.rollup_state where pipeline = 'calls'"
    ).fetchone()[0]


def test_few_calls_are_rolled_up_once(database: str, connection: psycopg.Connection) -> None:
    committed = record_batch(connection, [Call("acme/one", 100)] * 9)
    assert keep_aggregated(database, "1 minute", 10) < 30
    assert_counted_once(connection, committed)


def test_many_calls_are_rolled_up_as_they_come(
    database: str, connection: psycopg.Connection
) -> None:
    committed = record_batch(connection, [Call("acme/one", 100)] * 10)
    with ThreadPoolExecutor() as pool:
        calling = pool.submit(keep_aggregated, database, "1 minute", 10)
        wait_for(lambda: rolled_up(connection) == 10)
        # Nine would not start a run; the tenth does.
        committed += record_batch(connection, [Call("acme/two", 200)] * 9)
        committed += record_batch(connection, [Call("acme/two", 300)])
        wait_for(lambda: rolled_up(connection) == 20)
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and query like 'call perf.%'"
        )
        with pytest.raises(psycopg.errors.AdminShutdown):
            calling.result()
    assert_counted_once(connection, committed)


def test_it_is_over_when_its_time_is(database: str, connection: psycopg.Connection) -> None:
    record_batch(connection, [Call("acme/one", 100)] * 10)
    assert keep_aggregated(database, "2 seconds", 10) < 30
    assert rolled_up(connection) == 10


def test_it_ends_before_a_statement_timeout(connection: psycopg.Connection) -> None:
    connection.execute("set statement_timeout = '4s'")
    connection.execute("call perf.keep_aggregated(run_for => '1 minute', pending_rows => 0)")
