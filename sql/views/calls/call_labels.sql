-- Columns that nobody asks for are not computed. That matters for parameters, which take most of the time.
create or replace view perf_internal.call_labels
with (security_invoker = true)
as
select
    c.id as series_id,
    m.name as model,
    t.name as tool,
    coalesce(c.provider, m.provider) as provider,
    m.model_type,
    perf.get_performance_affecting_parameters(c.parameters) as parameters
from perf.model_tool_configs as c
join perf.models as m on m.id = c.model_id
join perf.tools as t on t.id = c.tool_id;

comment on view perf_internal.call_labels is
    'The labels of each series of calls as columns: model, tool, provider, model_type, parameters.';

grant select on perf_internal.call_labels
    to authenticated, service_role, perf_admin, perf_analyst;
