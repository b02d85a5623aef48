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
    exact boolean default false
)
returns table (
    model text,
    tool text,
    model_provider text,
    parameter_set jsonb,
    percentile double precision,
    value_ms double precision,
    call_count bigint
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set jit = off
as $$
#variable_conflict use_column
declare
    v_metric text;
    v_config_ids uuid[];
    v_group_numbers integer[];
    v_groups jsonb[];
begin
    perform perf_internal.check_time_range(
        get_latency_percentiles.start_time, get_latency_percentiles.end_time
    );
    perform perf_internal.check_percentile_options(
        get_latency_percentiles.percentiles,
        get_latency_percentiles.group_by,
        get_latency_percentiles.measure
    );
    v_metric := perf_internal.get_outcome_prefix(get_latency_percentiles.outcome)
        || case get_latency_percentiles.measure
            when 'response_time' then 'response_time_ms'
            else 'first_token_ms'
        end;
    v_config_ids := perf_internal.get_config_ids(
        get_latency_percentiles.model_name,
        get_latency_percentiles.tool_name,
        get_latency_percentiles.provider,
        get_latency_percentiles.parameters
    );
    if get_latency_percentiles.exact then
        return query
        select x.*
        from perf_internal.get_exact_percentiles(
            get_latency_percentiles.start_time,
            get_latency_percentiles.end_time,
            get_latency_percentiles.percentiles,
            get_latency_percentiles.group_by,
            v_config_ids,
            get_latency_percentiles.outcome,
            get_latency_percentiles.measure
        ) as x;
        return;
    end if;
    select array_agg(g.group_number order by g.number), array_agg(distinct g.labels order by g.labels)
    into v_group_numbers, v_groups
    from (
        select
            u.number,
            to_jsonb(c.*) - 'model_tool_config_id' as labels,
            dense_rank() over (
                order by to_jsonb(c.*) - 'model_tool_config_id'
            )::integer as group_number
        from unnest(v_config_ids) with ordinality as u (id, number)
        join perf_internal.get_config_groups(
            v_config_ids, get_latency_percentiles.group_by
        ) as c on c.model_tool_config_id = u.id
    ) as g;
    return query
    select
        v_groups[r.group_number] ->> 'model_name',
        v_groups[r.group_number] ->> 'tool_name',
        v_groups[r.group_number] ->> 'provider',
        nullif(v_groups[r.group_number] -> 'parameters', 'null'),
        p.percentile,
        p.value_ms,
        r.count
    from perf_internal.read_metrics(
        'calls',
        array[v_metric],
        v_config_ids,
        get_latency_percentiles.start_time,
        get_latency_percentiles.end_time,
        group_numbers => v_group_numbers,
        percentiles => get_latency_percentiles.percentiles
    ) as r
    cross join lateral unnest(
        get_latency_percentiles.percentiles, r.percentile_values
    ) as p (percentile, value_ms)
    order by 1, 2, 3, 4, 5;
end
$$;

comment on function perf.get_latency_percentiles is
    'Percentiles (0 to 1) of response_time or first_token (measure; ms) over the hours that start in a range, one row each, for every group of model, tool, provider and parameters (group_by; empty: one group). From merged sketches, within 0.5 %; exact reads raw calls at exact times, where they are still kept. Errors: 22023 bad argument, PT404 unknown model or tool.';

revoke execute on function perf.get_latency_percentiles from public;
grant execute on function perf.get_latency_percentiles
    to authenticated, service_role, perf_admin, perf_analyst;
