"""Comparisons of jobs against the same method in plain Python, and how often they are right."""

import math
import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

START = datetime(2020, 1, 6, tzinfo=UTC)
# Workers, and what is measured on them: (workflow, worker, day) to times.
Times = dict[tuple[str, str, int], list[int]]


def draw_times(
    seed: int, *, workers: int, jobs: int, change: float, days: int = 10, variation: float = 0.2
) -> Times:
    """Draw the jobs of workflows a and b; workers differ, and so do their shares of the jobs."""
    draw = random.Random(seed)
    speeds = [math.exp(draw.gauss(0, 0.4)) for _ in range(workers)]
    times: Times = defaultdict(list)
    for workflow, factor in (("a", 1.0), ("b", change)):
        shares = [draw.uniform(0.5, 1.5) for _ in range(workers)]
        for worker in draw.choices(range(workers), shares, k=jobs):
            time = 10_000 * speeds[worker] * factor * draw.lognormvariate(0, variation)
            times[workflow, f"w{worker}", draw.randrange(days)].append(round(time))
    return times


def store(connection: psycopg.Connection, times: Times, prefix: str = "") -> list[int]:
    """Insert jobs, and return the ids of the two workflows."""
    for table, names in (
        ("workflows", sorted({prefix + workflow for workflow, _, _ in times})),
        ("workers", sorted({worker for _, worker, _ in times})),
    ):
        connection.execute(
            f"insert into perf.{table} (name) select unnest(%s::text[])"
            " on conflict do nothing".encode(),
            [names],
        )
    connection.execute(
        "insert into perf_internal.job_kinds (workflow_id, worker_id)"
        " select f.id, w.id from perf.workflows as f cross join perf.workers as w"
        " on conflict do nothing"
    )
    rows = [
        (START + timedelta(days=day, hours=10), time, prefix + workflow, worker)
        for (workflow, worker, day), made in times.items()
        for time in made
    ]
    connection.execute(
        "insert into perf.performance_metrics"
        " (series_id, created_at, job_id, workflow_id, worker_id, total_wall_time_ms)"
        " select k.id, u.ended_at, 1, f.id, w.id, u.time"
        " from unnest(%s::timestamptz[], %s::bigint[], %s::text[], %s::text[])"
        " as u (ended_at, time, workflow, worker)"
        " join perf.workflows as f on f.name = u.workflow"
        " join perf.workers as w on w.name = u.worker"
        " join perf_internal.job_kinds as k on k.workflow_id = f.id and k.worker_id = w.id",
        list(map(list, zip(*rows, strict=True))),
    )
    return [
        connection.execute(
            "select id from perf.workflows where name = %s", [prefix + name]
        ).fetchone()[0]
        for name in ("a", "b")
    ]


def compare(connection: psycopg.Connection, ids: list[int]) -> tuple:
    return connection.execute(
        "select difference, difference_low, difference_high, p_value, verdict"
        " from perf.compare_workflows(%s, %s, %s, '{total_wall_time_ms}')",
        [ids, START, START + timedelta(days=30)],
    ).fetchone()


def tail(t: float, freedom: float) -> float:
    """Return the probability beyond t of Student's distribution, by Simpson's rule."""

    # With t = root(v) tan(x) the density is a power of cos(x), up to a right angle.
    def area(low: float, high: float, steps: int = 1000) -> float:
        width = (high - low) / steps
        values = [max(math.cos(low + i * width), 0.0) ** (freedom - 1) for i in range(steps + 1)]
        return (
            width / 3 * (values[0] + 4 * sum(values[1:-1:2]) + 2 * sum(values[2:-1:2]) + values[-1])
        )

    angle = math.atan(t / math.sqrt(freedom))
    return area(angle, math.pi / 2) / (2 * area(0, math.pi / 2))


def quantile(tail_probability: float, freedom: float) -> float:
    low, high = 0.0, 1e3
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if tail(middle, freedom) > tail_probability else (low, middle)
    return low


def mean(values: list[float]) -> float:
    return math.fsum(values) / len(values)


def square_sum(values: list[float]) -> float:
    return math.fsum((value - mean(values)) ** 2 for value in values)


