create or replace function perf_internal.get_parameter_hash(parameters jsonb)
returns text
language plpgsql
immutable
strict
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
    return md5(
        perf.get_performance_affecting_parameters(get_parameter_hash.parameters)::text
    );
end
$$;

comment on function perf_internal.get_parameter_hash is
    'The value of model_tool_configs.parameter_hash for these parameters.';

revoke execute on function perf_internal.get_parameter_hash from public;
grant execute on function perf_internal.get_parameter_hash
    to authenticated, service_role, perf_admin, perf_analyst;
