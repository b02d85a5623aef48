"""Backtests against the evaluation itself, stepped minute by minute with a clock of our own."""

import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from pgkit import llmperf

pytestmark = pytest.mark.once

START = datetime(2020, 1, 6, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)

Connection = psycopg.Connection[Any]
Key = tuple[str, datetime]


def record(connection: Connection, calls: list[tuple[str, datetime, float, str | None]]) -> None:
    rows = [
        {
            "model_name": model,
            "provider": model.split("/")[0],
            "tool_name": "chat",
            "response_time_ms": value,
            "call_timestamp": at.isoformat(),
            "error_type": error,
        }
        for model, at, value, error in calls
    ]
    connection.execute("select perf.record_calls(%s)", [Jsonb(rows)])


def make_calls(seed: int, minutes: int) -> list[tuple[str, datetime, float, str | None]]:
    """Calls of three models with slow spells, spells of failures and silences."""
    dice = random.Random(seed)
    calls = []
    for model in ("acme/fast", "acme/slow", "other/rare"):
        is_slow = is_failing = is_silent = False
        for minute in range(minutes):
            is_slow ^= dice.random() < 0.06
            is_failing ^= dice.random() < 0.05
            is_silent ^= dice.random() < (0.1 if is_silent else 0.03)
            if is_silent:
                continue
            for _ in range(dice.randrange(1 if model == "other/rare" else 4)):
                calls.append(
                    (
                        model,
                        START + minute * MINUTE + timedelta(seconds=dice.uniform(0, 60)),
                        round(dice.lognormvariate(7.5 if is_slow else 6, 0.5), 1),
                        "timeout" if is_failing and dice.random() < 0.5 else None,
                    )
                )
    # A series is evaluated from its first call on. Of these two, one had data in the last 7 days.
    return [
        ("acme/fast", START - 7 * 24 * HOUR + timedelta(minutes=90), 500, None),
        ("acme/slow", START - 8 * 24 * HOUR, 500, None),
        ("acme/slow", START, 500, None),
        ("other/rare", START, 500, None),
        *calls,
    ]


def create(connection: Connection, metric: str, warning: float, critical: float, **other) -> int:
    names = ["metric_name", "warning_threshold", "critical_threshold", *other]
    values = [metric, warning, critical, *other.values()]
    marks = ", ".join(f"{name} => %s" for name in names)
    return one(
        connection,
        f"select perf.create_alert_threshold({marks})",
        [Jsonb(value) if isinstance(value, dict) else value for value in values],
    )


def one(connection: Connection, statement: str, arguments: list[Any]) -> Any:
    row = connection.execute(statement.encode(), arguments).fetchone()
    assert row is not None
    return row[0]


def near(value: float | None) -> Any:
    return None if value is None else pytest.approx(value, rel=1e-12)


def text(labels: dict[str, Any]) -> str:
    return str(sorted(labels.items(), key=str))


def step_evaluation(
    connection: Connection, first: datetime, end: datetime, step: timedelta
) -> tuple[dict[int, dict[Key, tuple[Any, ...]]], dict[int, dict[Key, tuple[Any, ...]]]]:
    """The alerts and the samples that the evaluation itself finds, by threshold."""
    samples: dict[int, dict[Key, tuple[Any, ...]]] = defaultdict(dict)
    fired: dict[int, Any] = {}
    at = first
    while at < end:
        for rule, labels, value, count, level in connection.execute(
            "select rule_id, labels, value, sample_count, level"
            " from perf_internal.read_threshold_samples(%s)",
            [at],
        ):
            samples[rule][text(labels), at] = (value, count, level)
        for alert, state, value in connection.execute(
            "select alert_id, state, value from perf.check_alert_thresholds(%s)", [at]
        ):
            if state in ("firing", "recovering"):
                fired.setdefault(alert, value)
        at += step
    problem = one(connection, "select problem from perf_internal.alert_runs", [])
    assert problem is None
    alerts: dict[int, dict[Key, tuple[Any, ...]]] = defaultdict(dict)
    # critical comes before warning.
    for alert, labels, opened, resolved, severity in connection.execute(
        "select a.id, a.labels, a.alert_timestamp, a.resolved_timestamp, min(e.severity)"
        " from perf.model_alerts as a join perf.alert_events as e on e.alert_id = a.id"
        " where a.alert_type in ('threshold', 'anomaly')"
        " group by 1"
    ):
        alerts[labels["threshold_id"]][text(labels), opened] = (severity, resolved, fired[alert])
    return alerts, samples


