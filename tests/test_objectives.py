"""Objectives: numbers against a computation of our own, and against the Site Reliability Workbook.

Calls are generated and committed, the clock is the parameter as_of.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, NamedTuple

import psycopg
import pytest
from pipeline import wait_until_blocked

from pgkit import migrations

MONDAY = datetime(2020, 1, 6, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WINDOWS = {
    "burn_rate_5m": 5 * MINUTE,
    "burn_rate_30m": 30 * MINUTE,
    "burn_rate_1h": HOUR,
    "burn_rate_2h": 2 * HOUR,
    "burn_rate_6h": 6 * HOUR,
    "burn_rate_1d": DAY,
    "burn_rate_3d": 3 * DAY,
}
# The workbook's pairs for 30 days: severity, long and short window, share of the budget.
PAIRS = (
    ("critical", HOUR, 5 * MINUTE, 0.02),
    ("critical", 6 * HOUR, 30 * MINUTE, 0.05),
    ("warning", DAY, 2 * HOUR, 0.1),
    ("warning", 3 * DAY, 6 * HOUR, 0.1),
)


class Call(NamedTuple):
    model: str
    tool: str
    at: datetime
    ms: float
    success: bool


class Objective(NamedTuple):
    name: str
    metric: str
    target: float
    faster_than: float | None = None
    days: int = 30
    scope: str = "{}"
    group_by: Sequence[str] = ()
    minimum_sample: int = 1


def record(connection: psycopg.Connection, calls: Sequence[Call]) -> None:
    """Write calls in one transaction, past the recording functions, which would take minutes."""
    with connection.transaction():
        for model, tool in sorted({(call.model, call.tool) for call in calls}):
            connection.execute(
                "insert into perf.models (name, provider) values (%s, 'acme')"
                " on conflict do nothing",
                [model],
            )
            connection.execute(
                "insert into perf.tools (name) values (%s) on conflict do nothing", [tool]
            )
            connection.execute(
                "insert into perf.model_tool_configs (model_id, tool_id, parameters)"
                " select m.id, t.id, '{}' from perf.models as m, perf.tools as t"
                " where m.name = %s and t.name = %s on conflict do nothing",
                [model, tool],
            )
        series = {
            (model, tool): id
            for model, tool, id in connection.execute(
                "select m.name, t.name, c.id from perf.model_tool_configs as c"
                " join perf.models as m on m.id = c.model_id"
                " join perf.tools as t on t.id = c.tool_id"
            )
        }
        with connection.cursor().copy(
            "copy perf.performance_metrics_raw (model_tool_config_id, call_timestamp,"
            " response_time_ms, success) from stdin"
        ) as copy:
            for call in calls:
                copy.write_row((series[call.model, call.tool], call.at, call.ms, call.success))


def set_objective(connection: psycopg.Connection, objective: Objective) -> None:
    connection.execute(
        "select perf.set_slo_objective(%s, %s, %s, %s, make_interval(days => %s), %s, %s, %s)",
        [
            objective.name,
            objective.metric,
            objective.target,
            objective.faster_than,
            objective.days,
            objective.scope,
            list(objective.group_by),
            objective.minimum_sample,
        ],
    )


def status(connection: psycopg.Connection, at: datetime) -> dict[tuple[str, Any, Any], Any]:
    """Return the rows of get_slo_status by objective, model and tool."""
    with connection.cursor(row_factory=psycopg.rows.dict_row) as cursor:
        rows = cursor.execute("select * from perf.get_slo_status(as_of => %s)", [at]).fetchall()
    return {
        (row["objective"], row["labels"].get("model"), row["labels"].get("tool")): row
        for row in rows
    }


def first_whole_hour(at: datetime) -> datetime:
    hour = at.replace(minute=0, second=0, microsecond=0)
    return hour if hour == at else hour + HOUR


def window(calls: Sequence[Call], at: datetime, length: timedelta) -> list[Call]:
    start = at - length if length < DAY else first_whole_hour(at - length)
    return [call for call in calls if start <= call.at < at]


def bin_value(ms: float) -> float:
    """Return the value that stands for a time: that of its bin."""
    return 1.01 ** math.ceil(math.log(ms) / math.log(1.01)) * 2 / 2.01 if ms > 0 else 0


def is_bad(objective: Objective) -> Callable[[Call], bool]:
    limit = objective.faster_than
    if limit is not None:
        return lambda call: bin_value(call.ms) > limit
    return lambda call: not call.success


def compute_severity(objective: Objective, counts: dict[timedelta, tuple[int, int]]) -> str | None:
    for severity, long, short, share in PAIRS:
        limit = max(share * timedelta(days=objective.days) / long, 1)
        (total, bad), (short_total, short_bad) = counts[long], counts[short]
        if (
            total >= objective.minimum_sample
            and short_total > 0
            and min(bad / total, short_bad / short_total)
            > limit * (1 - objective.target) * (1 + 1e-9)
        ):
            return severity
    return None


def compare(
    connection: psycopg.Connection,
    objectives: Sequence[Objective],
    calls: Sequence[Call],
    at: datetime,
) -> set[str | None]:
    """Compare every number of every group with what the calls say; return the severities."""
    found = status(connection, at)
    samples = {
        (labels["objective"], labels.get("model"), labels.get("tool")): (level, value, count)
        for labels, level, value, count in connection.execute(
            "select s.labels, s.level, s.value, s.sample_count"
            " from perf_internal.read_objective_samples(%s) as s",
            [at],
        )
    }
    seen = set()
    severities = set()
    models, tools = {call.model for call in calls}, {call.tool for call in calls}
    for objective in objectives:
        bad_of = is_bad(objective)
        for model in models if "model" in objective.group_by else {None}:
            for tool in tools if "tool" in objective.group_by else {None}:
                scope = "acme/one" if "acme/one" in objective.scope else None
                if model and scope and model != scope:
                    continue
                own = [
                    call
                    for call in calls
                    if call.model == (model or scope or call.model)
                    and call.tool == (tool or call.tool)
                ]
                if not own:
                    continue
                key = (objective.name, model or scope, tool)
                row = found[key]
                seen.add(key)
                counts = {}
                for length in {*WINDOWS.values(), timedelta(days=objective.days)}:
                    inside = window(own, at, length)
                    counts[length] = len(inside), sum(map(bad_of, inside))
                total, bad = counts[timedelta(days=objective.days)]
                assert (row["total_count"], row["good_count"], row["bad_count"]) == (
                    total,
                    total - bad,
                    bad,
                ), (key, at)
                assert row["window_start"] == first_whole_hour(at - timedelta(days=objective.days))
                assert row["window_end"] == at
                allowed = 1 - objective.target
                for column, length in WINDOWS.items():
                    in_window, bad_in_window = counts[length]
                    expected = bad_in_window / in_window / allowed if in_window else None
                    assert row[column] == pytest.approx(expected), (key, at, column)
                if total:
                    left = 1 - bad / total / allowed
                    assert row["compliance"] == pytest.approx(1 - bad / total)
                    assert row["error_budget_left"] == pytest.approx(left, rel=1e-9, abs=1e-9)
                    for column in ("1h", "6h"):
                        rate = row[f"burn_rate_{column}"]
                        gone = row[f"gone_at_{column}_rate"]
                        if left <= 0:
                            assert gone == at
                        elif not rate or rate < left:
                            assert gone is None
                        else:
                            expected_gone = at + timedelta(days=objective.days) * left / rate
                            assert abs(gone - expected_gone) < timedelta(seconds=1)
                severity = compute_severity(objective, counts)
                assert row["severity"] == severity, (key, at, counts)
                severities.add(severity)
                assert samples[key][0] == {None: 0, "warning": 1, "critical": 2}[severity]
    assert set(found) == seen == set(samples)
    return severities


@pytest.fixture
def history() -> list[Call]:
    """Five weeks of calls of four series, with bad hours, quiet days, and calls of the future."""
    random = Random(11)
    calls = []
    for model, tool, mean_gap, failures in (
        ("acme/one", "chat", 240, 0.01),
        ("acme/one", "search", 900, 0.002),
        ("acme/two", "chat", 500, 0.03),
        ("acme/rare", "chat", 90_000, 0.1),
    ):
        at = MONDAY
        while at < MONDAY + timedelta(days=36):
            at += timedelta(seconds=random.expovariate(1 / mean_gap))
            is_bad_hour = at.hour == 9 and at.day % 6 == 0
            calls.append(
                Call(
                    model,
                    tool,
                    at,
                    0.0 if random.random() < 0.01 else random.lognormvariate(6, 0.7),
                    random.random() > (0.4 if is_bad_hour else failures),
                )
            )
    return calls


OBJECTIVES = [
    Objective("ok", "success_rate", 0.99),
    Objective("no errors", "error_rate", 0.98, group_by=("model",)),
    Objective("strict", "success_rate", 0.999999, days=90),
    Objective("fast", "response_time_ms", 0.95, 1000.0, group_by=("model", "tool")),
    Objective("fast week", "response_time_ms", 0.9, 800.0, 7, '{"model": "acme/one"}', ("tool",)),
    Objective("one", "success_rate", 0.97, None, 1, '{"model": "acme/one"}', ("model",), 20),
]


def test_numbers_are_those_of_the_raw_rows(connection, history) -> None:
    random = Random(12)
    random.shuffle(history)
    # Most is rolled up, some is late, and some no run has read.
    parts = history[:-2000], history[-2000:-1000], history[-1000:]
    for number, part in enumerate(parts):
        record(connection, part)
        if number < 2:
            connection.execute("select perf.aggregate_performance_metrics()")
    for objective in OBJECTIVES:
        set_objective(connection, objective)
    severities = set()
    last_day = MONDAY + timedelta(days=34)
    for at in (
        last_day + timedelta(hours=9, minutes=31, seconds=17),
        last_day,
        last_day + timedelta(microseconds=1),
        last_day + timedelta(minutes=2),
        last_day + timedelta(hours=5, minutes=59, seconds=59),
        last_day + timedelta(hours=6),
        last_day + timedelta(hours=10),
        last_day + timedelta(hours=12, minutes=30),
        last_day + timedelta(hours=23, minutes=59),
        MONDAY + timedelta(days=6, hours=9, minutes=50),
        MONDAY + timedelta(minutes=10),
        MONDAY - DAY,
    ):
        severities |= compare(connection, OBJECTIVES, history, at)
    assert severities == {None, "warning", "critical"}


def test_a_time_counts_as_that_of_its_bin_which_is_within_half_a_percent(connection) -> None:
    at = MONDAY + HOUR
    calls = [Call("m", "t", MONDAY, 500 * 1.0003**step, True) for step in range(5000)]
    record(connection, calls)
    connection.execute("select perf.aggregate_performance_metrics()")
    for limit in (600.0, 751.3, 1000.0, 1500.0):
        set_objective(connection, Objective("fast", "response_time_ms", 0.9, limit))
        [row] = status(connection, at).values()
        above, below = (sum(call.ms > limit * (1 + e) for call in calls) for e in (0.005, -0.005))
        assert above <= row["bad_count"] <= below


# Calls every ten seconds, of which one in `every` is bad from the beginning of the trouble on.
GAP = timedelta(seconds=10)
TROUBLE = MONDAY + timedelta(days=31)
OBJECTIVE = Objective("works", "success_rate", 0.999)


def steady(days: int, until: timedelta, every: int) -> list[Call]:
    """Return good calls, then calls of which one in `every` is bad, the first one included."""
    before = days * DAY // GAP
    return [
        Call("m", "t", TROUBLE + (number * GAP), 100, number < 0 or number % every != 0)
        for number in range(-before, until // GAP)
    ]


def levels(connection: psycopg.Connection, at: datetime) -> int:
    [level] = connection.execute(
        "select s.level from perf_internal.read_objective_samples(%s) as s", [at]
    ).fetchone()
    return level


@pytest.mark.parametrize(
    ("every", "level", "pair"),
    [
        pytest.param(1, 2, 0, id="an outage: 52 seconds"),
        pytest.param(10, 2, 0, id="10 % errors: 8.6 minutes"),
        pytest.param(20, 2, 0, id="5 % errors: 17 minutes"),
        pytest.param(100, 2, 1, id="1 % errors: 3.6 hours"),
        pytest.param(200, 1, 2, id="0.5 % errors: 14.4 hours"),
        pytest.param(500, 1, 3, id="0.2 % errors: 36 hours"),
    ],
)
def test_an_alert_comes_as_soon_as_the_workbook_says(connection, every, level, pair) -> None:
    """After (1 - target) / error rate * long window * burn rate, by the pair of that level."""
    _, long, _, share = PAIRS[pair]
    expected = 0.001 * every * share * timedelta(days=30)
    until = expected * 1.1 + 10 * MINUTE
    record(connection, steady(4, until, every))
    connection.execute("select perf.aggregate_performance_metrics()")
    set_objective(connection, OBJECTIVE)
    # Bad calls are single ones, and a window of days begins with a whole hour.
    slack = MINUTE + every * GAP
    earliest = expected * (1 - (HOUR / long if long >= DAY else 0)) - slack
    step = max(MINUTE, expected // 16 // MINUTE * MINUTE)
    elapsed = timedelta()
    while elapsed < earliest:
        assert levels(connection, TROUBLE + elapsed) < level, elapsed
        elapsed += step
    elapsed = max(timedelta(), (earliest // MINUTE) * MINUTE)
    while levels(connection, TROUBLE + elapsed) < level:
        elapsed += MINUTE
        assert elapsed <= expected + slack
    # Not before the share of the budget that the pair stands for is used, but for single calls.
    bad = sum(not call.success for call in steady(0, elapsed, every))
    assert bad >= share * (1 - HOUR / long * (long >= DAY)) * 0.001 * (timedelta(days=30) / GAP) - 1
    assert bad <= share * 0.001 * (timedelta(days=30) / GAP) + 7


def test_after_an_outage_the_alert_eases_and_ends_with_the_short_windows(connection) -> None:
    """Ten minutes of outage: critical for half an hour more, a warning for six hours."""
    calls = [
        call._replace(success=not TROUBLE <= call.at < TROUBLE + 10 * MINUTE)
        for call in steady(4, 8 * HOUR, 1)
    ]
    record(connection, calls)
    connection.execute("select perf.aggregate_performance_metrics()")
    set_objective(connection, OBJECTIVE)
    seen = []
    for minute in range(-2, 400):
        if not seen or 30 <= minute <= 45 or minute % 5 == 0 or minute < 4 or 365 < minute < 375:
            level = levels(connection, TROUBLE + minute * MINUTE)
            if not seen or seen[-1][1] != level:
                seen.append((minute, level))
    # 30 minutes after the last bad call the short window of the pair of 6 hours has none, and
    # less than 0.6 % a little before; 6 hours after it that of the pair of 3 days.
    assert [level for _, level in seen] == [0, 2, 1, 0]
    minutes = [minute for minute, _ in seen]
    assert minutes[1] == 1
    assert 39 <= minutes[2] <= 40
    assert 365 <= minutes[3] <= 370


def test_errors_that_use_exactly_the_budget_leave_nothing_and_alert_nobody(connection) -> None:
    calls = [
        Call("m", "t", MONDAY + number * MINUTE, 1, number % 10 != 0)
        for number in range(31 * DAY // MINUTE)
    ]
    record(connection, calls)
    connection.execute("select perf.aggregate_performance_metrics()")
    set_objective(connection, Objective("works", "success_rate", 0.9))
    for minute in range(0, 120, 10):
        at = MONDAY + timedelta(days=30, minutes=minute)
        [row] = status(connection, at).values()
        assert row["burn_rate_3d"] == 1
        assert row["severity"] is None
        if minute % 60 == 0:
            assert row["error_budget_left"] == 0
            assert row["gone_at_1h_rate"] == at


@pytest.fixture
def watcher(database: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database, autocommit=True) as opened:
        yield opened


def test_of_two_sessions_that_set_an_objective_the_second_waits_and_replaces(
    connection, database, watcher
) -> None:
    with psycopg.connect(database) as first, ThreadPoolExecutor() as pool:
        first.execute("select perf.set_slo_objective('works', 'success_rate', 0.9)")
        second = pool.submit(set_objective, connection, Objective("works", "error_rate", 0.8))
        wait_until_blocked(watcher, connection.info.backend_pid)
        first.commit()
        second.result()
    assert connection.execute(
        "select o.metric_name, o.target from perf.slo_objectives as o"
    ).fetchall() == [("error_rate", 0.8)]


def test_a_session_that_dies_while_it_sets_an_objective_changes_nothing(
    connection, database, watcher
) -> None:
    set_objective(connection, OBJECTIVE)
    with psycopg.connect(database) as dying:
        dying.execute("select perf.set_slo_objective('works', 'success_rate', 0.5)")
        dying.execute("select perf.set_slo_objective('more', 'success_rate', 0.5)")
        watcher.execute("select pg_terminate_backend(%s)", [dying.info.backend_pid])
        with pytest.raises(psycopg.OperationalError):
            dying.execute("select 1")
    set_objective(connection, OBJECTIVE)
    assert connection.execute(
        "select o.objective_name, o.target from perf.slo_objectives as o"
    ).fetchall() == [("works", 0.999)]
    assert connection.execute(
        "select count(*) from perf.audit_log as l where l.table_name = 'slo_objectives'"
        " and l.action = 'insert'"
    ).fetchone() == (1,)


def test_an_objective_of_jobs_reads_their_failure_rate_and_times(connection) -> None:
    for number in range(20):
        connection.execute(
            "select perf.record_job_metrics('portrait', 'gpu-1', total_gpu_time_ms => %s,"
            " success => %s, error_type => %s, completed_at => %s)",
            [
                1000 * (number + 1),
                number % 5 != 0,
                None if number % 5 else "out of memory",
                MONDAY + number * MINUTE,
            ],
        )
    set_objective(connection, Objective("jobs", "failure_rate", 0.9, None, 30, "{}", ("workflow",)))
    set_objective(connection, Objective("quick", "total_gpu_time_ms", 0.5, 5_100.0))
    set_objective(connection, Objective("calls", "success_rate", 0.9))
    found = {
        row["objective"]: (row["labels"].get("workflow"), row["total_count"], row["bad_count"])
        for row in status(connection, MONDAY + HOUR).values()
    }
    assert found == {"jobs": ("portrait", 20, 4), "quick": (None, 20, 15)}


def test_a_migration_keeps_objectives(connection, database) -> None:
    set_objective(connection, OBJECTIVE)
    migrations.migrate(database)
    assert connection.execute(
        "select o.objective_name, o.metric_name from perf.slo_objectives as o"
    ).fetchall() == [("works", "success_rate")]
    with pytest.raises(psycopg.errors.ForeignKeyViolation, match="slo_objectives"):
        connection.execute("delete from perf.metrics where metric = 'success_rate'")
