create or replace function perf.get_model_comparison(
    start_time timestamptz,
    end_time timestamptz,
    tool_name text default null,
    outcome text default 'all',
    max_rows integer default 1000
)
returns table (
    model text,
    provider text,
    model_type text,
    call_count bigint,
    success_rate double precision,
    avg_response_time double precision,
    p50_response_time double precision,
    p95_response_time double precision,
    p99_response_time double precision,
    p50_first_token_ms double precision,
    p95_first_token_ms double precision,
    p99_first_token_ms double precision,
    error_count bigint,
    total_input_tokens bigint,
    total_output_tokens bigint,
    output_tokens_per_second double precision,
    range_start timestamptz,
    range_end timestamptz
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_configs record;
    v_cover record;
    v_row_count bigint;
begin
    perform perf_internal.require_role('analyst');
    perform perf_internal.check_max_rows(get_model_comparison.max_rows);
    perform perf_internal.check_time_range(
        get_model_comparison.start_time, get_model_comparison.end_time
    );
    select g.*
    into v_configs
    from perf_internal.get_config_groups(
        tool_name => get_model_comparison.tool_name, group_by => '{model}'
    ) as g;
    select min(c.range_start) as range_start, max(c.range_end) as range_end
    into v_cover
    from perf_internal.get_cover(
        'calls', get_model_comparison.start_time, get_model_comparison.end_time
    ) as c;
    return query
    select
        o.name,
        (
            select string_agg(distinct coalesce(s.provider, o.provider), ', ')
            from perf.model_tool_configs as s
            where s.model_id = o.id
                and s.id = any(v_configs.config_ids)
        ),
        o.model_type::text,
        c.call_count,
        (c.all_count - c.error_count)::float8 / c.all_count,
        c.avg_response_time,
        c.response_times[1],
        c.response_times[2],
        c.response_times[3],
        c.first_tokens[1],
        c.first_tokens[2],
        c.first_tokens[3],
        c.error_count,
        c.total_input_tokens,
        c.total_output_tokens,
        c.output_tokens_per_second,
        v_cover.range_start,
        v_cover.range_end
    from perf_internal.read_calls(
        v_configs.config_ids,
        get_model_comparison.start_time,
        get_model_comparison.end_time,
        get_model_comparison.outcome,
        group_numbers => v_configs.group_numbers
    ) as c
    join perf.models as o on o.name = v_configs.groups[c.group_number] ->> 'model'
    order by 7 nulls last, 1;
    get diagnostics v_row_count = row_count;
    perform perf_internal.check_max_rows(get_model_comparison.max_rows, v_row_count);
end
$$;

comment on function perf.get_model_comparison is
    'Models side by side over the hours that start in a range, fastest median first. outcome (all, success, error) says whose call_count, times (ms) and tokens these are: failed calls are often fast. success_rate and error_count are of all calls. provider names all who served the model. output_tokens_per_second is what successful calls put out. range_start and range_end are what was counted: days or weeks where retention has removed the hours. Errors: 22023 bad argument, or more than max_rows rows, 42501 not an analyst, PT404 unknown tool.';

revoke execute on function perf.get_model_comparison from public;
grant execute on function perf.get_model_comparison
    to authenticated, service_role, perf_admin, perf_analyst;
