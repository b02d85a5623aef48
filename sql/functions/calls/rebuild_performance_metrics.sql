-- security definer: no API role may write a rollup; execute goes to those who run schedules.
-- Pending calls are rolled up first, and what is rebuilt is only what is rolled up: a call that
-- commits in between is left to the next run.
create or replace function perf.rebuild_performance_metrics(
    start_time timestamptz,
    end_time timestamptz
)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $$
declare
    v_start timestamptz;
    v_end timestamptz;
    v_day date;
begin
    perform perf_internal.check_time_range(
        rebuild_performance_metrics.start_time, rebuild_performance_metrics.end_time
    );
    v_start := date_bin(
        '1 day', rebuild_performance_metrics.start_time, '2001-01-01 00:00+00'
    );
    v_end := date_bin(
        '1 day',
        rebuild_performance_metrics.end_time + interval '1 day' - interval '1 microsecond',
        '2001-01-01 00:00+00'
    );
    perform perf.aggregate_performance_metrics();
    -- Raw covers a day unless retention took of it, or calls are counted there and raw has none.
    select min(d.day)
    into v_day
    from (
        select x.day
        from perf_internal.dropped_days as x
        union all
        select (m.time_bucket at time zone 'UTC')::date
        from perf_internal.performance_metrics as m
        where m.granularity = 'daily'
            and m.time_bucket >= v_start
            and m.time_bucket < v_end
            and not exists (
                select 1
                from perf.performance_metrics_raw as r
                where r.call_timestamp >= m.time_bucket
                    and r.call_timestamp < m.time_bucket + interval '1 day'
            )
        union all
        select (v_start at time zone 'UTC')::date
        from perf.retention as t
        where (t.level = 'hourly' and t.deleted_before > v_start)
            or (
                t.level = 'daily'
                and t.deleted_before > date_bin('7 days', v_start, '2001-01-01 00:00+00')
            )
    ) as d
    where d.day >= (v_start at time zone 'UTC')::date
        and d.day < (v_end at time zone 'UTC')::date;
    if v_day is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'start_time and end_time must be covered by raw calls, but %s is not', v_day
            ),
            hint = 'Retention has removed calls of that day. Their rollups stay as they are.';
    end if;
    delete from perf_internal.performance_metrics as m
    where (
            m.granularity in ('hourly', 'daily')
            and m.time_bucket >= v_start
            and m.time_bucket < v_end
        )
        or (
            m.granularity = 'weekly'
            and m.time_bucket >= date_bin('7 days', v_start, '2001-01-01 00:00+00')
            and m.time_bucket < v_end
        );
    return perf_internal.roll_up_calls(
        is_pending => false, start_time => v_start, end_time => v_end
    );
end
$$;

comment on function perf.rebuild_performance_metrics is
    'Computes the rollups of whole days again from raw calls, and of their weeks; returns the number of calls. Errors: 22023 for a range that raw calls no longer cover.';

revoke execute on function perf.rebuild_performance_metrics from public;
grant execute on function perf.rebuild_performance_metrics to service_role, perf_admin;
