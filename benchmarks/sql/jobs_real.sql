-- Real jobs, each at the time when it ended. The table bench.real is filled before.
insert into perf.workflows (name)
select distinct r.workflow from bench.real as r;

insert into perf.workers (name)
select distinct r.worker from bench.real as r;

insert into perf_internal.job_kinds (workflow_id, worker_id)
select f.id, w.id
from perf.workflows as f
cross join perf.workers as w;

insert into perf.performance_metrics (
    series_id, created_at, job_id, workflow_id, worker_id, total_wall_time_ms
)
select
    k.id,
    r.started_at + r.runtime_s * interval '1 second',
    row_number() over (order by r.started_at),
    k.workflow_id,
    k.worker_id,
    (r.runtime_s * 1000)::bigint
from bench.real as r
join perf.workflows as f on f.name = r.workflow
join perf.workers as w on w.name = r.worker
join perf_internal.job_kinds as k on k.workflow_id = f.id and k.worker_id = w.id;
