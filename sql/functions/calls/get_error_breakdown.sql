create or replace function perf.get_error_breakdown(
    start_time timestamptz,
    end_time timestamptz,
    model_name text default null,
    tool_name text default null,
    max_rows integer default 1000
)
returns table (
    model text,
    tool text,
    error_type text,
    error_count bigint,
    share_of_errors double precision,
    error_rate double precision,
    first_seen timestamptz,
    last_seen timestamptz,
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
    v_configs record;
    v_start timestamptz;
    v_end timestamptz;
    v_types jsonb;
    v_row_count bigint;
begin
    perform perf_internal.require_role('analyst');
    perform perf_internal.check_max_rows(get_error_breakdown.max_rows);
    perform perf_internal.check_time_range(
        get_error_breakdown.start_time, get_error_breakdown.end_time
    );
    select g.*
    into v_configs
    from perf_internal.get_config_groups(
        get_error_breakdown.model_name,
        get_error_breakdown.tool_name,
        group_by => '{model,tool}'
    ) as g;
    select min(c.range_start), max(c.range_end)
    into v_start, v_end
    from perf_internal.get_cover(
        'calls', get_error_breakdown.start_time, get_error_breakdown.end_time
    ) as c;
    -- By itself, because other machines that have calls do not have what read_metrics() needs.
    select coalesce(jsonb_agg(to_jsonb(y)), '[]')
    into v_types
    from (
        select
            g.group_number,
            coalesce(r.error_type, '(none given)') as error_type,
            count(*) as errors,
            min(r.call_timestamp) as first_seen,
            max(r.call_timestamp) as last_seen
        from perf.performance_metrics_raw as r
        join (
            select
                unnest(v_configs.config_ids) as config_id,
                unnest(v_configs.group_numbers) as group_number
        ) as g on g.config_id = r.model_tool_config_id
        where not r.success
            and r.model_tool_config_id = any(v_configs.config_ids)
            and r.call_timestamp >= v_start
            and r.call_timestamp < v_end
        group by 1, 2
    ) as y;
    return query
    with totals as (
        select
            r.group_number,
            max(r.count) filter (where r.metric = 'response_time_ms') as calls,
            coalesce(max(r.count) filter (where r.metric = 'failed_response_time_ms'), 0) as errors
        from perf_internal.read_metrics(
            'calls',
            '{response_time_ms,failed_response_time_ms}',
            v_configs.config_ids,
            get_error_breakdown.start_time,
            get_error_breakdown.end_time,
            group_numbers => v_configs.group_numbers,
            sketched_metrics => '{}'
        ) as r
        group by 1
    ),
    types as (
        select y.*
        from jsonb_to_recordset(v_types) as y (
            group_number integer,
            error_type text,
            errors bigint,
            first_seen timestamptz,
            last_seen timestamptz
        )
    ),
    all_types as (
        select y.* from types as y
        union all
        -- Errors whose raw calls retention has removed are still counted.
        select
            t.group_number,
            '(no longer kept)',
            t.errors - coalesce(sum(y.errors)::bigint, 0),
            null,
            null
        from totals as t
        left join types as y on y.group_number = t.group_number
        group by t.group_number, t.errors
        having t.errors > coalesce(sum(y.errors), 0)
    )
    select
        v_configs.groups[a.group_number] ->> 'model',
        v_configs.groups[a.group_number] ->> 'tool',
        a.error_type,
        a.errors,
        a.errors::float8 / t.errors,
        a.errors::float8 / t.calls,
        a.first_seen,
        a.last_seen,
        v_start,
        v_end
    from all_types as a
    join totals as t on t.group_number = a.group_number
    order by 4 desc, 1, 2, 3;
    get diagnostics v_row_count = row_count;
    perform perf_internal.check_max_rows(get_error_breakdown.max_rows, v_row_count);
end
$$;

comment on function perf.get_error_breakdown is
    'Failed calls of the hours that start in a range by model, tool and error_type, most first: count, share of the errors, share of the calls, first and last seen. The type is known while raw calls are kept; older errors come as (no longer kept). range_start and range_end are what was counted: days or weeks where retention has removed the hours. Errors: 22023 bad argument, or more than max_rows rows, 42501 not an analyst, PT404 unknown model or tool.';

revoke execute on function perf.get_error_breakdown from public;
grant execute on function perf.get_error_breakdown
    to authenticated, service_role, perf_admin, perf_analyst;