def backtest(
    connection: Connection, threshold: int, first: datetime, end: datetime, step: timedelta
) -> dict[Key, tuple[Any, ...]]:
    return {
        (text(labels), opened): (severity, resolved, value)
        for labels, severity, opened, resolved, value in connection.execute(
            "select labels, severity, fired_at, resolved_at, fired_value"
            " from perf.backtest_alert_threshold(%s, %s, %s, %s, 100000)",
            [threshold, first, end, step],
        )
    }


def replayed_samples(
    connection: Connection, threshold: int, first: datetime, end: datetime, step: timedelta
) -> dict[Key, tuple[Any, ...]]:
    """The samples of each step. One stands until the next."""
    rows = connection.execute(
        "select b.groups[h.group_number], h.as_of, h.value, h.sample_count,"
        " case when h.is_dead then 0 else"
        " perf_internal.get_threshold_level(b.threshold, h.value, h.sample_count) end"
        " from perf_internal.get_backtest(%s, %s, %s, %s) as b"
        " cross join perf_internal.read_threshold_history(b.threshold, b.series_ids,"
        " b.group_numbers, b.first_at, %s, b.used_step, b.is_raw) as h",
        [threshold, first, end, step, end],
    ).fetchall()
    found: dict[Key, tuple[Any, ...]] = {}
    changes = {(text(labels), at): tuple(rest) for labels, at, *rest in rows}
    for labels in {labels for labels, _ in changes}:
        at, sample = first, None
        while at < end:
            sample = changes.get((labels, at), sample)
            assert sample is not None
            found[labels, at] = sample
            at += step
    return found


def assert_equal(connection: Connection, first: datetime, end: datetime, step: timedelta) -> int:
    """Compare all enabled thresholds, and return how many alerts there were."""
    alerts, samples = step_evaluation(connection, first, end, step)
    ids = [row[0] for row in connection.execute("select id from perf.performance_alert_thresholds")]
    for threshold in ids:
        replayed = replayed_samples(connection, threshold, first, end, step)
        for key, (value, count, level) in samples[threshold].items():
            assert replayed[key][1:] == (count, level), (threshold, key)
            assert replayed[key][0] == near(value), (threshold, key)
        assert len(replayed) == len(samples[threshold])
        found = backtest(connection, threshold, first, end, step)
        assert found.keys() == alerts[threshold].keys(), threshold
        for key, (severity, resolved, value) in alerts[threshold].items():
            assert found[key][:2] == (severity, resolved), (threshold, key)
            assert found[key][2] == near(value)
    return sum(len(found) for found in alerts.values())


@pytest.mark.parametrize("seed", [1, 2])
def test_a_backtest_is_what_the_evaluation_would_have_done(connection, seed) -> None:
    record(connection, make_calls(seed, 240))
    by_model = {"group_by": ["model"]}
    ms = timedelta(minutes=5)
    create(connection, "response_time_ms", 700, 1500, time_window=ms, **by_model)
    create(connection, "response_time_ms", 700, 1500, time_window=ms)
    create(
        connection,
        "response_time_ms",
        900,
        2000,
        statistic="max",
        time_window=3 * MINUTE,
        for_duration=2 * MINUTE,
        **by_model,
    )
    create(
        connection,
        "response_time_ms",
        1500,
        3000,
        statistic="p95",
        time_window=10 * MINUTE,
        recovery_threshold=900,
        keep_firing_for=timedelta(minutes=3),
        minimum_sample=3,
        **by_model,
    )
    create(
        connection,
        "successful_response_time_ms",
        600,
        1200,
        statistic="p50",
        time_window=timedelta(seconds=450),
        for_duration=timedelta(seconds=90),
        keep_firing_for=timedelta(seconds=210),
        no_data="resolve",
        **by_model,
    )
    create(connection, "error_rate", 0.2, 0.4, time_window=7 * MINUTE, **by_model)
    create(connection, "success_rate", 0.8, 0.6, time_window=ms, for_duration=ms)
    create(connection, "response_time_ms", 700, 1500, time_window=ms, no_data="alert", **by_model)
    create(
        connection,
        "response_time_ms",
        2,
        1,
        statistic="count",
        direction="below",
        time_window=ms,
        for_duration=2 * MINUTE,
        **by_model,
    )
    create(
        connection,
        "response_time_ms",
        0.02,
        0.04,
        statistic="rate",
        direction="above",
        time_window=2 * MINUTE,
        keep_firing_for=MINUTE,
    )
    # This one takes acme/slow out of the wide ones.
    create(
        connection,
        "response_time_ms",
        2000,
        3000,
        scope_labels={"model": "acme/slow"},
        statistic="min",
        time_window=ms,
    )
    assert assert_equal(connection, START, START + 4 * HOUR, MINUTE) > 30


