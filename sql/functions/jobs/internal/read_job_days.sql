-- Days are kept apart because jobs of one day resemble each other. The hours at both ends of the
-- range belong to their days; weeks stand for days where retention has removed the days. A part of
-- an hour, which only an exact range has, is of one day.
create or replace function perf_internal.read_job_days(
    series_ids uuid[],
    metrics text[],
    start_time timestamptz,
    end_time timestamptz,
    is_exact boolean default false
)
returns table (
    series_number integer,
    metric text,
    day timestamptz,
    count bigint,
    mean double precision,
    m2 double precision
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $$
declare
    v_days_from timestamptz := (
        select t.deleted_before
        from perf.retention as t
        where t.pipeline = 'jobs'
            and t.level = 'daily'
    );
begin
    return query
    select
        r.group_number,
        r.metric,
        date_bin('1 day', coalesce(r.time_bucket, p.range_start), '2001-01-01 00:00+00'),
        sum(r.count)::bigint,
        sum(r.sum) / sum(r.count)::float8,
        case
            when bool_and(r.m2 is not null)
            then case
                when min(r.min) = max(r.max) then 0
                -- Else only rounding errors are left, as in perf_internal.get_read_query(). Shares
                -- have no extremes, and may not vary.
                when sum(r.m2) = 0
                    or sum(r.m2) + sum(r.sum ^ 2 / r.count)
                    - sum(r.sum) ^ 2 / sum(r.count)::float8
                    >= 1e-13 * (sum(r.m2) + sum(r.sum ^ 2 / r.count))
                then greatest(
                    sum(r.m2) + sum(r.sum ^ 2 / r.count)
                    - sum(r.sum) ^ 2 / sum(r.count)::float8,
                    0
                )
            end
        end
    from (
        select
            l.granularity,
            min(c.range_start) as range_start,
            max(c.range_end) as range_end
        from perf_internal.get_cover(
            'jobs',
            read_job_days.start_time,
            read_job_days.end_time,
            is_exact => read_job_days.is_exact
        ) as c
        cross join lateral (
            select case
                when c.level = 'weekly' and c.range_start < v_days_from is not true then 'daily'
                else c.level
            end
        ) as l (granularity)
        -- Hours at the start are apart from those at the end; days are one range.
        group by l.granularity, case when c.level in ('raw', 'hourly') then c.range_end end
    ) as p
    cross join lateral perf_internal.read_metrics(
        'jobs',
        read_job_days.metrics,
        read_job_days.series_ids,
        p.range_start,
        p.range_end,
        nullif(p.granularity, 'raw'),
        group_numbers => array(
            select n.number from generate_subscripts(read_job_days.series_ids, 1) as n (number)
        ),
        sketched_metrics => '{}',
        is_exact => p.granularity = 'raw'
    ) as r
    where r.count > 0
    group by 1, 2, 3;
end
$$;

comment on function perf_internal.read_job_days is
    'Metrics of series of jobs by day (UTC), each series apart: series_number is its position. Count, mean and sum of squared differences from the mean; of a share the mean is the share. The range is that of perf_internal.get_cover: whole hours that start in it, or with is_exact not more than it.';

revoke execute on function perf_internal.read_job_days from public;
grant execute on function perf_internal.read_job_days
    to authenticated, service_role, perf_admin, perf_analyst;
