"""What the tests of the call pipeline share: record, wait, and compare every level with the truth.

The truth is a list of the calls that the test knows it committed.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import NamedTuple

import psycopg
from psycopg.types.json import Jsonb

# A Monday, so that the day is the first of its week; outside every partition.
MONDAY = datetime(2020, 1, 6, tzinfo=UTC)
ROLLUPS = ("hourly", "daily", "weekly")
LEVELS = ("raw", *ROLLUPS)

# Calls, milliseconds, values in the sketch and failed calls by level, model and tool. A sketch is a
# number to the base 10^16, so its remainder after division by 10^16 - 1 is the sum of its counts.
COUNTS = """
with levels as (
    select
        'raw' as level,
        r.model_tool_config_id as series_id,
        count(*) as calls,
        sum(r.response_time_ms) as ms,
        count(*) filter (where r.response_time_ms > 0) as sketched,
        count(*) filter (where not r.success) as failed
    from perf.performance_metrics_raw as r
    group by 2
    union all
    select
        m.granularity,
        m.series_id,
        sum(m.count) filter (where m.metric = 'response_time_ms'),
        sum(m.sum) filter (where m.metric = 'response_time_ms'),
        coalesce(
            sum(mod(m.sketch, 9999999999999999)) filter (where m.metric = 'response_time_ms'), 0
        ),
        coalesce(sum(m.count) filter (where m.metric = 'failed_response_time_ms'), 0)
    from perf_internal.rollups as m
    group by 1, 2
)
select
    l.level,
    m.name || ' ' || t.name,
    sum(l.calls)::int,
    sum(l.ms)::int,
    sum(l.sketched)::int,
    sum(l.failed)::int
from levels as l
join perf.model_tool_configs as c on c.id = l.series_id
join perf.models as m on m.id = c.model_id
join perf.tools as t on t.id = c.tool_id
group by 1, 2
"""

# A level whose buckets say something else than the level below, where both are kept.
DISAGREEING_BUCKETS = """
with wide as (
    select r.series_id, r.metric, r.granularity, r.time_bucket, r.count, r.sum,
        r.sketch * perf_internal.get_sketch_unit(r.last_bin) as sketch
    from perf_internal.rollups as r
)
select u.level, u.series_id, u.metric, u.bucket
from (
    select l.level, w.series_id, w.metric, w.time_bucket as bucket, w.count, w.sum, w.sketch
    from wide as w
    join (values ('daily', 'daily'), ('weekly', 'weekly')) as l (granularity, level)
        on l.granularity = w.granularity
    union all
    select l.level, w.series_id, w.metric, date_bin(l.width, w.time_bucket, '2001-01-01 00:00+00'),
        -w.count, -w.sum, -w.sketch
    from wide as w
    join (values ('hourly', 'daily', interval '1 day'), ('daily', 'weekly', interval '7 days'))
        as l (granularity, level, width)
        on l.granularity = w.granularity
) as u
group by 1, 2, 3, 4
having sum(u.count) <> 0 or sum(u.sum) <> 0 or coalesce(sum(u.sketch), 0) <> 0
"""


class Call(NamedTuple):
    """A call that was committed; whole milliseconds, so that sums are exact.

    Calls of an even number of milliseconds fail, so that failed calls are counted too.
    """

    model: str
    ms: int
    tool: str = "chat"

    @property
    def is_success(self) -> bool:
        return self.ms % 2 == 1


def record(
    connection: psycopg.Connection, model: str, ms: int, at: datetime = MONDAY, tool: str = "chat"
) -> Call:
    """Record one call with `record_call`; the caller commits."""
    call = Call(model, ms, tool)
    connection.execute(
        "select perf.record_call(%s, %s, %s, %s, call_timestamp => %s)",
        [model, tool, ms, call.is_success, at],
    )
    return call


def record_batch(
    connection: psycopg.Connection, calls: Iterable[Call], at: datetime = MONDAY
) -> list[Call]:
    """Record calls with one `record_calls`; the caller commits."""
    calls = list(calls)
    batch = [
        {
            "model_name": call.model,
            "tool_name": call.tool,
            "response_time_ms": call.ms,
            "success": call.is_success,
            "call_timestamp": at.isoformat(),
        }
        for call in calls
    ]
    recorded = connection.execute("select perf.record_calls(%s)", [Jsonb(batch)]).fetchone()
    assert recorded == (len(calls),)
    return calls


def aggregate(connection: psycopg.Connection) -> int:
    """Run the aggregation and return how many calls it rolled up."""
    return connection.execute("select perf.aggregate_performance_metrics()").fetchone()[0]


def assert_counted_once(
    connection: psycopg.Connection, committed: Iterable[Call], levels: Iterable[str] = LEVELS
) -> None:
    """Compare counts, sums and sketches of every level, by model and tool, with the truth."""
    truth: dict[str, tuple[int, int, int, int]] = defaultdict(lambda: (0, 0, 0, 0))
    for call in committed:
        calls, ms, sketched, failed = truth[f"{call.model} {call.tool}"]
        truth[f"{call.model} {call.tool}"] = (
            calls + 1,
            ms + call.ms,
            # A sketch has no bin for zeros.
            sketched + (call.ms > 0),
            failed + (not call.is_success),
        )
    found: dict[str, dict[str, tuple[int, int, int, int]]] = {level: {} for level in LEVELS}
    for level, name, *numbers in connection.execute(COUNTS):
        found[level][name] = tuple(numbers)
    for level in levels:
        assert found[level] == truth, level
    assert connection.execute(DISAGREEING_BUCKETS).fetchall() == []
    if "raw" in levels:
        assert verify(connection) == []


def verify(connection: psycopg.Connection) -> list[tuple]:
    """Return the rows of `verify_performance_metrics` over all time."""
    return connection.execute(
        "select * from perf.verify_performance_metrics('1970-01-01', now() + interval '2 days')"
    ).fetchall()


def wait_for(condition: Callable[[], object], what: str = "nothing happened") -> None:
    """Wait until a condition holds, at most a minute: a busy machine is no failure."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, f"{what} in 60 seconds"
        time.sleep(0.01)


def is_blocked(observer: psycopg.Connection, pid: int) -> bool:
    """Say whether a session waits for a lock that another session holds."""
    return observer.execute("select pg_blocking_pids(%s) <> '{}'", [pid]).fetchone()[0]


def wait_until_blocked(observer: psycopg.Connection, *pids: int) -> None:
    """Wait until these sessions each wait for a lock that another session holds."""
    wait_for(
        lambda: all(is_blocked(observer, pid) for pid in pids),
        f"sessions {pids} did not wait for a lock",
    )


def wait_until_asleep(observer: psycopg.Connection, pid: int) -> None:
    """Wait until a session sleeps between two attempts at a lock."""
    statement = "select wait_event = 'PgSleep' from pg_stat_activity where pid = %s"
    wait_for(
        lambda: observer.execute(statement, [pid]).fetchone() == (True,),
        f"session {pid} did not sleep",
    )


def wait_until_gone(observer: psycopg.Connection, pid: int) -> None:
    """Wait until a session has ended and let go of its locks."""
    wait_for(
        lambda: (
            observer.execute("select from pg_stat_activity where pid = %s", [pid]).fetchone()
            is None
        ),
        f"session {pid} did not end",
    )
