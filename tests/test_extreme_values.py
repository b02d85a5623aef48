"""Values at the ends of what is allowed stop no run, and figures agree with each other."""

import psycopg
import pytest
from pipeline import MONDAY, aggregate, verify

RECORD = "select perf.record_call(%s, 'chat', %s, error_type => %s, call_timestamp => %s)"
SUCCESSFUL = (
    "select count, average, minimum, maximum from perf.query_metrics("
    "'successful_response_time_ms', '2020-01-06', '2020-01-07')"
)


def record(connection: psycopg.Connection, ms: float, error_type: str | None = None) -> None:
    connection.execute(RECORD, ["acme/one", ms, error_type, MONDAY])


@pytest.mark.parametrize("ms", [5e-324, 1e-162, 1e-150, 1e-9, 1e10])
def test_no_value_stops_a_run_or_a_report(connection: psycopg.Connection, ms: float) -> None:
    record(connection, ms)
    assert aggregate(connection) == 1
    # Merging squares the difference of two means.
    record(connection, ms * 0.9999999999999)
    record(connection, 0)
    assert aggregate(connection) == 2
    assert verify(connection) == []
    rows = connection.execute(
        "select call_count from perf.get_model_comparison('2020-01-06', '2020-01-07')"
    ).fetchall()
    assert rows == [(3,)]
    assert connection.execute(
        "select perf.rebuild_performance_metrics('2020-01-06', '2020-01-07')"
    ).fetchone() == (3,)


@pytest.mark.parametrize("successes", [[1e10, 1e10], [42, 42, 42], [0, 0, 7]])
def test_extremes_of_successes_contain_their_average(
    connection: psycopg.Connection, successes: list[float]
) -> None:
    for ms in successes:
        record(connection, ms)
    for ms in (0, 1e10):
        record(connection, ms, "timeout")
    count, average, minimum, maximum = connection.execute(SUCCESSFUL).fetchone()
    assert count == len(successes)
    assert 0 <= minimum <= average <= maximum <= 1e10


def test_a_share_has_no_percentiles_with_or_without_failures(
    connection: psycopg.Connection,
) -> None:
    ask = (
        "select average, percentile_values"
        " from perf.query_metrics('error_rate', '2020-01-06', '2020-01-07')"
    )
    record(connection, 100)
    assert connection.execute(ask).fetchone() == (0, None)
    record(connection, 100, "timeout")
    assert connection.execute(ask).fetchone() == (0.5, None)
