-- Raw calls, rollups and state are read by one statement and so by one snapshot, which runs and
-- writers at the same time cannot make differ. Volatile, so that this snapshot is newer than the
-- lock: a partition dropped in between would be gone while its note is not there yet.
create or replace function perf.verify_performance_metrics(
    start_time timestamptz,
    end_time timestamptz
)
returns table (
    granularity text,
    time_bucket timestamptz,
    model_tool_config_id uuid,
    expected_calls bigint,
    rolled_up_calls bigint,
    differs_in text[]
)
language plpgsql
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set jit = off
as $$
#variable_conflict use_column
declare
    v_start timestamptz;
    v_end timestamptz;
    v_week timestamptz;
begin
    perform perf_internal.check_time_range(
        verify_performance_metrics.start_time, verify_performance_metrics.end_time
    );
    v_start := date_bin('1 day', verify_performance_metrics.start_time, '2001-01-01 00:00+00');
    v_end := date_bin(
        '1 day',
        verify_performance_metrics.end_time + interval '1 day' - interval '1 microsecond',
        '2001-01-01 00:00+00'
    );
    v_week := date_bin('7 days', v_start, '2001-01-01 00:00+00');
    lock table only perf.performance_metrics_raw in access share mode;
    return query
    with hours as materialized (
        select c as m
        from perf_internal.summarize_calls(
            is_pending => false, start_time => v_start, end_time => v_end
        ) as c
    ),
    expected as (
        select 'hourly' as granularity, (h.m).time_bucket, h.m
        from hours as h
        union all
        select
            'daily',
            date_bin('1 day', (h.m).time_bucket, '2001-01-01 00:00+00'),
            perf_internal.sum_metrics(h.m)
        from hours as h
        group by 2, (h.m).model_tool_config_id
        union all
        select
            'weekly',
            date_bin('7 days', d.time_bucket, '2001-01-01 00:00+00'),
            perf_internal.sum_metrics(d)
        from perf_internal.performance_metrics as d
        where d.granularity = 'daily'
            and d.time_bucket >= v_week
            and d.time_bucket < date_bin('7 days', v_end, v_week) + interval '7 days'
        group by 2, d.model_tool_config_id
    ),
    actual as (
        select m.granularity, m.time_bucket, m
        from perf_internal.performance_metrics as m
        where m.time_bucket >= v_week
            and m.time_bucket < v_end
            and (m.granularity = 'weekly' or m.time_bucket >= v_start)
    ),
    compared as (
        select
            coalesce(e.granularity, a.granularity) as granularity,
            coalesce(e.time_bucket, a.time_bucket) as time_bucket,
            coalesce((e.m).model_tool_config_id, (a.m).model_tool_config_id) as config_id,
            (e.m).call_count as expected_calls,
            (a.m).call_count as rolled_up_calls,
            perf_internal.get_differences(e.m, a.m) as differs_in
        from expected as e
        full join actual as a
            on a.granularity = e.granularity
            and a.time_bucket = e.time_bucket
            and (a.m).model_tool_config_id = (e.m).model_tool_config_id
    )
    select
        c.granularity,
        c.time_bucket,
        c.config_id,
        coalesce(c.expected_calls, 0),
        coalesce(c.rolled_up_calls, 0),
        c.differs_in
    from compared as c
    where c.differs_in <> '{}'
        and c.time_bucket < v_end
        and c.time_bucket >= coalesce(
            (
                select max(t.deleted_before)
                from perf.retention as t
                where t.level = c.granularity
                    or (t.level = 'daily' and c.granularity = 'weekly')
            ),
            '-infinity'
        )
        and (
            c.granularity = 'weekly'
            or not exists (
                select 1
                from perf_internal.dropped_days as x
                where x.day = (c.time_bucket at time zone 'UTC')::date
            )
        )
    order by 1, 2, 3;
end
$$;

comment on function perf.verify_performance_metrics is
    'Buckets that do not say what the level below says: hours and days against raw calls where all are kept, weeks against days. No row means all is well; calls that are not rolled up yet do not count.';

revoke execute on function perf.verify_performance_metrics from public;
grant execute on function perf.verify_performance_metrics
    to authenticated, service_role, perf_admin, perf_analyst;