def test_steps_of_an_hour_are_the_evaluation_of_that_hour(connection) -> None:
    record(connection, make_calls(3, 3 * 24 * 60))
    for hours in (1, 6):
        window = {"time_window": hours * HOUR, "group_by": ["model"]}
        create(connection, "response_time_ms", 900, 1200, **window)
        create(connection, "response_time_ms", 1800, 2500, statistic="p95", **window)
        create(connection, "error_rate", 0.2, 0.3, for_duration=HOUR, **window)
        create(connection, "successful_response_time_ms", 2000, 3000, statistic="max", **window)
        create(
            connection, "response_time_ms", 20, 10, statistic="count", direction="below", **window
        )
    assert assert_equal(connection, START, START + 72 * HOUR, HOUR) > 10
    ids = [row[0] for row in connection.execute("select id from perf.performance_alert_thresholds")]
    span = START, START + 72 * HOUR
    raw = [backtest(connection, threshold, *span, HOUR) for threshold in ids]
    connection.execute("select perf.aggregate_performance_metrics()")
    assert [backtest(connection, threshold, *span, HOUR) for threshold in ids] == raw
    # Whole hours, as after retention.
    connection.execute(
        "insert into perf_internal.dropped_ranges (pipeline, range_start, range_end, row_count,"
        " bytes) values ('calls', '2019-01-01', '2020-02-01', 0, 0)"
    )
    for threshold, expected in zip(ids, raw, strict=True):
        found = backtest(connection, threshold, *span, HOUR)
        assert found.keys() == expected.keys()
        for key, (severity, resolved, value) in expected.items():
            assert found[key] == (severity, resolved, near(value))


def test_a_threshold_with_a_baseline_is_asked_of_the_evaluation_each_hour(connection) -> None:
    dice = random.Random(5)
    begin = START - timedelta(weeks=6)
    record(
        connection,
        [
            (
                "acme/one",
                begin + hour * HOUR + timedelta(minutes=minute),
                round(dice.gauss(1000 if 6 * 7 * 24 + 30 < hour < 6 * 7 * 24 + 36 else 100, 5), 2),
                None,
            )
            for hour in range(6 * 7 * 24 + 48)
            for minute in (5, 35)
        ],
    )
    options = {"baseline": "hour_of_week", "time_window": HOUR}
    create(connection, "response_time_ms", 4, 20, **options)
    create(connection, "response_time_ms", 4, 20, group_by=["model"], no_data="alert", **options)
    create(connection, "response_time_ms", 4, 20, statistic="count", for_duration=HOUR, **options)
    assert assert_equal(connection, START, START + 48 * HOUR, HOUR) >= 2


def test_hours_answer_after_retention_has_dropped_raw_rows(connection) -> None:
    connection.execute("select perf.ensure_partitions('2020-01-08', 3)")
    record(connection, make_calls(7, 3 * 24 * 60))
    connection.execute("select perf.aggregate_performance_metrics()")
    threshold = create(
        connection,
        "response_time_ms",
        2500,
        3500,
        statistic="p95",
        time_window=HOUR,
        group_by=["model"],
    )
    span = START + 3 * HOUR, START + 70 * HOUR
    before = backtest(connection, threshold, *span, HOUR)
    assert len(before) > 5
    connection.execute("select perf.cleanup_old_performance_data('2020-01-20')")
    dropped = one(connection, "select count(*) from perf_internal.dropped_ranges", [])
    assert dropped > 0
    after = backtest(connection, threshold, *span, HOUR)
    assert after.keys() == before.keys()
    assert all(after[key] == (*before[key][:2], near(before[key][2])) for key in before)
    source, step = connection.execute(
        "select source, used_step from perf.get_backtest_summary(%s, %s, %s)", [threshold, *span]
    ).fetchone()
    assert (source, step) == ("hourly", HOUR)
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="raw rows are no longer kept"):
        backtest(connection, threshold, *span, MINUTE)


