-- For PostgREST, which joins a table with another one by such a function where there is no foreign
-- key. The planner puts the body in place of the call only if the function pins no search_path.
create or replace function perf.model_tool_configs(bucket perf.performance_metrics_weekly)
returns setof perf.model_tool_configs
language sql
stable
rows 1
as $$
    select c.*
    from perf.model_tool_configs as c
    where c.id operator(pg_catalog.=) (model_tool_configs.bucket).model_tool_config_id;
$$;

comment on function perf.model_tool_configs(perf.performance_metrics_weekly) is
    'Relationship for PostgREST: the model, tool and parameters of a row of perf.performance_metrics_weekly.';

revoke execute on function perf.model_tool_configs(perf.performance_metrics_weekly) from public;
grant execute on function perf.model_tool_configs(perf.performance_metrics_weekly)
    to authenticated, service_role, perf_admin, perf_analyst;

create or replace function perf.models(bucket perf.performance_metrics_weekly)
returns setof perf.models
language sql
stable
rows 1
as $$
    select m.*
    from perf.model_tool_configs as c
    join perf.models as m on m.id operator(pg_catalog.=) c.model_id
    where c.id operator(pg_catalog.=) (models.bucket).model_tool_config_id;
$$;

comment on function perf.models(perf.performance_metrics_weekly) is
    'Relationship for PostgREST: the model of a row of perf.performance_metrics_weekly.';

revoke execute on function perf.models(perf.performance_metrics_weekly) from public;
grant execute on function perf.models(perf.performance_metrics_weekly)
    to authenticated, service_role, perf_admin, perf_analyst;

create or replace function perf.tools(bucket perf.performance_metrics_weekly)
returns setof perf.tools
language sql
stable
rows 1
as $$
    select t.*
    from perf.model_tool_configs as c
    join perf.tools as t on t.id operator(pg_catalog.=) c.tool_id
    where c.id operator(pg_catalog.=) (tools.bucket).model_tool_config_id;
$$;

comment on function perf.tools(perf.performance_metrics_weekly) is
    'Relationship for PostgREST: the tool of a row of perf.performance_metrics_weekly.';

revoke execute on function perf.tools(perf.performance_metrics_weekly) from public;
grant execute on function perf.tools(perf.performance_metrics_weekly)
    to authenticated, service_role, perf_admin, perf_analyst;
