-- Whole hours from the rollup where hours are kept, else whole days, else whole weeks: so it works
-- for changes of last year. What sticks out at either end comes from the raw calls, if hours do and
-- raw still covers it; else it is left out, and covered_from and covered_until say so.
create or replace function perf_internal.summarize_type_calls(
    model_type text,
    start_time timestamptz,
    end_time timestamptz
)
returns table (
    metrics perf_internal.performance_metrics,
    covered_from timestamptz,
    covered_until timestamptz
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set jit = off
as $$
#variable_conflict use_column
declare
    v_config_ids uuid[] := array(
        select c.id
        from perf.models as m
        join perf.model_tool_configs as c on c.model_id = m.id
        where m.model_type = summarize_type_calls.model_type
    );
    v_level text;
    v_width interval;
    v_first timestamptz;
    v_last timestamptz;
    v_from timestamptz := summarize_type_calls.start_time;
    v_until timestamptz := greatest(
        summarize_type_calls.start_time, summarize_type_calls.end_time
    );
begin
    select g.level, g.width
    into v_level, v_width
    from (
        values ('hourly', interval '1 hour'), ('daily', '1 day'), ('weekly', '7 days')
    ) as g (level, width)
    left join perf.retention as t on t.level = g.level
    where g.level = 'weekly'
        or t.deleted_before is null
        or t.deleted_before <= v_from
    order by g.width
    limit 1;
    v_first := date_bin(
        v_width, v_from + v_width - interval '1 microsecond', '2001-01-01 00:00+00'
    );
    v_last := date_bin(v_width, v_until, '2001-01-01 00:00+00');
    if v_level <> 'hourly' or exists (
        select 1
        from perf_internal.dropped_days as d
        where d.day = (v_from at time zone 'UTC')::date
    ) then
        v_from := least(v_first, v_until);
    end if;
    if v_level <> 'hourly' or exists (
        select 1
        from perf_internal.dropped_days as d
        where d.day = (v_until at time zone 'UTC')::date
    ) then
        v_until := greatest(v_last, v_from);
    end if;
    return query
    select
        perf_internal.sum_metrics(p.m),
        v_from,
        v_until
    from (
        select m
        from perf_internal.performance_metrics as m
        where m.granularity = v_level
            and m.model_tool_config_id = any(v_config_ids)
            and m.time_bucket >= v_first
            and m.time_bucket < v_last
        union all
        select c
        from perf_internal.summarize_calls(true, v_config_ids, v_from, v_until) as c
        where v_from < v_until
        union all
        select c
        from perf_internal.summarize_calls(
            false, v_config_ids, v_from, least(v_first, v_until)
        ) as c
        where v_from < v_first
        union all
        select c
        from perf_internal.summarize_calls(
            false, v_config_ids, greatest(v_last, v_first), v_until
        ) as c
        where greatest(v_last, v_first) < v_until
    ) as p
    group by date_bin(v_width, (p.m).time_bucket, '2001-01-01 00:00+00');
    if not found then
        return query
        select null::perf_internal.performance_metrics, v_from, v_until;
    end if;
end
$$;

comment on function perf_internal.summarize_type_calls is
    'The calls of a model type in a range by hour, or by day or week where hours are gone, with those not yet rolled up; one row without metrics if there are none.';

revoke execute on function perf_internal.summarize_type_calls from public;
grant execute on function perf_internal.summarize_type_calls
    to authenticated, service_role, perf_admin, perf_analyst;
