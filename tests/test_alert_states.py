"""States of alerts with a frozen clock, and against the documented rules of Prometheus."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg
import pytest
from alert_samples import STAND_INS, State, add_threshold, at, check, measure, read_state
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

OK = State()
PENDING = State("pending")
WARNING = State("firing", "warning")
CRITICAL = State("firing", "critical")
RECOVERING = State("recovering", "warning")


@pytest.fixture
def alerts(connection: psycopg.Connection) -> psycopg.Connection:
    connection.execute(STAND_INS)
    return connection


def follow(
    connection: psycopg.Connection, rule_id: int, values: list[float | None], **options: float
) -> list[State]:
    """Measure a value and evaluate every minute; return the state after each."""
    states = []
    for minute, value in enumerate(values):
        measure(connection, rule_id, value, **options)
        before = read_state(connection)
        changed = check(connection, at(minute))
        after = read_state(connection)
        assert changed == ([] if before == after else [("a", *after)])
        states.append(after)
    return states


@pytest.mark.parametrize(
    ("minutes", "values", "states"),
    [
        ((0, 0), [50, 150, 150, 50], [OK, WARNING, WARNING, OK]),
        ((0, 0), [100, 101, 200, 201], [OK, WARNING, WARNING, CRITICAL]),
        ((0, 0), [250, 150, 250, 50], [CRITICAL, WARNING, CRITICAL, OK]),
        ((2, 0), [150, 150, 150, 50], [PENDING, PENDING, WARNING, OK]),
        ((2, 0), [150, 150, 50, 150], [PENDING, PENDING, OK, PENDING]),
        ((2, 0), [250, 250, 250, 50], [PENDING, PENDING, CRITICAL, OK]),
        # Critical has its own for_duration.
        (
            (2, 0),
            [150, 150, 150, 250, 250, 250],
            [PENDING, PENDING, WARNING, WARNING, WARNING, CRITICAL],
        ),
        ((2, 0), [150, 250, 150, 150], [PENDING, PENDING, WARNING, WARNING]),
        # And its own keep_firing_for.
        (
            (0, 2),
            [250, 150, 150, 150, 50, 50, 50],
            [CRITICAL, CRITICAL, CRITICAL, WARNING, RECOVERING, RECOVERING, OK],
        ),
        (
            (0, 2),
            [250, 50, 50, 50],
            [CRITICAL, State("recovering", "critical"), State("recovering", "critical"), OK],
        ),
        ((0, 2), [150, 50, 150, 50, 50, 50], [WARNING, RECOVERING, WARNING, *[RECOVERING] * 2, OK]),
        # No data changes nothing, and time goes on.
        ((2, 0), [150, None, 150], [PENDING, PENDING, WARNING]),
        ((2, 0), [None, 150, None, None], [OK, PENDING, PENDING, PENDING]),
        ((0, 2), [150, None, 50, None, 50], [WARNING, WARNING, RECOVERING, RECOVERING, OK]),
        ((0, 0), [None, 250, None, 50], [OK, CRITICAL, CRITICAL, OK]),
    ],
)
def test_a_series_goes_through_the_states(alerts, minutes, values, states) -> None:
    rule_id = add_threshold(alerts, *minutes)
    assert follow(alerts, rule_id, values) == states


@pytest.mark.parametrize(("keep", "alert_count"), [(0, 30), (1, 30), (1.5, 1), (5, 1)])
def test_a_flapping_series_is_one_alert_with_keep_firing_for(alerts, keep, alert_count) -> None:
    """Each good value is followed by another after a minute, then by a bad one."""
    rule_id = add_threshold(alerts, keep_minutes=keep)
    follow(alerts, rule_id, [150, 50, 50] * 30)
    found = alerts.execute("select count(*) from perf.model_alerts").fetchone()
    assert found == (alert_count,)


def test_a_flapping_series_never_fires_with_for_duration(alerts) -> None:
    rule_id = add_threshold(alerts, for_minutes=2)
    assert set(follow(alerts, rule_id, [150, 150, 50] * 10)) == {PENDING, OK}
    assert alerts.execute("select from perf.model_alerts").fetchall() == []


def test_an_open_alert_stays_until_the_value_has_recovered(alerts) -> None:
    rule_id = add_threshold(alerts)
    values = [90, 150, 90, 81, 250, 90, 80, 90]
    states = [OK, WARNING, WARNING, WARNING, CRITICAL, WARNING, OK, OK]
    assert follow(alerts, rule_id, values, recovers_at=80) == states


def test_a_value_that_has_not_recovered_keeps_a_pending_series_no_more_than_any_good_value(
    alerts,
) -> None:
    rule_id = add_threshold(alerts, for_minutes=2)
    assert follow(alerts, rule_id, [150, 90, 150], recovers_at=80) == [PENDING, OK, PENDING]


def test_a_value_that_has_not_recovered_ends_keep_firing_for(alerts) -> None:
    rule_id = add_threshold(alerts, keep_minutes=2)
    states = [WARNING, RECOVERING, WARNING, RECOVERING, RECOVERING, OK]
    assert follow(alerts, rule_id, [150, 70, 90, 70, 70, 70], recovers_at=80) == states


def test_each_series_has_a_state_of_its_own(alerts) -> None:
    rule_id = add_threshold(alerts, for_minutes=1)
    for minute, values in enumerate([(150, 50), (150, 150), (50, 250)]):
        for series, value in zip("ab", values, strict=True):
            measure(alerts, rule_id, value, series)
        check(alerts, at(minute))
    assert read_state(alerts, "a") == OK
    assert read_state(alerts, "b") == WARNING


def test_a_quiet_run_writes_one_row(alerts) -> None:
    rule_id = add_threshold(alerts)
    for number in range(100):
        measure(alerts, rule_id, 50, f"model {number}")
    check(alerts, at(0))
    written = (
        "select relname, n_tup_ins + n_tup_upd + n_tup_del from pg_stat_xact_all_tables"
        " where schemaname like 'perf%'"
    )
    with alerts.transaction():
        before = dict(alerts.execute(written).fetchall())
        check(alerts, at(1))
        after = dict(alerts.execute(written).fetchall())
    changed = {table: count - before.get(table, 0) for table, count in after.items()}
    assert {table: count for table, count in changed.items() if count} == {"alert_runs": 1}


@dataclass
class PrometheusAlert:
    """One element of an alerting rule, as the documentation of Prometheus describes it.

    With for it is pending, from the first evaluation that returns it until it was returned at each
    evaluation for that long; then it fires. With keep_firing_for it fires on for that long after
    evaluations stopped returning it. The published cases below say what happens in the minute in
    which a duration is over.
    """

    hold: timedelta
    keep: timedelta
    active_since: datetime | None = None
    is_firing: bool = False
    absent_since: datetime | None = None

    def evaluate(self, now: datetime, is_present: bool) -> str:
        if is_present:
            self.absent_since = None
            self.active_since = self.active_since or now
            self.is_firing = self.is_firing or now - self.active_since >= self.hold
        elif self.is_firing:
            self.absent_since = self.absent_since or now
            if now - self.absent_since >= self.keep:
                self.end()
        else:
            self.end()
        return "firing" if self.is_firing else "pending" if self.active_since else "inactive"

    def end(self) -> None:
        self.active_since = self.absent_since = None
        self.is_firing = False


def as_prometheus(state: str) -> str:
    """Return what Prometheus calls a state of ours."""
    return {"ok": "inactive", "recovering": "firing"}.get(state, state)


# for and keep_firing_for in minutes, minutes between evaluations, whether the condition holds at
# each, and the state after it. The first four are cases of Prometheus' own tests in rules:
# TestKeepFiringFor, TestPendingAndKeepFiringFor and TestAlertingRule (two instances). The fifth is
# InstanceDown of the tests of promtool: an instance that is down, for: 5m. The others follow from
# the documentation.
PUBLISHED = [
    (
        *(1, 1, 1),
        [75 > 50, 85 > 50, 70 > 50, 70 > 50, 10 > 50, 10 > 50, 10 > 50],
        ["pending", "firing", "firing", "firing", "firing", "inactive", "inactive"],
    ),
    (*(1, 1, 1), [75 > 50, 10 > 50], ["pending", "inactive"]),
    (
        *(1, 0, 5),
        [75 < 100, 85 < 100, 95 < 100, 105 < 100, 105 < 100, 95 < 100, 85 < 100],
        ["pending", "firing", "firing", "inactive", "inactive", "pending", "firing"],
    ),
    (
        *(1, 0, 5),
        [80 < 100, 90 < 100, 100 < 100, 110 < 100, 120 < 100, 130 < 100, 140 < 100],
        ["pending", "firing", *["inactive"] * 5],
    ),
    (*(5, 0, 1), [True] * 11, [*["pending"] * 5, *["firing"] * 6]),
    (*(0, 0, 1), [True, False, True], ["firing", "inactive", "firing"]),
    (*(0, 5, 1), [True, *[False] * 6], [*["firing"] * 6, "inactive"]),
    # What is met again begins keep_firing_for anew, without for.
    (
        *(2, 2, 1),
        [True, True, True, False, True, False, False, False],
        ["pending", "pending", *["firing"] * 5, "inactive"],
    ),
    # keep_firing_for keeps nothing that is pending.
    (*(2, 5, 1), [True, True, False, False], ["pending", "pending", "inactive", "inactive"]),
]


@pytest.mark.parametrize(("hold", "keep", "step", "conditions", "states"), PUBLISHED)
def test_published_cases_of_prometheus(alerts, hold, keep, step, conditions, states) -> None:
    rule_id = add_threshold(alerts, hold, keep)
    model = PrometheusAlert(timedelta(minutes=hold), timedelta(minutes=keep))
    for number, (is_beyond, state) in enumerate(zip(conditions, states, strict=True)):
        now = at(number * step)
        measure(alerts, rule_id, 150 if is_beyond else 50)
        check(alerts, now)
        assert model.evaluate(now, is_beyond) == state
        assert as_prometheus(read_state(alerts).state) == state
        assert (read_state(alerts).severity == "warning") == (state == "firing")


minutes = st.sampled_from([0, 0, 1, 2, 3, 5])
rules = st.lists(st.tuples(minutes, minutes), min_size=1, max_size=6)
levels = st.sampled_from([0, 0, 1, 1, 2])
# Seconds until the next evaluation, and the level of each rule's series at it.
evaluations = st.lists(
    st.tuples(
        st.sampled_from([1, 30, 59, 60, 60, 60, 61, 90, 120, 600]),
        st.lists(levels, min_size=6, max_size=6),
    ),
    min_size=1,
    max_size=25,
)


@settings(max_examples=60)
@given(rules, evaluations)
def test_random_sequences_agree_with_prometheus(alerts, rules, evaluations) -> None:
    """Warning and critical are two rules of Prometheus with the same durations."""
    alerts.execute("delete from perf.performance_alert_thresholds")
    alerts.execute("delete from perf.model_alerts")
    alerts.execute("delete from perf_internal.alert_states")
    alerts.execute("update perf_internal.alert_runs set last_run_at = null")
    alerts.execute("delete from perf_internal.samples")
    ids = [add_threshold(alerts, *rule) for rule in rules]
    models = [
        [PrometheusAlert(*(timedelta(minutes=m) for m in rule)) for _ in ("warning", "critical")]
        for rule in rules
    ]
    # Alerts that were opened, by rule.
    opened = [0] * len(rules)
    now = at(0)
    for seconds, values in evaluations:
        now += timedelta(seconds=seconds)
        alerts.execute("delete from perf_internal.samples")
        alerts.cursor().executemany(
            "insert into perf_internal.samples (rule_id, labels, value, level, is_recovered)"
            " values (%s, %s, %s, %s, %s)",
            [
                (rule_id, Jsonb({"model": str(number)}), level, level, level == 0)
                for number, (rule_id, level) in enumerate(zip(ids, values, strict=False))
            ],
        )
        check(alerts, now)
        for number, (pair, level) in enumerate(zip(models, values, strict=False)):
            was_firing = pair[0].is_firing
            warning, critical = (
                model.evaluate(now, level > least) for least, model in enumerate(pair)
            )
            opened[number] += pair[0].is_firing and not was_firing
            found = read_state(alerts, str(number))
            assert as_prometheus(found.state) == warning
            severity = "critical" if critical == "firing" else "warning"
            assert found.severity == (severity if warning == "firing" else None)
    counts = dict(
        alerts.execute("select labels ->> 'model', count(*) from perf.model_alerts group by 1")
    )
    assert [counts.get(str(number), 0) for number in range(len(rules))] == opened


states = st.sampled_from(["ok", "pending", "firing", "recovering"])


@settings(max_examples=200)
@given(states, st.sampled_from([True, False, None]), minutes, minutes, st.integers(0, 600))
def test_one_step_keeps_what_it_should(connection, state, condition, hold, keep, seconds) -> None:
    since = None if state == "ok" else at(0)
    now = at(0) + timedelta(seconds=seconds)
    advance = "select * from perf_internal.advance_alert_state(%s, %s, %s, %s, %s, %s)"
    durations = [timedelta(minutes=hold), timedelta(minutes=keep)]
    after, after_since = connection.execute(
        advance, [state, since, condition, *durations, now]
    ).fetchone()
    assert (after == "ok") == (after_since is None)
    assert after_since == (since if after == state else None if after == "ok" else now)
    if condition is None:
        assert after == state
