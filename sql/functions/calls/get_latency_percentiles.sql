create or replace function perf.get_latency_percentiles(
    start_time timestamptz,
    end_time timestamptz,
    percentiles double precision[] default '{0.5,0.95,0.99}',
    group_by text[] default '{model}',
    model_name text default null,
    tool_name text default null,
    provider text default null,
    parameters jsonb default null,
    outcome text default 'all',
    measure text default 'response_time',
    exact boolean default false,
    max_rows integer default 1000
)
returns table (
    model text,
    tool text,
    model_provider text,
    parameter_set jsonb,
    percentile double precision,
    value_ms double precision,
    call_count bigint,
    range_start timestamptz,
    range_end timestamptz
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set jit = off
as $$
#variable_conflict use_column
declare
    v_keys text[] := array['model', 'tool', 'provider', 'parameters'];
    v_metric text;
    v_configs record;
    v_cover record;
    v_row_count bigint;
begin
    perform perf_internal.require_role('analyst');
    perform perf_internal.check_max_rows(get_latency_percentiles.max_rows);
    perform perf_internal.check_time_range(
        get_latency_percentiles.start_time, get_latency_percentiles.end_time
    );
    perform perf_internal.check_percentiles(get_latency_percentiles.percentiles);
    if cardinality(get_latency_percentiles.group_by) > cardinality(v_keys) then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'group_by must have at most %s names, got %s',
                cardinality(v_keys),
                cardinality(get_latency_percentiles.group_by)
            );
    elsif get_latency_percentiles.group_by <@ v_keys is not true then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'group_by must hold model, tool, provider or parameters, got '
                || perf_internal.quote_value((
                    select k
                    from unnest(get_latency_percentiles.group_by) as k
                    where k <> all(v_keys) is not false
                    limit 1
                ));
    end if;
    v_metric := perf_internal.get_outcome_prefix(get_latency_percentiles.outcome)
        || case get_latency_percentiles.measure
            when 'response_time' then 'response_time_ms'
            when 'first_token' then 'first_token_ms'
        end;
    if v_metric is null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'measure must be response_time or first_token, got '
                || perf_internal.quote_value(get_latency_percentiles.measure);
    end if;
    select g.*
    into v_configs
    from perf_internal.get_config_groups(
        get_latency_percentiles.model_name,
        get_latency_percentiles.tool_name,
        get_latency_percentiles.provider,
        get_latency_percentiles.parameters,
        get_latency_percentiles.group_by
    ) as g;
    select min(c.range_start) as range_start, max(c.range_end) as range_end
    into v_cover
    from perf_internal.get_cover(
        'calls', get_latency_percentiles.start_time, get_latency_percentiles.end_time
    ) as c;
    return query
    select
        v_configs.groups[r.group_number] ->> 'model',
        v_configs.groups[r.group_number] ->> 'tool',
        v_configs.groups[r.group_number] ->> 'provider',
        v_configs.groups[r.group_number] -> 'parameters',
        p.percentile,
        p.value_ms,
        r.count,
        case
            when get_latency_percentiles.exact then get_latency_percentiles.start_time
            else v_cover.range_start
        end,
        case
            when get_latency_percentiles.exact then get_latency_percentiles.end_time
            else v_cover.range_end
        end
    from (
        select m.group_number, m.count, m.percentile_values
        from perf_internal.read_metrics(
            'calls',
            array[v_metric],
            v_configs.config_ids,
            get_latency_percentiles.start_time,
            get_latency_percentiles.end_time,
            group_numbers => v_configs.group_numbers,
            percentiles => get_latency_percentiles.percentiles
        ) as m
        where get_latency_percentiles.exact is not true
        union all
        select x.*
        from perf_internal.get_exact_percentiles(
            v_configs.config_ids,
            v_configs.group_numbers,
            get_latency_percentiles.start_time,
            get_latency_percentiles.end_time,
            get_latency_percentiles.percentiles,
            get_latency_percentiles.outcome,
            get_latency_percentiles.measure
        ) as x
        where get_latency_percentiles.exact
    ) as r
    cross join lateral unnest(
        get_latency_percentiles.percentiles, r.percentile_values
    ) as p (percentile, value_ms)
    order by 1, 2, 3, 4, 5;
    get diagnostics v_row_count = row_count;
    perform perf_internal.check_max_rows(get_latency_percentiles.max_rows, v_row_count);
end
$$;

comment on function perf.get_latency_percentiles is
    'Percentiles (0 to 1) of response_time or first_token (measure; ms) over the hours that start in a range, one row each, for every group of model, tool, provider and parameters (group_by; empty: one group). From merged sketches, within 0.5 %; exact reads raw calls at exact times, where they are still kept. outcome (all, success, error) says which calls are read. call_count is how many of them have the measure. range_start and range_end are what was counted: days or weeks where retention has removed the hours. Errors: 22023 bad argument, or more than max_rows rows, 42501 not an analyst, PT404 unknown model or tool.';

revoke execute on function perf.get_latency_percentiles from public;
grant execute on function perf.get_latency_percentiles
    to authenticated, service_role, perf_admin, perf_analyst;
