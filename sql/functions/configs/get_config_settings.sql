create or replace function perf.get_config_settings(settings text[], max_rows integer default 1000)
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
declare
    v_wide text;
    v_row_count bigint;
begin
    perform perf_internal.require_role('analyst');
    perform perf_internal.check_max_rows(get_config_settings.max_rows);
    if coalesce(cardinality(get_config_settings.settings), 0) not between 1 and 100
        or array_ndims(get_config_settings.settings) > 1
        or exists (
            select 1
            from unnest(get_config_settings.settings) as s
            where s is null
                or length(s) > 1000
        )
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'settings must be a list of 1 to 100 JSON paths of at most 1000 characters, got '
                || perf_internal.quote_value(get_config_settings.settings::text);
    end if;
    -- Each of these multiplies what a path has found so far, so $[0,0][0,0][0,0] or $.**.**.**, made
    -- a little longer, would fill the memory. Names and texts in quotes do not count; as jsonpath
    -- writes a path, all names are in quotes, and there are no comments.
    select s
    into v_wide
    from unnest(get_config_settings.settings) as s
    where regexp_count(
        regexp_replace(s::jsonpath::text, E'"([^"\\\\]|\\\\.)*"', '', 'g'), '[*]+|,| to |keyvalue'
    ) > 2
    limit 1;
    if found then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'each path of settings may hold at most two of *, **, comma, to and keyvalue, got '
                || perf_internal.quote_value(v_wide),
            hint = 'Only the first value that a path finds is shown.';
    end if;
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
    get diagnostics v_row_count = row_count;
    perform perf_internal.check_max_rows(get_config_settings.max_rows, v_row_count);
exception
    when syntax_error or invalid_regular_expression or numeric_value_out_of_range
        or feature_not_supported or program_limit_exceeded
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'settings must be JSON paths, got '
                || perf_internal.quote_value(get_config_settings.settings::text),
            hint = 'For example $.default_settings.guidance_scale, as in compare_model_configs(). In the text of an array a path with a comma stands in double quotes: {"$.sizes[0,1]"}.';
end
$$;

comment on function perf.get_config_settings is
    'Settings of all active versions side by side, each a JSON path such as $.default_settings.width; null where a version has no such setting. Errors: 22023 bad argument, or more than max_rows rows, 42501 not an analyst.';

revoke execute on function perf.get_config_settings from public;
grant execute on function perf.get_config_settings
    to authenticated, service_role, perf_admin, perf_analyst;
