"""Comparisons of periods, and intervals of any metric, against scipy."""

import json
import math
import random
from datetime import UTC, datetime, timedelta

import pytest
from scipy import optimize, stats

BEFORE = datetime(2020, 1, 6, 10, tzinfo=UTC)
AFTER = datetime(2020, 1, 6, 13, tzinfo=UTC)
HOURS = timedelta(hours=3)
# Percentiles are within 0.5 %, and their limits at the edges of their bins.
NEAR = 0.011


@pytest.fixture
def sides(connection) -> dict[datetime, list[tuple[float, bool]]]:
    """Record 180 calls, then 260 that are slower and fail more often; return time and failure."""
    draw = random.Random(7)
    sides = {
        start: [(draw.lognormvariate(mean, 0.7), draw.random() < share) for _ in range(count)]
        for start, count, mean, share in ((BEFORE, 180, 6, 0.05), (AFTER, 260, 6.2, 0.2))
    }
    for start, calls in sides.items():
        rows = [
            {
                "model_name": "acme/one",
                "tool_name": "chat",
                "response_time_ms": time,
                "error_type": "timeout" if has_failed else None,
                "call_timestamp": (start + HOURS * draw.random()).isoformat(),
            }
            for time, has_failed in calls
        ]
        connection.execute("select perf.record_calls(%s)", [json.dumps(rows)])
    return sides


def mover(before, after) -> tuple[float, float]:
    """Return the interval of the difference of two (estimate, low, high)."""
    difference = after[0] - before[0]
    return (
        difference - math.hypot(after[0] - after[1], before[2] - before[0]),
        difference + math.hypot(after[2] - after[0], before[0] - before[1]),
    )


def percent(before, after) -> tuple[float, float]:
    """Return the limits of the change in percent: the ratios of which the difference is just 0."""

    def at(ratio: float, side: int) -> float:
        return mover([ratio * value for value in before], after)[side]

    middle = after[0] / before[0]
    return tuple(
        100 * (optimize.brentq(at, *between, args=(side,)) - 1)
        for side, between in enumerate(((0, middle), (middle, 1e6)))
    )


def mean(values, confidence):
    middle, error = sum(values) / len(values), stats.sem(values)
    return middle, *stats.t.interval(confidence, len(values) - 1, middle, error)


def share(successes, trials, confidence):
    limits = stats.binomtest(successes, trials).proportion_ci(confidence, method="wilson")
    return successes / trials, limits.low, limits.high


def poisson(count, confidence):
    tail = (1 - confidence) / 2
    return count, stats.gamma.ppf(tail, count), stats.gamma.ppf(1 - tail, count + 1)


def total(values, confidence):
    z = stats.norm.ppf((1 + confidence) / 2)
    reach = z * math.sqrt(math.fsum(value**2 for value in values))
    return sum(values), sum(values) - reach, sum(values) + reach


def quantile(values, p, confidence):
    """Return a percentile, and the order statistics that the binomial gives as its limits."""
    tail = (1 - confidence) / 2
    values, n = sorted(values), len(values)
    low = max(r for r in range(n + 1) if r == 0 or stats.binom.cdf(r - 1, n, p) <= tail)
    high = min(s for s in range(n + 2) if s > n or stats.binom.cdf(s - 1, n, p) >= 1 - tail)
    rank = p * (n - 1)
    middle = values[int(rank)] + (rank % 1) * (
        values[min(int(rank) + 1, n - 1)] - values[int(rank)]
    )
    return middle, values[low - 1] if low else None, values[high - 1] if high <= n else None


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
def test_periods_are_compared_as_scipy_says(connection, sides, confidence) -> None:
    rows = {
        (metric, statistic): values
        for metric, statistic, *values in connection.execute(
            "select metric, statistic, before_value, value, difference, difference_low,"
            " difference_high, percent_low, percent_high, verdict"
            " from perf.compare_periods('{response_time_ms,error_rate}', %s, %s, confidence => %s)",
            [AFTER, AFTER + HOURS, confidence],
        )
    }
    times, failures = (
        [[call[part] for call in sides[start]] for start in (BEFORE, AFTER)] for part in (0, 1)
    )
    expected = {
        ("response_time_ms", "count"): [poisson(len(side), confidence) for side in times],
        ("response_time_ms", "average"): [mean(side, confidence) for side in times],
        ("response_time_ms", "p50"): [quantile(side, 0.5, confidence) for side in times],
        ("response_time_ms", "p95"): [quantile(side, 0.95, confidence) for side in times],
        ("response_time_ms", "total"): [total(side, confidence) for side in times],
        ("error_rate", "count"): [poisson(len(side), confidence) for side in failures],
        ("error_rate", "share"): [share(sum(side), len(side), confidence) for side in failures],
        ("error_rate", "total"): [total(side, confidence) for side in failures],
    }
    assert list(rows) == list(expected)
    for key, (before, after) in expected.items():
        before_value, value, difference, low, high, *percents, verdict = rows[key]
        is_percentile = key[1] in ("p50", "p95")
        # Student's quantile is good to 0.1 %.
        near = NEAR * after[0] if is_percentile else 0.001 * abs(difference) + 1e-9
        assert before_value == pytest.approx(before[0], rel=0.006 if is_percentile else 1e-9)
        assert value == pytest.approx(after[0], rel=0.006 if is_percentile else 1e-9)
        if is_percentile:
            near = NEAR * (max(after) + max(before))
        assert (low, high) == pytest.approx(mover(before, after), abs=near), key
        assert percents == pytest.approx(percent(before, after), abs=100 * near / before[0])
        assert (verdict == "no_clear_change") == (low <= 0 <= high)


def test_intervals_of_a_metric_are_those_of_scipy(connection, sides) -> None:
    (row,) = connection.execute(
        "select average_low, average_high, percentile_lows, percentile_highs"
        " from perf.query_metrics('response_time_ms', %s, %s, percentiles => '{0.25,0.5,0.9}',"
        " confidence => 0.9)",
        [AFTER, AFTER + HOURS],
    )
    times = [time for time, _ in sides[AFTER]]
    assert row[:2] == pytest.approx(mean(times, 0.9)[1:], rel=1e-4)
    for p, low, high in zip((0.25, 0.5, 0.9), *row[2:], strict=True):
        assert (low, high) == pytest.approx(quantile(times, p, 0.9)[1:], rel=NEAR)
    (row,) = connection.execute(
        "select average_low, average_high, percentile_lows from perf.query_metrics("
        "'error_rate', %s, %s, confidence => 0.9)",
        [AFTER, AFTER + HOURS],
    )
    failures = [has_failed for _, has_failed in sides[AFTER]]
    assert row[:2] == pytest.approx(share(sum(failures), len(failures), 0.9)[1:], rel=1e-9)
    assert row[2] is None


def test_poisson_limits_are_those_of_scipy(connection) -> None:
    for count in (0, 1, 7, 500, 123_456, 10**9 - 1):
        limits = connection.execute(
            "select low, high from perf_internal.get_poisson_interval(%s, 0.95)", [count]
        ).fetchone()
        low = stats.gamma.ppf(0.025, count) if count else 0
        assert limits == pytest.approx((low, stats.gamma.ppf(0.975, count + 1)), rel=1e-7)
