"""Reports of jobs beside a computation over the raw rows by Python.

The same numbers come out before a run, after it, after more jobs, and when raw rows are gone.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from statistics import fmean
from typing import Any, NamedTuple

import psycopg
import pytest
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

START = datetime(2020, 1, 6, tzinfo=UTC)
END = START + timedelta(days=63)
WORKFLOWS = ("upscale", "interpolate", "sketch")
WORKERS = ("gpu-1", "gpu-2")
STAGES = ("load", "sample", "decode")
# A sketch is within 0.5 %; a little more for the last digits.
WITHIN = 0.00501


class Job(NamedTuple):
    workflow: str
    worker: str
    tier: str
    ended_at: datetime
    failed: bool
    frame_ms: float | None
    gpu_ms: int | None
    wall_ms: int | None
    vram: int | None
    frames: int | None
    scores: dict[str, float] | None
    stages: list[dict[str, Any]] | None
    steps: int


def make_jobs(seed: int, number: int) -> list[Job]:
    chance = random.Random(seed)

    def maybe(value: Any) -> Any:
        return None if chance.random() < 0.1 else value

    def make() -> Job:
        workflow = chance.choice(WORKFLOWS)
        # A real holds powers of two over small numbers exactly.
        frame_ms = round(chance.lognormvariate(4 + WORKFLOWS.index(workflow) / 4, 0.5) * 16) / 16
        frames = chance.randrange(0, 100)
        wall_ms = round(frame_ms * frames) + 100
        return Job(
            workflow,
            chance.choice(WORKERS),
            chance.choice(("1080p", "4k")),
            START + chance.random() * (END - START),
            chance.random() < 0.2,
            maybe(frame_ms),
            maybe(wall_ms // 2),
            maybe(wall_ms),
            maybe(chance.randrange(4000, 24000)),
            maybe(frames),
            maybe({"likeness": chance.randrange(1, 1000) / 1000, "rating": chance.randrange(6)}),
            maybe(
                [
                    {"name": chance.choice(STAGES), "duration_ms": chance.randrange(1, 5000)}
                    for _ in range(chance.randrange(1, 5))
                ]
            ),
            chance.randrange(1, 50),
        )

    return [make() for _ in range(number)]


def record(connection: psycopg.Connection, jobs: Iterable[Job]) -> None:
    batch = [
        {
            "workflow_name": job.workflow,
            "worker_name": job.worker,
            "resolution_tier": job.tier,
            "model_type": "wan",
            "completed_at": job.ended_at.isoformat(),
            "success": not job.failed,
            "time_per_frame_ms": job.frame_ms,
            "total_gpu_time_ms": job.gpu_ms,
            "total_wall_time_ms": job.wall_ms,
            "vram_peak_mb": job.vram,
            "frame_count": job.frames,
            "quality_scores": job.scores,
            "pipeline_stages": job.stages,
            "parameters": {"steps": job.steps},
        }
        for job in jobs
    ]
    connection.execute("select perf.record_job_metrics_batch(%s)", [Jsonb(batch)])


@pytest.fixture
def reports(connection: psycopg.Connection) -> psycopg.Connection:
    """A connection whose rows are dicts, to a database with workflows, workers and partitions."""
    connection.row_factory = dict_row  # type: ignore[assignment]
    for table, names in (("workflows", WORKFLOWS), ("workers", WORKERS)):
        for name in names:
            connection.execute(f"insert into perf.{table} (name) values (%s)", [name])
    connection.execute("select perf.ensure_partitions('2020-01-06', 100)")
    return connection


def ask(connection: psycopg.Connection, call: str, **arguments: Any) -> list[dict[str, Any]]:
    named = ", ".join(f"{name} => %({name})s" for name in arguments)
    return connection.execute(f"select * from perf.{call}({named})", arguments).fetchall()


def id_of(connection: psycopg.Connection, table: str, name: str) -> int:
    row = connection.execute(f"select id from perf.{table} where name = %s", [name]).fetchone()
    return row["id"]


def percentile(values: list[float], p: float) -> float:
    ordered = sorted(values)
    rank = p * (len(ordered) - 1)
    lower = ordered[int(rank)]
    upper = ordered[min(int(rank) + 1, len(ordered) - 1)]
    return lower + (upper - lower) * (rank - int(rank))


def of(jobs: Iterable[Job], field: str, succeeded: bool = True) -> list[float]:
    return [
        value
        for job in jobs
        if not (succeeded and job.failed) and (value := getattr(job, field)) is not None
    ]


def mean(values: list[float]) -> Any:
    return pytest.approx(fmean(values), rel=1e-9) if values else None


def total(values: list[float], unit: float = 1) -> Any:
    return pytest.approx(sum(values) / unit, rel=1e-9) if values else None


def ratings(jobs: Iterable[Job]) -> list[float]:
    return [job.scores["rating"] for job in jobs if job.scores and not job.failed]


def expected_of(jobs: list[Job]) -> dict[str, Any]:
    frame_times = of(jobs, "frame_ms")
    failed = sum(job.failed for job in jobs)
    return {
        "job_count": len(jobs),
        "failed_jobs": failed,
        "failure_rate": pytest.approx(failed / len(jobs)),
        "gpu_hours": total(of(jobs, "gpu_ms", False), 3_600_000),
        "wall_hours": total(of(jobs, "wall_ms", False), 3_600_000),
        "frames": total(of(jobs, "frames")),
        "avg_time_per_frame_ms": mean(frame_times),
        "avg_gpu_time_ms": mean(of(jobs, "gpu_ms")),
        "avg_wall_time_ms": mean(of(jobs, "wall_ms")),
        "avg_vram_peak_mb": mean(of(jobs, "vram")),
        "max_vram_peak_mb": max(of(jobs, "vram", False), default=None),
        "avg_quality_rating": mean(ratings(jobs)),
        **{
            f"p{p}_time_per_frame_ms": pytest.approx(percentile(frame_times, p / 100), rel=WITHIN)
            if frame_times
            else None
            for p in (50, 95, 99)
        },
    }


def assert_row(row: dict[str, Any], jobs: list[Job]) -> None:
    expected = {name: value for name, value in expected_of(jobs).items() if name in row}
    assert {name: row[name] for name in expected} == expected


def day_of(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def week_of(at: datetime) -> datetime:
    return day_of(at) - timedelta(days=at.weekday())


def month_of(at: datetime) -> datetime:
    return day_of(at).replace(day=1)


BUCKETS: dict[str, Callable[[datetime], datetime]] = {
    "hour": lambda at: at.replace(minute=0, second=0, microsecond=0),
    "day": day_of,
    "week": week_of,
    "month": month_of,
}


def group(jobs: Iterable[Job], key: Callable[[Job], Any]) -> dict[Any, list[Job]]:
    groups: dict[Any, list[Job]] = defaultdict(list)
    for job in jobs:
        groups[key(job)].append(job)
    return groups


def assert_reports(connection: psycopg.Connection, jobs: list[Job]) -> None:
    """Compare what functions say of several ranges with what Python says of the jobs."""
    ranges = [
        (START, END),
        (START + timedelta(hours=5), START + timedelta(days=30, hours=5)),
        (START + timedelta(days=7), START + timedelta(days=8)),
        (START + timedelta(days=10, hours=3), START + timedelta(days=10, hours=6)),
        (START - timedelta(days=9), START),
    ]
    for start, end in ranges:
        inside = [job for job in jobs if start <= job.ended_at < end]
        span = {"start_time": start, "end_time": end}
        (row,) = ask(connection, "get_performance_overview", **span, min_jobs=1)
        if inside:
            assert_row(row, inside)
        assert row["job_count"] == len(inside)
        by_workflow = group(inside, lambda job: job.workflow)
        times = {name: of(own, "frame_ms") for name, own in by_workflow.items()}
        order = sorted((fmean(own), name) for name, own in times.items() if own)
        ranked = ask(connection, "get_workflow_ranking", **span, min_jobs=1)
        if order:
            assert [(r["workflow"], r["average"]) for r in ranked] == [
                (name, pytest.approx(average)) for average, name in order
            ]
            assert row["best_workflows"][0]["workflow"] == order[0][1]
        for name, listing in (
            ("workflow", "get_workflows"),
            ("worker", "get_workers"),
        ):
            groups = group(inside, lambda job, name=name: getattr(job, name))
            rows = {row[name]: row for row in ask(connection, listing, **span)}
            assert len(rows) == len(WORKFLOWS if name == "workflow" else WORKERS)
            for own, row in rows.items():
                assert row["job_count"] == len(groups[own])
                if groups[own]:
                    assert_row(row, groups[own])
        worker = id_of(connection, "workers", "gpu-1")
        (row,) = ask(connection, "get_worker_performance", worker_id=worker, **span)
        own = [job for job in inside if job.worker == "gpu-1"]
        if own:
            assert_row(row, own)
        by_kind = group(own, lambda job: (job.workflow, job.tier))
        assert len(row["by_workflow"]) == len(by_kind)
        for part in row["by_workflow"]:
            assert_row(part, by_kind[part["workflow"], part["resolution_tier"]])


def assert_trends(connection: psycopg.Connection, jobs: list[Job]) -> None:
    workflow = id_of(connection, "workflows", "upscale")
    own = [job for job in jobs if job.workflow == "upscale"]
    for granularity, bucket_of in BUCKETS.items():
        # From the middle of a week and a month, so that both ends cut one.
        start, end = START + timedelta(days=2, hours=5), END - timedelta(days=1, hours=7)
        arguments = {"start_time": start, "end_time": end, "granularity": granularity}
        buckets = {
            at: inside
            for at, inside in sorted(
                group(own, lambda job, of_time=bucket_of: of_time(job.ended_at)).items()
            )
            if start <= at < end
        }
        rows = ask(
            connection, "get_workflow_trend", workflow_id=workflow, max_rows=5000, **arguments
        )
        assert [row["time_bucket"] for row in rows] == list(buckets)
        for row in rows:
            assert_row(row, buckets[row["time_bucket"]])
        rows = ask(
            connection, "get_job_throughput", workflow_id=workflow, max_rows=5000, **arguments
        )
        for row in rows:
            assert_row(row, buckets[row["time_bucket"]])
        scores = {
            at: values
            for at, inside in group(
                own, lambda job, of_time=bucket_of: of_time(job.ended_at)
            ).items()
            if (values := [j.scores["likeness"] for j in inside if j.scores and not j.failed])
        }
        rows = ask(
            connection,
            "get_quality_trends",
            score_name="likeness",
            workflow_id=workflow,
            max_rows=5000,
            moving_average=1,
            **arguments,
        )
        assert [(row["time_bucket"], row["average"], row["job_count"]) for row in rows] == [
            (at, mean(values), len(values))
            for at, values in sorted(scores.items())
            if start <= at < end
        ]


def assert_moving_averages(connection: psycopg.Connection, jobs: list[Job]) -> None:
    start, end = START + timedelta(days=3), START + timedelta(days=20)
    rows = ask(
        connection, "get_quality_trends", score_name="likeness", start_time=start, end_time=end
    )
    scored = [job for job in jobs if job.scores and not job.failed]
    for row in rows:
        until = row["time_bucket"] + timedelta(days=1)
        values = [
            job.scores["likeness"]
            for job in scored
            if until - timedelta(days=7) <= job.ended_at < until
        ]
        assert row["moving_job_count"] == len(values)
        assert row["moving_average_value"] == mean(values)


def assert_workflow(connection: psycopg.Connection, jobs: list[Job]) -> None:
    own = [job for job in jobs if job.workflow == "upscale"]
    succeeded = [job for job in own if not job.failed]
    arguments = {
        "workflow_id": id_of(connection, "workflows", "upscale"),
        "start_time": START,
        "end_time": END,
    }
    rows = {row["metric"]: row for row in ask(connection, "get_workflow_performance", **arguments)}
    for metric, values in (
        ("time_per_frame_ms", of(own, "frame_ms")),
        ("total_wall_time_ms", of(own, "wall_ms")),
        ("vram_peak_mb", of(own, "vram")),
        ("quality.likeness", [job.scores["likeness"] for job in succeeded if job.scores]),
        ("quality.rating", ratings(own)),
    ):
        row = rows[metric]
        assert (row["job_count"], row["total"]) == (len(values), total(values))
        assert row["minimum"] == pytest.approx(min(values), rel=WITHIN)
        assert row["maximum"] == pytest.approx(max(values), rel=WITHIN)
        for p in (50, 95, 99):
            assert row[f"p{p}"] == pytest.approx(percentile(values, p / 100), rel=WITHIN)
        histogram = row["histogram"]
        assert sum(part["job_count"] for part in histogram) == len(values)
        for part in histogram:
            for edge in (part["low"], part["high"]):
                below = sum(p["job_count"] for p in histogram if p["high"] <= edge)
                # A value within 0.5 % of an edge may be on its other side.
                assert sum(value < edge * (1 - 2 * WITHIN) for value in values) <= below
                assert below <= sum(value <= edge * (1 + 2 * WITHIN) for value in values)
    stages: dict[str, list[float]] = defaultdict(list)
    for job in succeeded:
        for name in {stage["name"] for stage in job.stages or []}:
            stages[name].append(
                sum(stage["duration_ms"] for stage in job.stages or [] if stage["name"] == name)
            )
    everything = sum(map(sum, stages.values()))
    wall_time = sum(of(own, "wall_ms"))
    rows = {row["stage"]: row for row in ask(connection, "get_pipeline_breakdown", **arguments)}
    assert set(rows) == set(stages)
    for name, values in stages.items():
        row = rows[name]
        assert (row["job_count"], row["total_ms"]) == (len(values), total(values))
        assert row["share_of_stages"] == pytest.approx(sum(values) / everything)
        assert row["share_of_wall_time"] == pytest.approx(sum(values) / wall_time)
        assert row["share_of_jobs"] == pytest.approx(len(values) / len(succeeded))
        assert row["p95_ms"] == pytest.approx(percentile(values, 0.95), rel=WITHIN)
    hours = sum(of(own, "gpu_ms", False))
    rows = ask(connection, "get_gpu_time_breakdown", **arguments)
    for row in rows:
        part = [
            job
            for job in own
            if row["item"]
            == {"worker": job.worker, "resolution_tier": job.tier, "model_type": "wan"}[
                row["dimension"]
            ]
        ]
        assert row["share"] == pytest.approx(sum(of(part, "gpu_ms", False)) / hours)
    assert len(rows) == 5


def assert_all(connection: psycopg.Connection, jobs: list[Job]) -> None:
    assert_reports(connection, jobs)
    assert_trends(connection, jobs)
    assert_moving_averages(connection, jobs)
    assert_workflow(connection, jobs)


def aggregate(connection: psycopg.Connection) -> None:
    connection.execute("select perf.aggregate_performance_metrics()")


def test_reports_equal_what_raw_rows_say(reports: psycopg.Connection) -> None:
    """Before a run, after it, with some jobs of each, and when raw rows are gone."""
    jobs = make_jobs(1, 600)
    record(reports, jobs)
    assert_all(reports, jobs)
    aggregate(reports)
    assert_all(reports, jobs)
    late = make_jobs(2, 200)
    record(reports, late)
    assert_all(reports, jobs + late)
    aggregate(reports)
    # As retention does, only at once.
    reports.execute("truncate perf.performance_metrics")
    assert_all(reports, jobs + late)


def pearson(pairs: list[tuple[float, float]]) -> float:
    x_mean, y_mean = (fmean(side) for side in zip(*pairs, strict=True))
    products = sum((x - x_mean) * (y - y_mean) for x, y in pairs)
    squares = [sum((pair[i] - (x_mean, y_mean)[i]) ** 2 for pair in pairs) for i in (0, 1)]
    return products / (squares[0] * squares[1]) ** 0.5


def ranks(values: Iterable[float]) -> list[float]:
    ordered = sorted(values)
    return [ordered.index(value) + (ordered.count(value) + 1) / 2 for value in values]


def test_correlations_equal_those_of_python(reports: psycopg.Connection) -> None:
    jobs = make_jobs(3, 400)
    record(reports, jobs)
    pairs = [
        (float(job.steps), float(job.scores["likeness"]))
        for job in jobs
        if job.scores and not job.failed
    ]
    span = {"start_time": START, "end_time": END}
    arguments = {"parameter": "steps", "score_name": "likeness", **span}
    (row,) = ask(reports, "get_parameter_correlation", **arguments)
    assert row["job_count"] == len(pairs)
    assert row["pearson"] == pytest.approx(pearson(pairs))
    ranked = [ranks(list(side)) for side in zip(*pairs, strict=True)]
    assert row["spearman"] == pytest.approx(pearson(list(zip(*ranked, strict=True))))
    assert row["pearson_low"] < row["pearson"] < row["pearson_high"]
    assert sorted(map(tuple, row["points"])) == sorted(pairs)
    (sample,) = ask(reports, "get_parameter_correlation", **arguments, max_points=50)
    assert len(sample["points"]) == 50
    assert sample["pearson"] == row["pearson"]
    assert {tuple(point) for point in sample["points"]} <= set(pairs)


def test_a_read_finds_pending_jobs_by_their_transaction(reports: psycopg.Connection) -> None:
    """Not by their time: all jobs of the range would be read to find that none is pending."""
    record(reports, make_jobs(4, 1))
    # In a small table the planner takes any index.
    reports.execute(
        "insert into perf.performance_metrics"
        " (series_id, created_at, job_id, workflow_id, worker_id)"
        " select r.series_id, timestamptz '2020-01-06' + n * interval '1 minute', 1,"
        " r.workflow_id, r.worker_id"
        " from perf.performance_metrics as r, generate_series(1, 30000) as n"
    )
    aggregate(reports)
    reports.execute("vacuum analyze perf.performance_metrics")
    reports.execute("set enable_seqscan = off")
    condition = reports.execute(
        "select perf_internal.get_pending_condition('jobs') as pending"
    ).fetchone()["pending"]
    plan = reports.execute(
        "explain select min(r.created_at) from perf.performance_metrics as r"
        f" where r.created_at >= '2020-01-06' and r.created_at < '2020-02-06' and {condition}"
    ).fetchall()
    text = "\n".join(row["QUERY PLAN"] for row in plan)
    assert "performance_metrics_20200101_transaction_id_idx" in text, text
