create or replace function perf_internal.set_parameter_hash()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    new.parameter_hash := perf_internal.get_parameter_hash(new.parameters);
    return new;
end
$$;

comment on function perf_internal.set_parameter_hash is
    'Trigger: sets parameter_hash to the hash of the parameters.';

revoke execute on function perf_internal.set_parameter_hash from public;

create or replace trigger set_parameter_hash
    before insert or update of parameters, parameter_hash on perf.model_tool_configs
    for each row execute function perf_internal.set_parameter_hash();
