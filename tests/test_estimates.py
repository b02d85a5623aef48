"""Estimates of jobs against what Python computes from the jobs themselves."""

import math
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, NamedTuple

import psycopg
import pytest

MONDAY = datetime(2020, 1, 6, tzinfo=UTC)
DAY = timedelta(days=1)
WORKERS = ("gpu-1", "gpu-2")


class Job(NamedTuple):
    worker: str
    at: datetime
    ms: int
    failed: bool = False


def add_jobs(connection: psycopg.Connection[Any], jobs: Sequence[Job]) -> None:
    """Write jobs of the workflow `upscale`, in one transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into perf.workflows (name) values ('upscale') on conflict do nothing"
        )
        for worker in WORKERS:
            cursor.execute("insert into perf.workers (name) values (%s)", [worker])
        cursor.execute("""
            insert into perf_internal.job_kinds (workflow_id, worker_id)
            select f.id, w.id from perf.workflows as f cross join perf.workers as w
            on conflict do nothing
        """)
        cursor.execute(
            """
            insert into perf.performance_metrics (
                series_id, created_at, job_id, workflow_id, worker_id, total_wall_time_ms, failed
            )
            select k.id, j.at, j.number, k.workflow_id, k.worker_id, j.ms, j.failed
            from unnest(%s::text[], %s::timestamptz[], %s::bigint[], %s::boolean[])
                with ordinality as j (worker, at, ms, failed, number)
            join perf.workers as w on w.name = j.worker
            join perf_internal.job_kinds as k on k.worker_id = w.id
            """,
            [list(column) for column in zip(*jobs, strict=True)],
        )


def estimate(
    connection: psycopg.Connection[Any], as_of: datetime, worker: str | None = "gpu-1"
) -> tuple[Any, ...]:
    row = connection.execute(
        """
        select e.expected_wall_time_ms, e.median_wall_time_ms, e.wall_time_low_ms,
            e.wall_time_high_ms, e.job_count, e.based_on
        from perf.workflows as f
        cross join lateral perf.estimate_job(
            f.id, as_of => %s, worker_id => (select w.id from perf.workers as w where w.name = %s)
        ) as e
        """,
        [as_of, worker],
    ).fetchone()
    assert row is not None
    return row


def coverage(connection: psycopg.Connection[Any], days: int) -> list[tuple[Any, ...]]:
    return connection.execute(
        """
        select c.worker, c.job_count, c.covered_count, c.unestimated_count, c.mean_width
        from perf.get_estimate_coverage(%s, %s, group_by => 'worker') as c
        """,
        [MONDAY, MONDAY + days * DAY],
    ).fetchall()


def interval(times: Sequence[int], confidence: float = 0.9) -> tuple[int, int] | None:
    """Return the two order statistics between which the next value lies."""
    rank = math.floor((len(times) + 1) * (1 - confidence) / 2 + 1e-9)
    if rank < 1:
        return None
    ordered = sorted(times)
    return ordered[rank - 1], ordered[-rank]


def history(jobs: Sequence[Job], as_of: datetime, worker: str | None) -> list[int]:
    return [
        job.ms
        for job in jobs
        if as_of - 30 * DAY <= job.at < as_of
        and not job.failed
        and (worker is None or job.worker == worker)
    ]


def make_jobs(seed: int, days: int, hourly: float) -> list[Job]:
    """Make jobs that get slower, one in ten of them failed, on two workers of different speed."""
    random = Random(seed)
    jobs = []
    for worker, speed in zip(WORKERS, (1.0, 2.5), strict=True):
        at = MONDAY
        while at < MONDAY + days * DAY:
            at += timedelta(hours=random.expovariate(hourly))
            ms = 1000 * speed * random.lognormvariate(0, 0.1) * (1 + (at - MONDAY).days / 100)
            jobs.append(Job(worker, at, round(ms), random.random() < 0.1))
    return jobs


@pytest.mark.parametrize("is_rolled_up", [False, True])
def test_an_interval_of_few_jobs_an_hour_is_of_their_values(
    connection: psycopg.Connection[Any], is_rolled_up: bool
) -> None:
    jobs = make_jobs(1, 40, hourly=0.5)
    add_jobs(connection, jobs)
    if is_rolled_up:
        connection.execute("select perf.aggregate_performance_metrics()")
    for worker in (*WORKERS, None):
        as_of = MONDAY + 35 * DAY
        times = history(jobs, as_of, worker)
        mean, _, low, high, count, based_on = estimate(connection, as_of, worker)
        exact = interval(times)
        assert exact is not None
        assert count == len(times)
        assert mean == pytest.approx(sum(times) / len(times))
        assert based_on == ("worker" if worker else "all workers")
        # An hour with four jobs tells only its extremes, so the limits may be a bin further out.
        assert exact[0] / 1.0101 <= low <= exact[0]
        assert exact[1] <= high <= exact[1] * 1.0101


def test_an_interval_of_jobs_hours_apart_is_exact(connection: psycopg.Connection[Any]) -> None:
    random = Random(2)
    jobs = [
        Job("gpu-1", MONDAY + timedelta(hours=2 * n, minutes=random.randrange(60)), ms)
        for n, ms in enumerate(random.sample(range(90_000, 90_900), 300))
    ]
    add_jobs(connection, jobs)
    connection.execute("select perf.aggregate_performance_metrics()")
    for hours in (38, 39, 100, 599, 600):
        as_of = MONDAY + timedelta(hours=hours)
        times = sorted(history(jobs, as_of, "gpu-1"))
        _, median, low, high, count, _ = estimate(connection, as_of)
        assert count == len(times)
        assert median == (times[(count - 1) // 2] + times[count // 2]) / 2
        assert (low, high) == interval(times)


def test_an_interval_of_many_jobs_an_hour_is_at_most_a_bin_wider(
    connection: psycopg.Connection[Any],
) -> None:
    random = Random(3)
    jobs = [
        Job(
            "gpu-1", MONDAY + timedelta(seconds=n), round(random.lognormvariate(9, 0.5)), n % 7 == 0
        )
        for n in range(7000)
    ]
    add_jobs(connection, jobs)
    connection.execute("select perf.aggregate_performance_metrics()")
    as_of = MONDAY + DAY
    times = history(jobs, as_of, "gpu-1")
    exact = interval(times)
    assert exact is not None
    _, median, low, high, count, _ = estimate(connection, as_of)
    assert count == len(times) == 6000
    assert median == pytest.approx(sorted(times)[3000], rel=0.006)
    assert exact[0] / 1.0101 <= low <= exact[0]
    assert exact[1] <= high <= exact[1] * 1.0101


def test_the_next_value_is_in_the_interval_as_often_as_promised(
    connection: psycopg.Connection[Any],
) -> None:
    random = Random(4)
    repetitions = 1000
    for known, most in ((True, 0.9), (False, 0.93)):
        samples = [[random.lognormvariate(8, 0.4) for _ in range(40)] for _ in range(repetitions)]
        inside = 0
        for sample in samples:
            past, following = sample[:-1], sample[-1]
            row = connection.execute(
                """
                select %s between i.low and i.high
                from perf_internal.get_prediction_interval(
                    perf_internal.make_sketch(%s), 39, 0.9, %s
                ) as i
                """,
                [
                    following,
                    [math.ceil(math.log(value) / math.log(1.01)) for value in past],
                    past if known else [],
                ],
            ).fetchone()
            assert row is not None
            inside += row[0]
        # Four standard deviations of what chance does.
        noise = 4 * math.sqrt(0.09 / repetitions)
        assert 0.9 - noise <= inside / repetitions <= most + noise


@pytest.mark.parametrize("is_rolled_up", [False, True])
def test_coverage_is_what_was_inside_day_by_day(
    connection: psycopg.Connection[Any], is_rolled_up: bool
) -> None:
    # Jobs hours apart, so that rollups tell each value; gpu-2 begins on the tenth day.
    random = Random(5)
    days = 40
    jobs = [
        Job(
            worker,
            MONDAY + timedelta(hours=3 * n, minutes=random.randrange(60)),
            round(speed * random.lognormvariate(8, 0.3)),
            random.random() < 0.1,
        )
        for worker, speed, first in (("gpu-1", 1, 0), ("gpu-2", 1.5, 80))
        for n in range(first, days * 8)
    ]
    add_jobs(connection, jobs)
    if is_rolled_up:
        connection.execute("select perf.aggregate_performance_metrics()")
    inside: dict[str, int] = defaultdict(int)
    estimated: dict[str, int] = defaultdict(int)
    without: dict[str, int] = defaultdict(int)
    widths: dict[str, float] = defaultdict(float)
    for job in jobs:
        if job.failed:
            continue
        day = datetime(job.at.year, job.at.month, job.at.day, tzinfo=UTC)
        exact = interval(history(jobs, day, job.worker)) or interval(history(jobs, day, None))
        if exact is None:
            without[job.worker] += 1
            continue
        estimated[job.worker] += 1
        inside[job.worker] += exact[0] <= job.ms <= exact[1]
        widths[job.worker] += exact[1] - exact[0]
    assert coverage(connection, days) == [
        (
            worker,
            estimated[worker],
            inside[worker],
            without[worker],
            pytest.approx(widths[worker] / estimated[worker]),
        )
        for worker in WORKERS
    ]


def test_estimates_outlive_raw_jobs_and_hours(connection: psycopg.Connection[Any]) -> None:
    jobs = make_jobs(6, 60, hourly=0.3)
    connection.execute("select perf.ensure_partitions(%s, 90)", [MONDAY])
    add_jobs(connection, jobs)
    connection.execute("select perf.aggregate_performance_metrics()")
    as_of = MONDAY + 60 * DAY
    before = estimate(connection, as_of), coverage(connection, 60)
    connection.execute("update perf.retention set keep = null where level in ('hourly', 'daily')")
    connection.execute(
        "select * from perf.cleanup_old_performance_data(as_of => %s)", [as_of + 400 * DAY]
    )
    assert connection.execute("select count(*) from perf.performance_metrics").fetchone() == (0,)
    assert (estimate(connection, as_of), coverage(connection, 60)) == before

    connection.execute(
        "update perf.retention set keep = '90 days' where pipeline = 'jobs' and level = 'hourly'"
    )
    connection.execute(
        "select * from perf.cleanup_old_performance_data(as_of => %s)", [as_of + 400 * DAY]
    )
    assert connection.execute(
        "select count(*) from perf_internal.rollups where granularity = 'hourly'"
    ).fetchone() == (0,)
    _, _, low, high, count, _ = estimate(connection, as_of)
    _, _, exact_low, exact_high, exact_count, _ = before[0]
    assert count == exact_count
    assert exact_low / 1.0101 <= low <= exact_low
    assert exact_high <= high <= exact_high * 1.0101
    for now, then in zip(coverage(connection, 60), before[1], strict=True):
        assert now[0] == then[0]
        assert now[1] == then[1]
        assert now[2] == pytest.approx(then[2], rel=0.1)
