-- Whole weeks where days are gone, whole days where they are kept, hours at the edges: a year of
-- every model is a few thousand rows instead of a million. Stable, so that rollups and pending
-- calls are seen by one snapshot.
create or replace function perf_internal.read_metrics(
    model_tool_config_ids uuid[],
    start_time timestamptz,
    end_time timestamptz
)
returns setof perf_internal.performance_metrics
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set jit = off
set plan_cache_mode = force_custom_plan
as $$
declare
    v_start timestamptz := date_bin(
        '1 hour', read_metrics.start_time + interval '1 hour' - interval '1 microsecond',
        '2001-01-01 00:00+00'
    );
    v_end timestamptz := date_bin(
        '1 hour', read_metrics.end_time + interval '1 hour' - interval '1 microsecond',
        '2001-01-01 00:00+00'
    );
    v_first_day timestamptz := date_bin(
        '1 day', v_start + interval '1 day' - interval '1 microsecond', '2001-01-01 00:00+00'
    );
    v_end_day timestamptz := date_bin('1 day', v_end, '2001-01-01 00:00+00');
    v_days_kept_from timestamptz := coalesce(
        (select t.deleted_before from perf.retention as t where t.level = 'daily'), '-infinity'
    );
    v_first_week timestamptz := date_bin(
        '7 days', v_start + interval '7 days' - interval '1 microsecond', '2001-01-01 00:00+00'
    );
    v_end_week timestamptz := date_bin(
        '7 days',
        least(v_end, nullif(v_days_kept_from, '-infinity') + interval '7 days'),
        '2001-01-01 00:00+00'
    );
begin
    -- Weeks only reach to where days are kept.
    if v_days_kept_from = '-infinity' or v_end_week <= v_first_week then
        v_end_week := v_first_week;
    else
        v_first_day := greatest(v_first_day, v_end_week);
    end if;
    v_end_day := greatest(v_end_day, v_first_day);
    return query
    select m.*
    from perf_internal.performance_metrics as m
    where (
            read_metrics.model_tool_config_ids is null
            or m.model_tool_config_id = any(read_metrics.model_tool_config_ids)
        )
        and m.time_bucket >= v_start
        and m.time_bucket < v_end
        and case m.granularity
            when 'weekly' then m.time_bucket >= v_first_week and m.time_bucket < v_end_week
            when 'daily' then m.time_bucket >= v_first_day and m.time_bucket < v_end_day
            else (m.time_bucket < v_first_day or m.time_bucket >= v_end_day)
                and (m.time_bucket < v_first_week or m.time_bucket >= v_end_week)
        end;
    return query
    select c.*
    from perf_internal.summarize_calls(
        is_pending => true,
        model_tool_config_ids => read_metrics.model_tool_config_ids,
        start_time => v_start,
        end_time => v_end
    ) as c;
end
$$;

comment on function perf_internal.read_metrics is
    'The fewest rollup rows that together hold the calls of the hours that start in a range, and the calls not yet rolled up; null asks for every configuration.';

revoke execute on function perf_internal.read_metrics from public;
grant execute on function perf_internal.read_metrics
    to authenticated, service_role, perf_admin, perf_analyst;
