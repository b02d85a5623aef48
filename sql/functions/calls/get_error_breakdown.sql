create or replace function perf.get_error_breakdown(
    start_time timestamptz,
    end_time timestamptz,
    model_name text default null,
    tool_name text default null
)
returns table (
    model text,
    tool text,
    error_type text,
    error_count bigint,
    share_of_errors double precision,
    error_rate double precision,
    first_seen timestamptz,
    last_seen timestamptz
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set jit = off
as $$
#variable_conflict use_column
declare
    v_config_ids uuid[];
    v_start timestamptz;
    v_end timestamptz;
begin
    perform perf_internal.check_time_range(
        get_error_breakdown.start_time, get_error_breakdown.end_time
    );
    v_config_ids := perf_internal.get_config_ids(
        get_error_breakdown.model_name, get_error_breakdown.tool_name
    );
    select min(c.range_start), max(c.range_end)
    into v_start, v_end
    from perf_internal.get_cover(
        'calls', get_error_breakdown.start_time, get_error_breakdown.end_time
    ) as c;
    return query
    with totals as (
        select
            v_config_ids[r.group_number] as model_tool_config_id,
            max(r.count) filter (where r.metric = 'response_time_ms') as calls,
            coalesce(max(r.count) filter (where r.metric = 'failed_response_time_ms'), 0) as errors
        from perf_internal.read_metrics(
            'calls',
            '{response_time_ms,failed_response_time_ms}',
            v_config_ids,
            get_error_breakdown.start_time,
            get_error_breakdown.end_time,
            group_numbers => array(select generate_series(1, cardinality(v_config_ids))),
            sketched_metrics => '{}'
        ) as r
        group by 1
    ),
    types as (
        select
            r.model_tool_config_id,
            coalesce(r.error_type, '(none given)') as error_type,
            count(*) as errors,
            min(r.call_timestamp) as first_seen,
            max(r.call_timestamp) as last_seen
        from perf.performance_metrics_raw as r
        where not r.success
            and r.model_tool_config_id = any(v_config_ids)
            and r.call_timestamp >= v_start
            and r.call_timestamp < v_end
        group by 1, 2
    ),
    all_types as (
        select t.* from types as t
        union all
        -- Errors whose raw calls retention has removed are still counted.
        select
            t.model_tool_config_id,
            '(no longer kept)',
            t.errors - coalesce(k.errors, 0),
            null,
            null
        from totals as t
        left join (
            select y.model_tool_config_id, sum(y.errors)::bigint as errors
            from types as y
            group by 1
        ) as k on k.model_tool_config_id = t.model_tool_config_id
        where t.errors > coalesce(k.errors, 0)
    ),
    by_tool as (
        select
            g.model_name,
            g.tool_name,
            sum(t.calls)::bigint as calls,
            sum(t.errors)::bigint as errors
        from totals as t
        join perf_internal.get_config_groups(v_config_ids, '{model,tool}') as g
            on g.model_tool_config_id = t.model_tool_config_id
        group by 1, 2
    )
    select
        g.model_name,
        g.tool_name,
        a.error_type,
        sum(a.errors)::bigint,
        sum(a.errors)::float8 / max(b.errors),
        sum(a.errors)::float8 / max(b.calls),
        min(a.first_seen),
        max(a.last_seen)
    from all_types as a
    join perf_internal.get_config_groups(v_config_ids, '{model,tool}') as g
        on g.model_tool_config_id = a.model_tool_config_id
    join by_tool as b
        on b.model_name = g.model_name
        and b.tool_name = g.tool_name
    group by 1, 2, 3
    order by 4 desc, 1, 2, 3;
end
$$;

comment on function perf.get_error_breakdown is
    'Failed calls of the hours that start in a range by model, tool and error_type, most first: count, share of the errors, share of the calls, first and last seen. The type is known while raw calls are kept; older errors come as (no longer kept). Errors: 22023 bad argument, PT404 unknown model or tool.';

revoke execute on function perf.get_error_breakdown from public;
grant execute on function perf.get_error_breakdown
    to authenticated, service_role, perf_admin, perf_analyst;
