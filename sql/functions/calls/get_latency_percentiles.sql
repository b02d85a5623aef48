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
    v_config_ids uuid[];
begin
    perform perf_internal.check_time_range(
        get_latency_percentiles.start_time, get_latency_percentiles.end_time
    );
    perform perf_internal.check_outcome(get_latency_percentiles.outcome);
    perform perf_internal.check_percentile_options(
        get_latency_percentiles.percentiles,
        get_latency_percentiles.group_by,
        get_latency_percentiles.measure
    );
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
    return query
    with groups as (
        select
            g.model_name,
            g.tool_name,
            g.provider,
            g.parameters,
            perf.sum_sketches(
                case get_latency_percentiles.measure
                    when 'response_time' then r.success_response_time_sketch
                    else r.success_first_token_sketch
                end
            ) filter (where get_latency_percentiles.outcome <> 'error') as successes,
            perf.sum_sketches(
                case get_latency_percentiles.measure
                    when 'response_time' then r.error_response_time_sketch
                    else r.error_first_token_sketch
                end
            ) filter (where get_latency_percentiles.outcome <> 'success') as errors
        from perf_internal.read_metrics(
            v_config_ids, get_latency_percentiles.start_time, get_latency_percentiles.end_time
        ) as r
        join perf_internal.get_config_groups(
            v_config_ids, get_latency_percentiles.group_by
        ) as g on g.model_tool_config_id = r.model_tool_config_id
        group by 1, 2, 3, 4
    )
    select
        g.model_name,
        g.tool_name,
        g.provider,
        g.parameters,
        p.percentile,
        p.value_ms,
        coalesce(g.successes[array_upper(g.successes, 1)], 0)
            + coalesce(g.errors[array_upper(g.errors, 1)], 0)
    from groups as g
    cross join lateral unnest(
        get_latency_percentiles.percentiles,
        perf.get_sketch_percentiles(
            g.successes, get_latency_percentiles.percentiles, g.errors
        )
    ) as p (percentile, value_ms)
    where g.successes is not null
        or g.errors is not null
    order by 1, 2, 3, 4, 5;
end
$$;

comment on function perf.get_latency_percentiles is
    'Percentiles (0 to 1) of response_time or first_token (measure; ms) over the hours that start in a range, one row each, for every group of model, tool, provider and parameters (group_by; empty: one group). From merged sketches, within 0.5 %; exact reads raw calls at exact times, where they are still kept. Errors: 22023 bad argument, PT404 unknown model or tool.';

revoke execute on function perf.get_latency_percentiles from public;
grant execute on function perf.get_latency_percentiles
    to authenticated, service_role, perf_admin, perf_analyst;
