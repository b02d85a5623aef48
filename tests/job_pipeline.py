"""What the tests of the job pipeline share: record in every way, and compare with the truth.

The truth is a list of the jobs that the test knows it committed.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from itertools import count
from typing import NamedTuple

import psycopg
from pipeline import DISAGREEING_BUCKETS, LEVELS, MONDAY
from psycopg.types.json import Jsonb

# Jobs, those that failed, GPU time, a quality score and a stage, by level and workflow.
COUNTS = """
with levels as (
    select
        'raw' as level,
        r.series_id,
        count(*) as jobs,
        count(*) filter (where r.failed) as failed,
        sum(r.total_gpu_time_ms) as ms,
        sum((r.quality_scores_json ->> 'likeness')::float8) as likeness,
        sum((r.pipeline_stages_json -> 0 ->> 'duration_ms')::float8) as sampling
    from perf.performance_metrics as r
    group by 2
    union all
    select
        m.granularity,
        m.series_id,
        coalesce(sum(m.count) filter (where m.metric = 'jobs'), 0),
        coalesce(sum(m.count) filter (where m.metric = 'failed_jobs'), 0),
        sum(m.sum) filter (where m.metric = 'total_gpu_time_ms'),
        sum(m.sum) filter (where m.metric = 'quality.likeness'),
        sum(m.sum) filter (where m.metric = 'stage.sampling')
    from perf_internal.rollups as m
    join perf.metrics as t on t.metric = m.metric
    where t.pipeline = 'jobs'
    group by 1, 2
)
select l.level, f.name, sum(l.jobs)::int, sum(l.failed)::int, sum(l.ms)::int,
    coalesce(sum(l.likeness), 0)::int, coalesce(sum(l.sampling), 0)::int
from levels as l
join perf_internal.job_kinds as k on k.id = l.series_id
join perf.workflows as f on f.id = k.workflow_id
group by 1, 2
"""
INSERT = """
insert into perf.jobs (workflow_id, worker_id, status, completed_at, result, error_type)
select f.id, w.id, %s, %s, %s, %s
from perf.workflows as f
cross join perf.workers as w
where f.name = %s
    and w.name = %s
"""
WAYS = ("complete_job", "record_job_metrics", "batch", "plain insert", "plain update")
numbers = count(1)


class Job(NamedTuple):
    """A job that was committed; whole milliseconds, and an even number of them when it failed."""

    workflow: str
    ms: int
    worker: str = "gpu-1"

    @property
    def is_success(self) -> bool:
        return self.ms % 2 == 1

    @property
    def result(self) -> dict[str, object]:
        return {
            "total_gpu_time_ms": self.ms,
            "quality_scores": {"likeness": self.ms},
            "pipeline_stages": [{"name": "sampling", "duration_ms": self.ms}],
        }


def value(connection: psycopg.Connection, statement: str, *arguments: object) -> object:
    return connection.execute(statement.encode(), arguments).fetchone()[0]


def add_names(connection: psycopg.Connection, jobs: Iterable[Job]) -> list[Job]:
    """Record jobs whose workflows and workers plain inserts then find."""
    return [record_job(connection, job) for job in jobs]


def record_job(
    connection: psycopg.Connection,
    job: Job,
    way: str = "record_job_metrics",
    at: datetime = MONDAY,
) -> Job:
    """Record one job; the caller commits."""
    status = "completed" if job.is_success else "failed"
    error = None if job.is_success else "broken"
    match way:
        case "complete_job" if job.is_success:
            job_id = value(connection, "select perf.create_job(%s)", job.workflow)
            statement = "select perf.complete_job(%s, %s, %s, %s)"
            assert value(connection, statement, job_id, Jsonb(job.result), at, job.worker)
        case "complete_job":
            job_id = value(connection, "select perf.create_job(%s)", job.workflow)
            statement = "select perf.fail_job(%s, %s, %s, %s, %s)"
            assert value(connection, statement, job_id, error, Jsonb(job.result), at, job.worker)
        case "record_job_metrics":
            assert value(
                connection,
                "select perf.record_job_metrics(%s, %s, total_gpu_time_ms => %s,"
                " quality_scores => %s, pipeline_stages => %s, completed_at => %s,"
                " error_type => %s)",
                job.workflow,
                job.worker,
                job.ms,
                Jsonb(job.result["quality_scores"]),
                Jsonb(job.result["pipeline_stages"]),
                at,
                error,
            )
        case "batch":
            report = {"workflow_name": job.workflow, "worker_name": job.worker, **job.result}
            report |= {"completed_at": at.isoformat(), "error_type": error}
            statement = "select perf.record_job_metrics_batch(%s)"
            assert value(connection, statement, Jsonb([report])) == 1
        case "plain insert":
            arguments = [status, at, Jsonb(job.result), error, job.workflow, job.worker]
            assert connection.execute(INSERT, arguments).rowcount == 1
        case "plain update":
            external_id = f"{connection.info.backend_pid} {next(numbers)}"
            value(
                connection,
                "select perf.create_job(%s, external_id => %s)",
                job.workflow,
                external_id,
            )
            updated = connection.execute(
                "update perf.jobs as j set status = %s, completed_at = %s, result = %s,"
                " error_type = %s, worker_id = w.id"
                " from perf.workers as w where w.name = %s and j.external_id = %s",
                [status, at, Jsonb(job.result), error, job.worker, external_id],
            )
            assert updated.rowcount == 1
    return job


def aggregate_jobs(connection: psycopg.Connection) -> int:
    """Run the aggregation of jobs and return how many it rolled up."""
    return value(connection, "select perf.aggregate_performance_metrics('jobs')")


def assert_jobs_counted_once(
    connection: psycopg.Connection, committed: Iterable[Job], levels: Iterable[str] = LEVELS
) -> None:
    """Compare every level with the truth, by workflow."""
    truth: dict[str, tuple[int, ...]] = defaultdict(lambda: (0, 0, 0, 0, 0))
    for job in committed:
        jobs, failed, ms, likeness, sampling = truth[job.workflow]
        truth[job.workflow] = (
            jobs + 1,
            failed + (not job.is_success),
            ms + job.ms,
            likeness + job.ms,
            sampling + job.ms,
        )
    found: dict[str, dict[str, tuple[int, ...]]] = {level: {} for level in LEVELS}
    for level, workflow, *counted in connection.execute(COUNTS):
        found[level][workflow] = tuple(counted)
    for level in levels:
        assert found[level] == truth, level
    disagreeing = connection.execute(DISAGREEING_BUCKETS).fetchall()
    # Days say more than hours that are gone.
    assert [row for row in disagreeing if row[0] != "daily" or "hourly" in levels] == []
    if "raw" in levels:
        assert verify_jobs(connection) == []


def verify_jobs(connection: psycopg.Connection) -> list[tuple]:
    """Return what differs between the rollups of jobs and raw rows, over all time."""
    return connection.execute(
        "select * from perf.verify_performance_metrics("
        "'1970-01-01', now() + interval '2 days', 'jobs')"
    ).fetchall()
