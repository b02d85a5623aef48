"""Samples of thresholds against the same numbers computed by numpy from the raw rows."""

import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

AS_OF = datetime(2020, 1, 8, 13, 20, tzinfo=UTC)
WINDOWS = ("5 minutes", "15 minutes", "1 hour", "24 hours", "7 days")
LENGTHS = dict(zip(WINDOWS, (5, 15, 60, 1440, 10080), strict=True))
STATISTICS = ("avg", "min", "max", "p50", "p95", "p99", "sum", "rate", "count")
MODELS = ("a", "b", "c")
TOOLS = ("x", "y")


class Call(NamedTuple):
    model: str
    tool: str
    at: datetime
    ms: float
    tokens: int
    success: bool


def insert(connection: psycopg.Connection[Any], calls: list[Call]) -> None:
    connection.execute("select perf.ensure_partitions('2020-01-01', 8)")
    configs = {}
    for model, tool in {(call.model, call.tool) for call in calls}:
        row = connection.execute(
            "select perf_internal.add_config(%s, %s, 'llm', '{}')", [model, tool]
        ).fetchone()
        assert row is not None
        configs[model, tool] = row[0]
    # In one statement, because triggers check each.
    connection.execute(
        "insert into perf.performance_metrics_raw (model_tool_config_id, call_timestamp,"
        " response_time_ms, input_tokens, success)"
        " select * from unnest(%s::uuid[], %s::timestamptz[], %s::float8[], %s::integer[],"
        " %s::boolean[])",
        [
            [configs[call.model, call.tool] for call in calls],
            [call.at for call in calls],
            [call.ms for call in calls],
            [call.tokens for call in calls],
            [call.success for call in calls],
        ],
    )


def add_threshold(connection: psycopg.Connection[Any], **columns: Any) -> int:
    columns = {
        "metric_name": "response_time_ms", "direction": "above", "warning_threshold": 500,
        "critical_threshold": 800, "statistic": "avg", **columns,
    }  # fmt: skip
    row = connection.execute(
        f"insert into perf.performance_alert_thresholds ({', '.join(columns)})"
        f" values ({', '.join(['%s'] * len(columns))}) returning id".encode(),
        [json.dumps(v) if isinstance(v, dict) else v for v in columns.values()],
    ).fetchone()
    assert row is not None
    return int(row[0])


def read(
    connection: psycopg.Connection[Any], as_of: datetime = AS_OF
) -> dict[tuple[int, str], tuple[float | None, int, int | None]]:
    rows = connection.execute(
        "select rule_id, labels - array['metric', 'statistic', 'threshold_id'], value,"
        " sample_count, level, problem from perf_internal.read_threshold_samples(%s)",
        [as_of],
    ).fetchall()
    assert all(row[5] is None for row in rows)
    found = {(row[0], json.dumps(row[1], sort_keys=True)): row[2:5] for row in rows}
    assert len(found) == len(rows)
    return found