def test_calls_that_come_late_count_as_if_they_had_been_there(connection) -> None:
    threshold = create_slow(connection)
    span = START, START + HOUR
    assert backtest(connection, threshold, *span, MINUTE) == {}
    record(connection, [("acme/one", START + 10 * MINUTE, 900, None)])
    connection.execute("select perf.aggregate_performance_metrics()")
    record(connection, [("acme/one", START + 30 * MINUTE, 1100, None)])
    found = backtest(connection, threshold, *span, MINUTE)
    assert [(at - START, end - START, value) for (_, at), (_, end, value) in found.items()] == [
        (31 * MINUTE, 36 * MINUTE, 1100)
    ]


def create_slow(connection: Connection) -> int:
    record(connection, [("acme/one", START, 100, None)])
    return create(
        connection, "response_time_ms", 1000, 2000, time_window=5 * MINUTE, no_data="resolve"
    )


def test_two_halves_begin_anew(connection) -> None:
    """An alert that is open in the middle is one of each half, as the documentation says."""
    threshold = create_slow(connection)
    record(connection, [("acme/one", START + m * MINUTE, 1500, None) for m in range(20, 40)])
    whole = backtest(connection, threshold, START, START + HOUR, MINUTE)
    halves = [
        backtest(connection, threshold, START, START + 30 * MINUTE, MINUTE),
        backtest(connection, threshold, START + 30 * MINUTE, START + HOUR, MINUTE),
    ]
    assert len(whole) == 1
    assert [len(half) for half in halves] == [1, 1]


def test_suggested_limits_keep_their_promise_on_real_calls(connection) -> None:
    """The calls of the LLMPerf leaderboard, one each 20 seconds."""
    samples = llmperf.read_samples()
    by_model: dict[str, list[llmperf.Sample]] = defaultdict(list)
    for sample in samples:
        by_model[sample.model_name].append(sample)
    record(
        connection,
        [
            (
                model,
                START + number * timedelta(seconds=20),
                sample.response_time_ms,
                sample.error_type,
            )
            for model, own in by_model.items()
            for number, sample in enumerate(own)
        ],
    )
    end = START + timedelta(seconds=20) * max(map(len, by_model.values()))
    hours = -(-(end - START) // HOUR)
    end = START + hours * HOUR
    weekly = 4 * 7 * 24 / hours
    with pytest.raises(psycopg.Error, match="there is no limit of") as caught:
        # All calls of two models fail for minutes, and no share is below 0.
        connection.execute(
            "select perf.suggest_alert_threshold('success_rate', group_by => '{model}',"
            " time_window => '5 minutes', start_time => %s, end_time => %s, alerts_per_week => %s)",
            [START, end, weekly],
        )
    assert caught.value.sqlstate == "PT404"
    for metric, statistic, window in (
        ("response_time_ms", "p95", "5 minutes"),
        ("success_rate", "rate", "1 hour"),
    ):
        found = connection.execute(
            "select arguments, alert_count, critical_count, flap_count, warnings_per_week,"
            " firing_share, usual_value, worst_value from perf.suggest_alert_threshold("
            " %s, %s, group_by => '{model}', time_window => %s, start_time => %s,"
            " end_time => %s, alerts_per_week => %s)",
            [metric, statistic, window, START, end, weekly],
        ).fetchall()
        assert found
        for arguments, alerts, criticals, flaps, rate, share, usual, worst in found:
            assert rate <= weekly
            warning, critical = arguments["warning_threshold"], arguments["critical_threshold"]
            if metric == "success_rate":
                assert 0 < critical < warning < usual
            else:
                assert usual < warning < critical
                assert warning <= worst * 1.1
            threshold = create(
                connection,
                arguments.pop("metric_name"),
                arguments.pop("warning_threshold"),
                arguments.pop("critical_threshold"),
                **arguments,
            )
            counted = connection.execute(
                "select alert_count, critical_count, flap_count, firing_share"
                " from perf.get_backtest_summary(%s, %s, %s)",
                [threshold, START, end],
            ).fetchone()
            assert counted == (alerts, criticals, flaps, share)
    assert assert_equal(connection, START, START + HOUR, MINUTE) >= 0
