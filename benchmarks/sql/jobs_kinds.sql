insert into perf.workflows (name)
select distinct t.workflow
from bench.times as t
order by 1;

insert into perf.workers (name, vram_mb)
select distinct t.worker, 24576
from bench.times as t
order by 1;

insert into perf_internal.job_kinds (workflow_id, worker_id, resolution_tier, model_type)
select
    f.id,
    w.id,
    case when f.id <= 3 then '1080p' else '720p' end,
    case when f.id % 2 = 0 then 'wan' else 'sdxl' end
from bench.times as t
join perf.workflows as f on f.name = t.workflow
join perf.workers as w on w.name = t.worker;

create table bench.job_kinds as
select row_number() over (order by k.workflow_id, k.worker_id) - 1 as number, k.*, t.times
from perf_internal.job_kinds as k
join perf.workflows as f on f.id = k.workflow_id
join perf.workers as w on w.id = k.worker_id
join bench.times as t on t.workflow = f.name and t.worker = w.name;

analyze bench.job_kinds;
