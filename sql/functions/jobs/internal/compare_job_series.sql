-- The p values are corrected over all comparisons of the answer. So where nothing differs, an
-- answer names a difference in at most 5 % of cases (with confidence 0.95), however long it is.
create or replace function perf_internal.compare_job_series(
    series_ids uuid[],
    side_count integer,
    sides integer[],
    strata bigint[],
    groups bigint[],
    levels bigint[],
    metrics text[],
    start_time timestamptz,
    end_time timestamptz,
    baseline_start timestamptz,
    baseline_end timestamptz,
    min_jobs integer,
    confidence double precision,
    group_name text default 'worker',
    is_exact boolean default false
)
returns table (
    side integer,
    metric_number bigint,
    metric text,
    unit text,
    baseline_value double precision,
    value double precision,
    baseline_jobs bigint,
    jobs bigint,
    compared_baseline_jobs bigint,
    compared_jobs bigint,
    group_count bigint,
    difference double precision,
    difference_low double precision,
    difference_high double precision,
    difference_unit text,
    p_value double precision,
    adjusted_p_value double precision,
    verdict text,
    note text
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    if compare_job_series.min_jobs between 2 and 1000000000 is not true
        or compare_job_series.confidence between 0.5 and 0.9999 is not true
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'min_jobs must be at least 2 and confidence between 0.5 and 0.9999, got %s and %s',
                coalesce(compare_job_series.min_jobs::text, 'null'),
                coalesce(compare_job_series.confidence::text, 'null')
            );
    end if;
    return query
    with found as (
        select
            d.*,
            a.metric as asked_metric,
            a.ordinality,
            m.unit,
            m.better,
            case
                when d.is_ratio then 100 * (exp(greatest(least(d.estimate, 700), -700)) - 1)
                when m.kind = 'share' then 100 * d.estimate
                else 100 * (d.estimate / nullif(abs(d.standard), 0))
            end as difference,
            case
                when d.is_ratio then 100 * (exp(greatest(least(d.low, 700), -700)) - 1)
                when m.kind = 'share' then 100 * d.low
                else 100 * (d.low / nullif(abs(d.standard), 0))
            end as difference_low,
            case
                when d.is_ratio then 100 * (exp(greatest(least(d.high, 700), -700)) - 1)
                when m.kind = 'share' then 100 * d.high
                else 100 * (d.high / nullif(abs(d.standard), 0))
            end as difference_high,
            case m.kind when 'share' then 'points' else '%' end as difference_unit,
            least(d.compared_baseline_jobs, d.compared_jobs) >= compare_job_series.min_jobs
                and d.p_value is not null as is_enough
        from unnest(compare_job_series.metrics) with ordinality as a (metric, ordinality)
        join perf.metrics as m on m.metric = a.metric
        join perf_internal.get_job_differences(
            compare_job_series.series_ids,
            compare_job_series.side_count,
            compare_job_series.sides,
            compare_job_series.strata,
            compare_job_series.groups,
            compare_job_series.levels,
            array(
                select case x.kind when 'share' then x.metric else 'successful_' || x.metric end
                from perf.metrics as x
                where x.metric = any(compare_job_series.metrics)
            ),
            compare_job_series.start_time,
            compare_job_series.end_time,
            compare_job_series.baseline_start,
            compare_job_series.baseline_end,
            compare_job_series.confidence,
            compare_job_series.is_exact
        ) as d on d.metric
            = case m.kind when 'share' then m.metric else 'successful_' || m.metric end
    ),
    corrected as (
        select
            f.*,
            c.adjusted_p_value <= 1 - compare_job_series.confidence as is_clear,
            c.adjusted_p_value,
            c.comparison_count
        from (
            select
                f.*,
                row_number() over (order by f.side, f.ordinality) as place
            from found as f
        ) as f
        join (
            select p.adjusted_p_value, p.position, count(p.adjusted_p_value) over ()
            from unnest(
                perf.get_holm_adjusted(
                    array(
                        select case when f.is_enough then f.p_value end
                        from found as f
                        order by f.side, f.ordinality
                    )
                )
            ) with ordinality as p (adjusted_p_value, position)
        ) as c (adjusted_p_value, place, comparison_count) on c.place = f.place
    )
    select
        c.side,
        c.ordinality,
        c.asked_metric,
        c.unit,
        c.baseline_mean,
        c.mean,
        c.baseline_jobs,
        c.jobs,
        c.compared_baseline_jobs,
        c.compared_jobs,
        c.group_count,
        case when c.is_enough then c.difference end,
        case when c.is_enough then c.difference_low end,
        case when c.is_enough then c.difference_high end,
        c.difference_unit,
        case when c.is_enough then c.p_value end,
        c.adjusted_p_value,
        case
            when not c.is_enough then 'insufficient_data'
            when not c.is_clear then 'no_clear_difference'
            when c.better is null then case when c.estimate > 0 then 'higher' else 'lower' end
            when (c.better = 'higher') = (c.estimate > 0) then 'better'
            else 'worse'
        end,
        nullif(
            concat_ws(
                ' ',
                case
                    when least(c.baseline_jobs, c.jobs) = 0
                    then format('Jobs with this metric: %s and %s.', c.baseline_jobs, c.jobs)
                    when c.compared_jobs = 0
                        and not c.is_paired
                        and compare_job_series.group_name = 'worker'
                    then 'No worker has jobs of both at one resolution tier and model type, and'
                        || ' fewer than 4 workers have jobs of each. So a difference may come from'
                        || ' the workers.'
                    when c.compared_jobs = 0 and not c.is_paired
                    then 'No kind of job (workflow, resolution tier and model type) is of both.'
                    when least(c.compared_baseline_jobs, c.compared_jobs)
                        < compare_job_series.min_jobs
                    then format(
                        'Jobs that can be compared: %s and %s. min_jobs is %s.',
                        c.compared_baseline_jobs, c.compared_jobs, compare_job_series.min_jobs
                    )
                    when not c.is_enough then 'No kind of job has two values.'
                end,
                case
                    when not c.is_enough then null
                    when not c.is_paired
                    then 'No worker has jobs of both, so workers of one are compared with workers'
                        || ' of the other.'
                    when c.group_count < 3
                    then format(
                        'Only %s %s %s jobs of both: the difference may be another on others.',
                        c.group_count,
                        compare_job_series.group_name
                            || case when c.group_count = 1 then '' else 's' end,
                        case when c.group_count = 1 then 'has' else 'have' end
                    )
                end,
                case
                    when c.is_enough
                        and c.p_value <= 1 - compare_job_series.confidence
                        and not c.is_clear
                    then format(
                        'Clear alone, but not after the correction for %s comparisons.',
                        c.comparison_count
                    )
                end,
                case
                    when c.is_enough and c.difference is null
                    then 'The mean of the first is 0, so there is no percentage.'
                end,
                case
                    when c.is_enough
                        and 100 * (c.mean / nullif(c.baseline_mean, 0) - 1)
                            not between c.difference_low and c.difference_high
                        and c.is_ratio
                    then format(
                        'The means of all jobs differ by %s %%, because their kinds of jobs differ.',
                        round((100 * (c.mean / c.baseline_mean - 1))::numeric, 1)
                    )
                end
            ),
            ''
        )
    from corrected as c
    order by c.side, c.ordinality;
end
$$;

comment on function perf_internal.compare_job_series is
    'The comparisons of perf_internal.get_job_differences in percent of side 1 (a share in points), with p values corrected by Holm''s method over all of them, and a verdict: better or worse (the metric says which direction is), higher or lower, no_clear_difference, insufficient_data. Metrics are of successful jobs, shares of all. Error 22023: bad min_jobs or confidence.';

revoke execute on function perf_internal.compare_job_series from public;
grant execute on function perf_internal.compare_job_series
    to authenticated, service_role, perf_admin, perf_analyst;
