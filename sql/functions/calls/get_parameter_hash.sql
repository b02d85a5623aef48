create or replace function perf_internal.get_parameter_hash(parameters jsonb)
returns text
language sql
immutable
parallel safe
set search_path = ''
as $$
    select md5(
        perf.get_performance_affecting_parameters(get_parameter_hash.parameters)::text
    );
$$;

comment on function perf_internal.get_parameter_hash is
    'What model_tool_configs.parameter_hash holds for these parameters.';

revoke execute on function perf_internal.get_parameter_hash from public;
grant execute on function perf_internal.get_parameter_hash
    to authenticated, service_role, perf_admin, perf_analyst;
