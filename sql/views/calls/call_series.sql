create or replace view perf_internal.call_series
with (security_invoker = true)
as
select
    l.series_id,
    jsonb_build_object(
        'model', l.model,
        'tool', l.tool,
        'provider', l.provider,
        'model_type', l.model_type,
        'parameters', l.parameters
    ) as labels
from perf_internal.call_labels as l;

comment on view perf_internal.call_series is
    'The labels of each series of calls: model, tool, provider, model_type, parameters.';

grant select on perf_internal.call_series
    to authenticated, service_role, perf_admin, perf_analyst;
