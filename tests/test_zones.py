"""Days and weeks of time zones, against Python's own."""

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg
import pytest

HOUR = timedelta(hours=1)
START = datetime(2025, 1, 1, tzinfo=UTC)
END = datetime(2025, 12, 1, tzinfo=UTC)
ZONES = [
    "Africa/Cairo",  # Clocks change at midnight: one day has none.
    "America/Havana",  # And here one has two.
    "America/Santiago",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "Australia/Lord_Howe",  # Clocks change by half an hour.
    "Europe/Berlin",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
]


@pytest.fixture
def calls(connection: psycopg.Connection) -> Counter[datetime]:
    """Calls of every hour of the year, on the hour and at its end; part of them not rolled up."""
    for late in (False, True):
        connection.execute(
            "select perf.record_calls(jsonb_agg(jsonb_build_object('model_name', 'acme/one',"
            " 'tool_name', 'chat', 'response_time_ms', 1, 'call_timestamp', h + m.shift)))"
            " from generate_series(%s::timestamptz, %s::timestamptz, '1 hour') as h"
            " cross join (values (interval '0'), ('59 minutes 59.999999 seconds')) as m (shift)"
            " where (extract(day from h) %% 5 = 0) = %s",
            [START, END - HOUR, late],
        )
        if not late:
            connection.execute("select perf.aggregate_performance_metrics()")
    hours = int((END - START) / HOUR)
    return Counter({START + n * HOUR: 2 for n in range(hours)})


def same(local: date) -> date:
    return local


def monday(local: date) -> date:
    return local - timedelta(days=local.weekday())


def test_a_day_of_a_zone_is_the_hours_that_start_in_it(
    connection: psycopg.Connection, calls: Counter[datetime]
) -> None:
    connection.execute("set timezone = 'UTC'")
    for zone in ZONES:
        check(connection, calls, zone, "daily", same)
        check(connection, calls, zone, "weekly", monday)


def check(
    connection: psycopg.Connection,
    calls: Counter[datetime],
    zone: str,
    granularity: str,
    bucket_of: Callable[[date], date],
) -> None:
    """Compare the series of a zone, and the ranges of its buckets, with the calls."""
    hours_of = defaultdict(list)
    for hour in calls:
        hours_of[bucket_of(hour.astimezone(ZoneInfo(zone)).date())].append(hour)
    # The first and the last one may have begun before, or go on after.
    whole = [hours_of[local] for local in sorted(hours_of)][1:-1]
    assert len({len(hours) for hours in whole}) in (1, 3)
    found = connection.execute(
        "select time_bucket, call_count from perf.get_performance_trends("
        "'acme/one', 'chat', %s, %s, %s, time_zone => %s)",
        [whole[0][0], whole[-1][-1], granularity, zone],
    ).fetchall()
    assert (zone, found) == (
        zone,
        [(hours[0], sum(calls[hour] for hour in hours)) for hours in whole],
    )
    ranges = connection.execute(
        "select range_start, range_end from perf.query_metrics("
        "'response_time_ms', %s, %s, granularity => %s, time_zone => %s)",
        [whole[0][0], whole[-1][-1], granularity, zone],
    ).fetchall()
    assert (zone, ranges) == (zone, [(hours[0], hours[-1] + HOUR) for hours in whole])
