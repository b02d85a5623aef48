-- As perf.estimate_job would have answered at the start of each day, for a worker, a resolution tier
-- and a model type, but with one read for all days. Rollups of days hold all that is needed, so raw
-- jobs may be gone. Where hours are gone too, values are known by their bins alone.
create or replace function perf_internal.get_estimated_days(
    workflow_id bigint,
    metric text,
    start_time timestamptz,
    end_time timestamptz,
    confidence double precision,
    history interval
)
returns table (
    worker_id bigint,
    series_id uuid,
    day timestamptz,
    job_count bigint,
    low double precision,
    high double precision,
    covered_count bigint,
    based_on text,
    workflow_range double precision
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set jit = off
set work_mem = '64MB'
as $$
#variable_conflict use_column
declare
    v_origin constant timestamptz := timestamptz '2001-01-01 00:00+00';
    v_min_jobs bigint := perf_internal.get_fewest_values(get_estimated_days.confidence);
    v_ids uuid[];
    v_numbers integer[];
begin
    select array_agg(k.id order by k.id), array_agg(k.number order by k.id)
    into v_ids, v_numbers
    from (
        select k.id, row_number() over (order by k.id)::integer as number
        from perf_internal.get_job_kinds(array[get_estimated_days.workflow_id]) as k
    ) as k;
    if v_ids is null then
        return;
    end if;
    return query
    with kinds as materialized (
        select n.number, k.id, k.worker_id, k.resolution_tier, k.model_type
        from perf_internal.get_job_kinds(array[get_estimated_days.workflow_id]) as k
        join unnest(v_ids, v_numbers) as n (id, number) on n.id = k.id
    ),
    days as materialized (
        select r.group_number as number, r.time_bucket as day, r.count, r.sketch, r.min, r.max
        from perf_internal.read_metrics(
            'jobs',
            array[get_estimated_days.metric],
            v_ids,
            get_estimated_days.start_time - get_estimated_days.history,
            get_estimated_days.end_time,
            'daily',
            group_numbers => v_numbers,
            percentiles => '{0.5}'
        ) as r
    ),
    known as materialized (
        select
            r.group_number as number,
            date_bin('1 day', r.time_bucket, v_origin) as day,
            v.value
        from perf_internal.read_metrics(
            'jobs',
            array[get_estimated_days.metric],
            v_ids,
            get_estimated_days.start_time - get_estimated_days.history,
            get_estimated_days.end_time,
            'hourly',
            group_numbers => v_numbers,
            sketched_metrics => '{}'
        ) as r
        cross join lateral unnest(
            perf_internal.get_known_values(r.count, r.sum, r.min, r.max)
        ) as v (value)
        where exists (
            select 1 from days as d where d.day = date_bin('1 day', r.time_bucket, v_origin)
        )
    ),
    members as materialized (
        select
            k.number,
            m.number as member_number,
            case
                when (
                    (m.resolution_tier = k.resolution_tier or k.resolution_tier is null)
                    and (m.model_type = k.model_type or k.model_type is null)
                ) is not true then 3
                when m.worker_id = k.worker_id then 1
                else 2
            end as level
        from kinds as k
        cross join kinds as m
    ),
    own as materialized (
        select c.number, c.day, coalesce(sum(h.count), 0) as job_count
        from days as c
        join members as m on m.number = c.number and m.level = 1
        left join days as h on h.number = m.member_number
            and h.day >= c.day - get_estimated_days.history
            and h.day < c.day
        where c.day >= get_estimated_days.start_time
        group by c.number, c.day
    ),
    wider as materialized (
        select
            o.number,
            o.day,
            coalesce(sum(h.count) filter (where m.level <= 2), 0) as tier_count,
            coalesce(sum(h.count), 0) as workflow_count
        from own as o
        join members as m on m.number = o.number
        left join days as h on h.number = m.member_number
            and h.day >= o.day - get_estimated_days.history
            and h.day < o.day
        where o.job_count < v_min_jobs
        group by o.number, o.day
    ),
    cells as materialized (
        select
            o.number,
            o.day,
            case
                when o.job_count >= v_min_jobs then 1
                when w.tier_count >= v_min_jobs then 2
                when w.workflow_count >= v_min_jobs then 3
            end as level
        from own as o
        left join wider as w on w.number = o.number and w.day = o.day
    ),
    sums as materialized (
        select
            c.number,
            c.day,
            sum(h.count)::bigint as count,
            perf_internal.sum_sketches(h.sketch) as sketch,
            min(h.min) as min,
            max(h.max) as max
        from cells as c
        join members as m on m.number = c.number and m.level <= c.level
        join days as h on h.number = m.member_number
            and h.day >= c.day - get_estimated_days.history
            and h.day < c.day
        group by c.number, c.day
    ),
    known_sums as materialized (
        select c.number, c.day, array_agg(k.value) as known_values
        from cells as c
        join members as m on m.number = c.number and m.level <= c.level
        join known as k on k.number = m.member_number
            and k.day >= c.day - get_estimated_days.history
            and k.day < c.day
        group by c.number, c.day
    ),
    known_days as materialized (
        select k.number, k.day, array_agg(k.value) as known_values
        from known as k
        where k.day >= get_estimated_days.start_time
        group by k.number, k.day
    ),
    spread as materialized (
        select
            perf_internal.get_rank_middle(
                t.sketch, t.count, 0.95, t.known_values, t.min, t.max
            ) - perf_internal.get_rank_middle(
                t.sketch, t.count, 0.05, t.known_values, t.min, t.max
            ) as width
        from (
            select
                sum(d.count)::bigint as count,
                perf_internal.sum_sketches(d.sketch) as sketch,
                (
                    select array_agg(k.value)
                    from known as k
                    where k.day >= get_estimated_days.start_time
                ) as known_values,
                min(d.min) as min,
                max(d.max) as max
            from days as d
            where d.day >= get_estimated_days.start_time
        ) as t
    )
    select
        k.worker_id,
        k.id,
        c.day,
        d.count,
        i.low,
        i.high,
        perf_internal.count_between(
            i.low, i.high, d.sketch, d.count, kd.known_values, d.min, d.max
        ),
        case c.level when 1 then 'worker' when 2 then 'all workers' when 3 then 'workflow' end,
        p.width
    from cells as c
    join kinds as k on k.number = c.number
    join days as d on d.number = c.number and d.day = c.day
    left join known_days as kd on kd.number = c.number and kd.day = c.day
    left join sums as s on s.number = c.number and s.day = c.day
    left join known_sums as ks on ks.number = c.number and ks.day = c.day
    cross join spread as p
    cross join lateral perf_internal.get_prediction_interval(
        s.sketch, s.count, get_estimated_days.confidence, ks.known_values, s.min, s.max
    ) as i;
end
$$;

comment on function perf_internal.get_estimated_days is
    'For each series of a workflow and each day: how many jobs there were, the interval for their values from what was before the day, how many lie in it, and which jobs it is based on; no interval where these are too few. workflow_range is from p5 to p95 of all jobs of the workflow in the range.';

revoke execute on function perf_internal.get_estimated_days from public;
grant execute on function perf_internal.get_estimated_days
    to authenticated, service_role, perf_admin, perf_analyst;
