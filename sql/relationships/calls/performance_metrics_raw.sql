-- For PostgREST, which joins a table with another one by such a function where there is no foreign
-- key. The planner puts the body in place of the call only if the function pins no search_path.
create or replace function perf.model_tool_configs(call perf.performance_metrics_raw)
returns setof perf.model_tool_configs
language sql
stable
rows 1
as $$
    select c.*
    from perf.model_tool_configs as c
    where c.id operator(pg_catalog.=) (model_tool_configs.call).model_tool_config_id;
$$;

comment on function perf.model_tool_configs(perf.performance_metrics_raw) is
    'Relationship for PostgREST: the model, tool and parameters of a call.';

revoke execute on function perf.model_tool_configs(perf.performance_metrics_raw) from public;
grant execute on function perf.model_tool_configs(perf.performance_metrics_raw)
    to authenticated, service_role, perf_admin, perf_analyst;

create or replace function perf.models(call perf.performance_metrics_raw)
returns setof perf.models
language sql
stable
rows 1
as $$
    select m.*
    from perf.model_tool_configs as c
    join perf.models as m on m.id operator(pg_catalog.=) c.model_id
    where c.id operator(pg_catalog.=) (models.call).model_tool_config_id;
$$;

comment on function perf.models(perf.performance_metrics_raw) is
    'Relationship for PostgREST: the model of a call.';

revoke execute on function perf.models(perf.performance_metrics_raw) from public;
grant execute on function perf.models(perf.performance_metrics_raw)
    to authenticated, service_role, perf_admin, perf_analyst;

create or replace function perf.tools(call perf.performance_metrics_raw)
returns setof perf.tools
language sql
stable
rows 1
as $$
    select t.*
    from perf.model_tool_configs as c
    join perf.tools as t on t.id operator(pg_catalog.=) c.tool_id
    where c.id operator(pg_catalog.=) (tools.call).model_tool_config_id;
$$;

comment on function perf.tools(perf.performance_metrics_raw) is
    'Relationship for PostgREST: the tool of a call.';

revoke execute on function perf.tools(perf.performance_metrics_raw) from public;
grant execute on function perf.tools(perf.performance_metrics_raw)
    to authenticated, service_role, perf_admin, perf_analyst;

create or replace function perf.recorders(call perf.performance_metrics_raw)
returns setof perf.recorders
language sql
stable
rows 1
as $$
    select r.*
    from perf.recorders as r
    where r.id operator(pg_catalog.=) (recorders.call).recorder_id;
$$;

comment on function perf.recorders(perf.performance_metrics_raw) is
    'Relationship for PostgREST: who recorded a call.';

revoke execute on function perf.recorders(perf.performance_metrics_raw) from public;
grant execute on function perf.recorders(perf.performance_metrics_raw)
    to authenticated, service_role, perf_admin, perf_analyst;
