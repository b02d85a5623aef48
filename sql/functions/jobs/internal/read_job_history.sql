-- Two reads. One adds up the history, with its sketch. The other reads its hours one by one, because
-- an hour of one series with up to three jobs tells their values exactly.
create or replace function perf_internal.read_job_history(
    metric text,
    series_ids uuid[],
    start_time timestamptz,
    end_time timestamptz,
    confidence double precision,
    out value_count bigint,
    out average double precision,
    out median double precision,
    out low double precision,
    out high double precision
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_total record;
    v_cover record;
    v_known_values double precision[];
begin
    select r.count, r.sum, r.sketch, r.min, r.max
    into v_total
    from perf_internal.read_metrics(
        'jobs',
        array[read_job_history.metric],
        read_job_history.series_ids,
        read_job_history.start_time,
        read_job_history.end_time,
        percentiles => '{0.5}',
        is_exact => true
    ) as r;
    if not found then
        value_count := 0;
        return;
    end if;
    -- The hours that lie in the history as a whole; parts of hours at its ends are only added up.
    select min(c.range_start) as range_start, max(c.range_end) as range_end
    into v_cover
    from perf_internal.get_cover(
        'jobs', read_job_history.start_time, read_job_history.end_time, is_exact => true
    ) as c
    where c.level <> 'raw';
    if v_cover.range_start < v_cover.range_end then
        select array_agg(v.value)
        into v_known_values
        from perf_internal.read_metrics(
            'jobs',
            array[read_job_history.metric],
            read_job_history.series_ids,
            v_cover.range_start,
            v_cover.range_end,
            'hourly',
            group_numbers => array(
                select s.number::integer
                from generate_series(1, cardinality(read_job_history.series_ids)) as s (number)
            ),
            sketched_metrics => '{}'
        ) as h
        cross join lateral unnest(
            perf_internal.get_known_values(h.count, h.sum, h.min, h.max)
        ) as v (value);
    end if;
    value_count := v_total.count;
    average := v_total.sum / v_total.count;
    select i.low, i.high, m.middle
    into low, high, median
    from perf_internal.get_prediction_interval(
        v_total.sketch,
        v_total.count,
        read_job_history.confidence,
        v_known_values,
        v_total.min,
        v_total.max
    ) as i
    -- Not the percentile of the sketch, which is within 0.5 % and so may lie outside the interval.
    cross join perf_internal.get_rank_middle(
        v_total.sketch, v_total.count, 0.5, v_known_values, v_total.min, v_total.max
    ) as m (middle);
end
$$;

comment on function perf_internal.read_job_history is
    'Mean and median of a metric of series of jobs over a time range, and the interval for the next value; value_count 0 without jobs, no interval with too few. See perf_internal.get_prediction_interval.';

revoke execute on function perf_internal.read_job_history from public;
grant execute on function perf_internal.read_job_history
    to authenticated, service_role, perf_admin, perf_analyst;
