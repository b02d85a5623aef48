-- Jobs that wait to be completed, and the next of them.
insert into perf.jobs (workflow_id, worker_id, status, started_at, model_type, resolution_tier)
select f.id, w.id, 'running', now(), 'wan', '1080p'
from generate_series(1, %(number)s) as n
join perf.workflows as f on f.name = 'workflow ' || n %% 50 + 1
join perf.workers as w on w.name = 'worker ' || n %% 20 + 1;

analyze perf.jobs;

create sequence bench.next_job;

select setval('bench.next_job', (select min(j.id) from perf.jobs as j where j.status = 'running'));

grant usage on sequence bench.next_job to perf_recorder;
