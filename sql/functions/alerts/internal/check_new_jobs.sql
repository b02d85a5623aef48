-- A single job beyond the limit of a threshold of the largest or smallest value means that the window
-- is beyond it. So the alert opens with the job, and the next evaluation goes on from its state, as if
-- it had opened it.
--
-- It never blocks recording, and recording never fails because of it:
-- - It takes the lock of a series only if that is free, and leaves a series that another session
--   records or an evaluation works on to the next evaluation (see
--   perf_internal.check_alert_thresholds). What triggers of alerts
--   wait for, it waits for at most 100 ms.
-- - An error of any kind is logged, and the evaluation opens the alert.
-- - A transaction of an isolation level above read committed would not see what others have opened.
--
-- Values are computed as those of rollups are: expressions of perf.metrics and measures of the
-- pipeline. Not of successful rows, whose extremes the evaluation knows within 0.5 % only. Dynamic SQL, because these are SQL.
create or replace function perf_internal.check_new_jobs()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_values text;
    v_thresholds bigint[];
    v_series uuid[];
    v_numbers double precision[];
begin
    if not exists (
        select
        from perf.performance_alert_thresholds as t
        where t.enabled
            and t.for_duration = '0'
            and t.minimum_sample = 1
            and t.baseline is null
            and (
                t.statistic = 'max' and t.direction = 'above'
                or t.statistic = 'min' and t.direction = 'below'
            )
    )
        or current_setting('transaction_isolation') not in ('read committed', 'read uncommitted')
    then
        return null;
    end if;
    begin
        select string_agg(
            format(
                '(%s, %s%s, %s%L::float8, interval %L)',
                t.id,
                case t.direction when 'below' then '-' else '' end,
                case
                    when m.kind = 'failed' then format('case when %s then %s end', p.failed_when, e.value)
                    else e.value
                end,
                case t.direction when 'below' then '-' else '' end,
                t.warning_threshold,
                t.time_window
            ),
            ', '
        )
        into v_values
        from perf.performance_alert_thresholds as t
        join perf.metrics as m on m.metric = t.metric_name
        join perf_internal.pipelines as p on p.pipeline = m.pipeline
        join perf.metrics as b on b.metric = coalesce(m.base_metric, m.metric)
        cross join lateral (
            select case b.kind
                when 'measured' then format('(%s)::float8', b.expression)
                when 'named' then format(
                    '(select e.value from unnest(%s) as e (name, value) where e.name = %L)',
                    p.measures,
                    b.metric
                )
            end
        ) as e (value)
        where t.enabled
            and t.for_duration = '0'
            and t.minimum_sample = 1
            and t.baseline is null
            and (
                t.statistic = 'max' and t.direction = 'above'
                or t.statistic = 'min' and t.direction = 'below'
            )
            and m.pipeline = 'jobs'
            and m.kind in ('measured', 'named', 'failed')
            and e.value is not null;
        if v_values is null then
            return null;
        end if;
        execute
            'select array_agg(w.threshold_id), array_agg(w.series_id), array_agg(w.value)
            from (
                select v.threshold_id, r.series_id, max(v.value) as value
                from new_jobs as r
                cross join lateral (values ' || v_values || ') as v (threshold_id, value, threshold, time_window)
                where v.value > v.threshold
                    and r.created_at >= now() - v.time_window
                    and r.created_at <= now()
                group by 1, 2
            ) as w'
        into v_thresholds, v_series, v_numbers;
        if v_thresholds is not null then
            perform perf_internal.open_job_alerts(v_thresholds, v_series, v_numbers);
        end if;
    exception
        -- Any error, because recording must not fail.
        when others then
            raise log using
                message = 'perf_internal.check_new_jobs() leaves alerts to the evaluation: '
                    || sqlerrm;
    end;
    return null;
end
$$;

comment on function perf_internal.check_new_jobs is
    'Trigger: opens the alert at once where new jobs are beyond a threshold of the largest value (above) or the smallest (below) that has no for_duration, no baseline and a minimum_sample of 1. The next evaluation does the rest.';

revoke execute on function perf_internal.check_new_jobs from public;

create or replace trigger check_new_jobs
    after insert on perf.performance_metrics
    referencing new table as new_jobs
    for each statement execute function perf_internal.check_new_jobs();
