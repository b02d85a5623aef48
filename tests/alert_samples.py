"""What the tests of alert states share: samples of their own, and a clock that stands still."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import psycopg
from psycopg.types.json import Jsonb

START = datetime(2020, 1, 6, tzinfo=UTC)

# In place of what thresholds and objectives measure.
STAND_INS = """
drop function if exists perf_internal.read_threshold_samples(timestamptz, bigint[]);
drop function if exists perf_internal.read_objective_samples(timestamptz);
drop function if exists perf_internal.get_objective_message(bigint, jsonb, float8, bigint, text);
drop function if exists perf_internal.watch_schedule(timestamptz, timestamptz);
create table perf_internal.samples (
    alert_type text not null default 'threshold',
    rule_id bigint not null,
    labels jsonb,
    value float8,
    sample_count bigint not null default 7,
    level integer,
    is_recovered boolean,
    problem text
);
create function perf_internal.read_threshold_samples(
    as_of timestamptz,
    threshold_ids bigint[] default null
)
returns setof perf_internal.samples
language sql
stable
as $$
    select s.* from perf_internal.samples as s where s.alert_type <> 'slo_burn_rate'
$$;
create function perf_internal.read_objective_samples(as_of timestamptz)
returns setof perf_internal.samples
language sql
stable
as $$
    select s.* from perf_internal.samples as s where s.alert_type = 'slo_burn_rate'
$$;
create function perf_internal.get_objective_message(
    rule_id bigint,
    labels jsonb,
    value float8,
    sample_count bigint,
    severity text
)
returns text
language sql
as $$
    select format('%s burns %s (%s)', labels ->> 'objective', value, severity)
$$;
create function perf_internal.watch_schedule(as_of timestamptz)
returns void
language sql
as 'select';
"""
THRESHOLD = """
insert into perf.performance_alert_thresholds (
    metric_name, statistic, direction, warning_threshold, critical_threshold, for_duration,
    keep_firing_for
)
values ('response_time_ms', 'max', 'above', 100, 200, %s, %s)
returning id
"""


class State(NamedTuple):
    """State of a series, and severity of its open alert."""

    state: str = "ok"
    severity: str | None = None


def at(minutes: float) -> datetime:
    """Return the time that many minutes after the start."""
    return START + timedelta(minutes=minutes)


def add_threshold(
    connection: psycopg.Connection, for_minutes: float = 0, keep_minutes: float = 0
) -> int:
    """Add a threshold that warns above 100 and is critical above 200; return its id."""
    row = connection.execute(
        THRESHOLD, [timedelta(minutes=for_minutes), timedelta(minutes=keep_minutes)]
    ).fetchone()
    assert row is not None
    return row[0]


def measure(
    connection: psycopg.Connection,
    rule_id: int,
    value: float | None,
    series: str = "a",
    recovers_at: float = 100,
) -> None:
    """Give a series of a threshold its value; None is no data."""
    level = None if value is None else 2 if value > 200 else 1 if value > 100 else 0
    labels = Jsonb({"model": series, "threshold_id": rule_id})
    connection.execute("delete from perf_internal.samples where labels = %s", [labels])
    connection.execute(
        "insert into perf_internal.samples (rule_id, labels, value, level, is_recovered)"
        " values (%s, %s, %s, %s, %s)",
        [rule_id, labels, value, level, None if value is None else value <= recovers_at],
    )


def check(connection: psycopg.Connection, as_of: datetime) -> list[tuple]:
    """Evaluate all rules; return series, state and severity of what changed."""
    return connection.execute(
        "select labels ->> 'model', state, severity from perf.check_alert_thresholds(%s)"
        " order by 1",
        [as_of],
    ).fetchall()


def read_state(connection: psycopg.Connection, series: str = "a") -> State:
    """Return what a series is, and check that states and alerts agree."""
    assert connection.execute(DISAGREEING).fetchall() == []
    row = connection.execute(
        "select s.warning_state, a.severity from perf_internal.alert_states as s"
        " left join perf.model_alerts as a on a.id = s.alert_id"
        " where s.labels ->> 'model' = %s",
        [series],
    ).fetchone()
    return State(*row) if row else State()


# Open alerts and states that do not belong to each other.
DISAGREEING = """
select s.labels, s.warning_state, s.critical_state, a.id, a.severity
from perf_internal.alert_states as s
full join (
    select m.* from perf.model_alerts as m where not m.is_resolved and m.alert_type = 'threshold'
) as a on a.id = s.alert_id
where (s.warning_state in ('firing', 'recovering')) is distinct from (a.id is not null)
    or s.warning_state = 'ok'
    or a.id is not null and (a.severity = 'critical') is distinct from
        (s.critical_state in ('firing', 'recovering'))
    or a.id is not null and a.labels is distinct from s.labels
"""