def draw_calls(seed: int, count: int) -> list[Call]:
    rng = np.random.default_rng(seed)
    return [
        Call(
            str(rng.choice(MODELS)),
            str(rng.choice(TOOLS)),
            AS_OF - timedelta(minutes=float(age)),
            float(rng.lognormal(6, 1)),
            int(rng.integers(0, 1000)),
            bool(rng.random() > 0.1),
        )
        for age in np.concatenate(
            [rng.uniform(-30, 20, count // 2), rng.uniform(0, 9 * 1440, count - count // 2)]
        )
    ]


def expect(values: Any, statistic: str, minutes: int, is_share: bool) -> float | None:
    values = np.asarray(values, dtype=float)
    if statistic == "count":
        return float(len(values))
    if statistic == "sum":
        return float(values.sum())
    if statistic == "rate" and not is_share:
        return len(values) / (60 * minutes)
    if not len(values):
        return None
    if statistic.startswith("p"):
        return float(np.percentile(values, int(statistic[1:])))
    return float({"avg": np.mean, "rate": np.mean, "min": np.min, "max": np.max}[statistic](values))


@pytest.mark.parametrize("rolled_up", ["none", "half", "all"])
def test_every_statistic_is_that_of_the_raw_rows(connection, rolled_up) -> None:
    calls = draw_calls(3, 2000)
    half = len(calls) // 2 if rolled_up == "half" else len(calls)
    insert(connection, calls[:half])
    if rolled_up != "none":
        connection.execute("select perf.aggregate_performance_metrics()")
    if half < len(calls):
        insert(connection, calls[half:])
    rules = {}
    for window in WINDOWS:
        for statistic in STATISTICS:
            for group_by in ([], ["model"], ["model", "tool"]):
                metrics = ["response_time_ms", "input_tokens"]
                if statistic == "rate":
                    metrics.append("error_rate")
                for metric in metrics:
                    rule = add_threshold(
                        connection, metric_name=metric, statistic=statistic, group_by=group_by,
                        time_window=window,
                    )  # fmt: skip
                    rules[rule] = (window, statistic, group_by, metric)
    found = read(connection)
    seen = set()

    @cache
    def write_key(group_by: tuple[str, ...], model: str, tool: str) -> str:
        labels = {"model": model, "tool": tool}
        return json.dumps({name: labels[name] for name in group_by}, sort_keys=True)

    measure = {
        "response_time_ms": lambda call: call.ms,
        "input_tokens": lambda call: call.tokens,
        "error_rate": lambda call: not call.success,
    }
    for rule, (window, statistic, group_by, metric) in rules.items():
        groups = defaultdict(list)
        start = AS_OF - timedelta(minutes=LENGTHS[window])
        for call in calls:
            values = groups[write_key(tuple(group_by), call.model, call.tool)]
            if start <= call.at < AS_OF:
                values.append(measure[metric](call))
        for key, values in groups.items():
            seen.add((rule, key))
            value, count, level = found[rule, key]
            expected = expect(values, statistic, LENGTHS[window], metric == "error_rate")
            tolerance = 0.005 if statistic.startswith("p") else 1e-9
            assert count == len(values)
            assert value == (None if expected is None else pytest.approx(expected, rel=tolerance))
            if expected is not None and abs(expected - 500) > 5 and abs(expected - 800) > 8:
                assert level == (expected > 500) + (expected > 800)
    assert seen == set(found)


SCOPES = st.dictionaries(
    st.sampled_from(["model", "tool"]), st.sampled_from(["a", "b", "x", "y", "z"]), max_size=2
)
RULES = st.lists(
    st.tuples(
        SCOPES,
        st.sampled_from([[], ["model"], ["tool"], ["model", "tool"]]),
        st.sampled_from(["response_time_ms", "input_tokens"]),
        st.sampled_from(["5 minutes", "1 hour"]),
        st.booleans(),
    ),
    max_size=8,
)


@settings(max_examples=25)
@given(rules=RULES)
def test_the_narrowest_scope_takes_a_series(connection, rules) -> None:
    series = [(model, tool) for model in MODELS for tool in TOOLS]
    if not connection.execute("select 1 from perf.model_tool_configs").fetchone():
        insert(
            connection,
            [
                Call(model, tool, AS_OF - timedelta(minutes=2), 100.0 * 2**number, 1, True)
                for number, (model, tool) in enumerate(series)
            ],
        )
    connection.execute("delete from perf.performance_alert_thresholds")
    added = []
    for scope, group_by, metric, window, enabled in rules:
        rule = add_threshold(
            connection, metric_name=metric, scope_type="labels" if scope else "global",
            scope_labels=scope, group_by=group_by, statistic="sum", time_window=window,
            enabled=enabled,
        )  # fmt: skip
        added.append((rule, scope, group_by, metric, enabled))
    expected: dict[tuple[int, str], float] = {}
    for rule, scope, group_by, metric, enabled in added:
        if not enabled:
            continue
        if not group_by:
            expected[rule, json.dumps(scope, sort_keys=True)] = 0.0
        for number, (model, tool) in enumerate(series):
            labels = {"model": model, "tool": tool}
            others = [
                other
                for _, other, _, other_metric, is_on in added
                if is_on
                and other_metric == metric
                and other.items() > scope.items()
                and other.items() <= labels.items()
            ]
            if scope.items() <= labels.items() and not others:
                key = json.dumps(scope | {name: labels[name] for name in group_by}, sort_keys=True)
                value = 100.0 * 2**number if metric == "response_time_ms" else 1.0
                expected[rule, key] = expected.get((rule, key), 0) + value
    found = read(connection)
    assert {key: row[0] for key, row in found.items()} == expected


def test_a_threshold_that_cannot_be_read_stops_no_other(connection) -> None:
    insert(connection, [Call("a", "x", AS_OF - timedelta(minutes=1), 5.0, 1, True)])
    connection.execute(
        "select perf_internal.add_metric('calls', 'too_large', 'exp(r.response_time_ms * 1000)',"
        " unit => '1', better => null, meaning => 'Overflows.')"
    )
    good = add_threshold(connection)
    bad = add_threshold(connection, metric_name="too_large")
    rows = connection.execute(
        "select rule_id, labels is null, value, problem"
        " from perf_internal.read_threshold_samples(%s) order by 1",
        [AS_OF],
    ).fetchall()
    assert rows[0] == (good, False, 5.0, None)
    assert rows[1][:3] == (bad, True, None)
    assert "overflow" in rows[1][3]


def count_calls(week: int, hour: int, count: int, at: datetime) -> list[Call]:
    start = at - timedelta(weeks=week) + timedelta(hours=hour)
    return [
        Call("a", "x", start - timedelta(minutes=30, seconds=n), 100.0 + n % 7, 1, True)
        for n in range(count)
    ]


@pytest.mark.parametrize("rolled_up", [False, True])
def test_an_anomaly_is_measured_in_robust_deviations_of_its_past(connection, rolled_up) -> None:
    at = datetime(2020, 4, 1, 13, tzinfo=UTC)
    rng = np.random.default_rng(4)
    counts = {(week, hour): int(rng.integers(20, 60))
              for week in range(1, 13) for hour in (-1, 0, 1)}  # fmt: skip
    calls = [call for (week, hour), n in counts.items() for call in count_calls(week, hour, n, at)]
    # Another hour of the week, and an older week, are not looked at.
    calls += count_calls(3, 5, 500, at) + count_calls(13, 0, 500, at)
    calls += count_calls(0, 0, 100, at)
    insert(connection, calls)
    if rolled_up:
        connection.execute("select perf.aggregate_performance_metrics()")
    rule = add_threshold(
        connection, statistic="count", baseline="hour_of_week", warning_threshold=3.5,
        critical_threshold=6, direction="both", time_window="15 minutes",
    )  # fmt: skip
    past = np.array(list(counts.values()))
    median = np.median(past)
    spread = max(np.median(np.abs(past - median)) / 0.6745, median**0.5)
    value, count, level = read(connection, at)[rule, "{}"]
    assert count == 100
    assert value == pytest.approx((100 - median) / spread)
    assert level == (value > 3.5) + (value > 6)


def test_an_outage_is_an_anomaly_and_too_little_history_is_none(connection) -> None:
    at = datetime(2020, 4, 1, 13, tzinfo=UTC)
    calls = [c for week in range(1, 13) for hour in (-1, 0, 1)
             for c in count_calls(week, hour, 40 + week % 3, at)]  # fmt: skip
    insert(connection, calls)
    rule = add_threshold(
        connection, statistic="count", baseline="hour_of_week", warning_threshold=3.5,
        critical_threshold=6, direction="below", no_data="alert",
    )  # fmt: skip
    young = add_threshold(
        connection, statistic="avg", baseline="hour_of_week", warning_threshold=3.5,
        critical_threshold=6, no_data="alert", scope_type="labels", scope_labels={"model": "new"},
        metric_name="input_tokens",
    )  # fmt: skip
    found = read(connection, at)
    assert found[rule, "{}"][2] == 2
    assert found[young, '{"model": "new"}'] == (None, 0, None)
