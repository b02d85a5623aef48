create or replace view perf_internal.job_series
with (security_invoker = true)
as
select
    k.id as series_id,
    jsonb_build_object(
        'workflow', f.name,
        'worker', w.name,
        'resolution_tier', k.resolution_tier,
        'model_type', k.model_type
    ) as labels
from perf_internal.job_kinds as k
join perf.workflows as f on f.id = k.workflow_id
left join perf.workers as w on w.id = k.worker_id;

comment on view perf_internal.job_series is
    'The labels of each series of jobs: workflow, worker, resolution_tier, model_type.';

grant select on perf_internal.job_series
    to authenticated, service_role, perf_admin, perf_analyst;
