create or replace function perf.get_config_settings(settings text[])
returns table (
    model_type varchar(20),
    version integer,
    config_name varchar(100),
    setting text,
    value jsonb
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    perform perf_internal.require_role('analyst');
    return query
    select
        c.model_type,
        c.version,
        c.config_name,
        s.setting,
        jsonb_path_query_first(c.config_data, s.setting::jsonpath, silent => true)
    from perf.model_config_history as c
    cross join unnest(get_config_settings.settings) with ordinality as s (setting, position)
    where c.is_active
    order by s.position, c.model_type;
exception
    when syntax_error then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('settings must be JSON paths, got %s', get_config_settings.settings),
            hint = 'For example $.default_settings.guidance_scale, as in compare_model_configs().';
end
$$;

comment on function perf.get_config_settings is
    'Settings of all active versions side by side, each a JSON path such as $.default_settings.width; null where a version has no such setting. Errors: 22023, 42501 not an analyst.';

revoke execute on function perf.get_config_settings from public;
grant execute on function perf.get_config_settings
    to authenticated, service_role, perf_admin, perf_analyst;
