create or replace view perf_internal.call_series
with (security_invoker = true)
as
select
    c.id as series_id,
    jsonb_build_object(
        'model', m.name,
        'tool', t.name,
        'provider', coalesce(c.provider, m.provider),
        'model_type', m.model_type,
        'parameters', perf.get_performance_affecting_parameters(c.parameters)
    ) as labels
from perf.model_tool_configs as c
join perf.models as m on m.id = c.model_id
join perf.tools as t on t.id = c.tool_id;

comment on view perf_internal.call_series is
    'The labels of each series of calls: model, tool, provider, model_type, parameters.';

grant select on perf_internal.call_series
    to authenticated, service_role, perf_admin, perf_analyst;
