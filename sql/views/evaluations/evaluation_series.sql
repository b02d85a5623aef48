create or replace view perf_internal.evaluation_series
with (security_invoker = true)
as
select
    m.id as series_id,
    jsonb_build_object('model_type', m.model_type, 'machine_id', m.machine_id) as labels
from perf_internal.trained_models as m;

comment on view perf_internal.evaluation_series is
    'The labels of each series of evaluations: model_type, machine_id.';

grant select on perf_internal.evaluation_series
    to authenticated, service_role, perf_admin, perf_analyst;