def expect(times: Times) -> tuple[float, float, float, float]:
    """Return difference, limits and p value of the comparison of a and b, in percent."""
    strata = []
    for worker in sorted({worker for _, worker, _ in times}):
        sides = []
        for workflow in "ab":
            days = {d: made for (f, w, d), made in times.items() if (f, w) == (workflow, worker)}
            made = [time for day in days.values() for time in day]
            variance = square_sum(made) / (len(made) - 1) / len(made) / mean(made) ** 2
            spread = math.sqrt(len(days) / (len(days) - 1))
            shifts = {
                day: spread * len(day_made) * (mean(day_made) / mean(made) - 1) / len(made)
                for day, day_made in days.items()
            }
            sides.append((len(made), mean(made), variance, shifts))
        (n, m, v, x), (n2, m2, v2, x2) = sides
        assert min(n, n2) >= 5
        by_day = {day: x2.get(day, 0) - x.get(day, 0) for day in {*x, *x2}}
        squares = [math.fsum(s**2 for s in shifts.values()) for shifts in (x, x2)]
        strata.append(
            {
                "weight": n * n2 / (n + n2),
                "estimate": math.log(m2 / m) + (v2 - v) / 2,
                "jobs": (v + v2, (v + v2) ** 2 / (v**2 / (n - 1) + v2**2 / (n2 - 1))),
                "days": (
                    math.fsum(s**2 for s in by_day.values()),
                    min(
                        len(by_day) - 1,
                        sum(squares) ** 2
                        / (squares[0] ** 2 / (len(x) - 1) + squares[1] ** 2 / (len(x2) - 1)),
                    ),
                ),
            }
        )
    total = math.fsum(s["weight"] for s in strata)
    weights = [s["weight"] / total for s in strata]
    estimate = math.fsum(w * s["estimate"] for w, s in zip(weights, strata, strict=True))
    within = {}
    for kind in ("jobs", "days"):
        parts = [(w**2 * s[kind][0], s[kind][1]) for w, s in zip(weights, strata, strict=True)]
        variance = math.fsum(v for v, _ in parts)
        within[kind] = (variance, variance**2 / math.fsum(v**2 / f for v, f in parts))
    chosen = "days" if within["days"][0] > within["jobs"][0] else "jobs"
    assert within["days"][1] >= 4
    tests = [within[chosen]]
    if len(strata) > 2:
        squares = math.fsum(w**2 for w in weights)
        factors = [w**2 / (1 - 2 * w + squares) for w in weights]
        variance = math.fsum(
            f * (s["estimate"] - estimate) ** 2 for f, s in zip(factors, strata, strict=True)
        )
        pairs = math.fsum(
            f * g * ((i == j) - w - x + squares) ** 2
            for i, (f, w) in enumerate(zip(factors, weights, strict=True))
            for j, (g, x) in enumerate(zip(factors, weights, strict=True))
        )
        tests.append((variance, squares**2 / pairs))
    reach = max(quantile(0.025, freedom) * math.sqrt(variance) for variance, freedom in tests)
    p_value = max(2 * tail(abs(estimate) / math.sqrt(v), freedom) for v, freedom in tests)
    percents = [100 * math.expm1(x) for x in (estimate, estimate - reach, estimate + reach)]
    return (*percents, p_value)


@pytest.mark.parametrize("is_rolled_up", [False, True], ids=["pending", "rolled up"])
@pytest.mark.parametrize("workers", [1, 2, 3, 5])
def test_a_comparison_is_what_python_computes(connection, workers, is_rolled_up) -> None:
    times = draw_times(workers, workers=workers, jobs=40 * workers, change=1.1)
    ids = store(connection, times)
    if is_rolled_up:
        connection.execute("select perf.aggregate_performance_metrics()")
    assert compare(connection, ids)[:4] == pytest.approx(expect(times), rel=1e-6)


def test_equal_workflows_have_no_winner_and_unequal_ones_have_the_right_one(connection) -> None:
    """The shares of the workers differ, so plain means differ without any difference."""
    verdicts = defaultdict(list)
    pairs = {
        (change, seed): store(
            connection,
            draw_times(100 + seed, workers=4, jobs=100, change=change),
            f"{change} {seed} ",
        )
        for change in (1.0, 0.8)
        for seed in range(12)
    }
    connection.execute("select perf.aggregate_performance_metrics()")
    for (change, _), ids in pairs.items():
        verdicts[change].append(compare(connection, ids)[4])
    assert verdicts[1.0].count("no_clear_difference") >= 11
    assert verdicts[0.8].count("better") >= 10
    assert verdicts[0.8].count("worse") == 0


def test_a_change_in_the_middle_of_a_day_parts_its_hours(connection) -> None:
    """Jobs of the same day, before and after noon."""
    store(connection, {("a", "w0", 0): [90, 110] * 20, ("b", "w0", 0): [1]})
    connection.execute(
        "insert into perf.performance_metrics"
        " (series_id, created_at, job_id, workflow_id, worker_id, total_wall_time_ms)"
        " select series_id, created_at + interval '2 hours', 1, workflow_id, worker_id, 300"
        " from perf.performance_metrics where total_wall_time_ms > 1"
    )
    connection.execute("select perf.aggregate_performance_metrics()")
    noon = START + timedelta(hours=12)
    assert connection.execute(
        "select before_value, after_value, before_jobs, after_jobs, verdict"
        " from perf.compare_workflow_periods(("
        "     select id from perf.workflows where name = 'a'"
        " ), %s, %s, %s, %s, '{total_wall_time_ms}')",
        [START, noon, noon, START + timedelta(days=1)],
    ).fetchone() == (100, 300, 40, 40, "worse")
