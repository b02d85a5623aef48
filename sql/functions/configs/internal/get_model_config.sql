create or replace function perf_internal.get_model_config(id uuid)
returns perf.model_config_history
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_config perf.model_config_history;
begin
    select c.*
    into v_config
    from perf.model_config_history as c
    where c.id = get_model_config.id;
    if not found then
        raise exception using
            errcode = 'PT404',
            message = 'no configuration ' || coalesce(get_model_config.id::text, 'null'),
            hint = 'perf.get_config_history() lists them.';
    end if;
    return v_config;
end
$$;

comment on function perf_internal.get_model_config is
    'The version with this id, as far as the caller may see it. Error PT404.';

revoke execute on function perf_internal.get_model_config from public;
grant execute on function perf_internal.get_model_config
    to authenticated, service_role, perf_admin, perf_analyst;
