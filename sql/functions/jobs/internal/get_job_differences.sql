-- How each side differs from side 1, like for like: jobs are compared only within a stratum (the
-- same worker, resolution tier and model type), so it does not matter which side has more of the
-- easy ones. Strata are weighted by their numbers of jobs (harmonic), not by what was measured.
-- docs/comparing.md has the whole method and what it reaches in simulations.
--
-- Times and sizes are compared by the logarithm of the ratio of means (delta method, with its
-- first-order bias taken out), all else by the difference of means, in units of a scale so that
-- the smallest numbers are no error of arithmetic. A share gets one more job with the rate of all
-- strata, so that no failure at all is no certainty. A stratum with fewer than 5 jobs on a side
-- takes the relative variance of all strata of that side.
--
-- The variance is that of independent jobs or that of days (jobs of a day resemble each other; a
-- day that both sides share counts once), whichever is larger in all. No variance is below 1e-12:
-- differences of a millionth are rounding.
--
-- Where no stratum has both sides, workers themselves are compared, at least 4 on each side.
create or replace function perf_internal.get_job_differences(
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
    confidence double precision,
    is_exact boolean default false
)
returns table (
    side integer,
    metric text,
    is_ratio boolean,
    is_paired boolean,
    baseline_jobs bigint,
    jobs bigint,
    baseline_mean double precision,
    mean double precision,
    compared_baseline_jobs bigint,
    compared_jobs bigint,
    standard double precision,
    estimate double precision,
    low double precision,
    high double precision,
    p_value double precision,
    group_count bigint
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set jit = off
as $$
#variable_conflict use_column
begin
    return query
    with days as (
        select
            s.side, s.stratum, s.group_number, s.level,
            d.metric, d.day, d.count as n, d.mean, d.m2,
            sum(d.count) over w as arm_n,
            sum(d.count * d.mean) over w / sum(d.count) over w as arm_mean,
            count(*) over w as day_count
        from unnest(
            get_job_differences.sides,
            get_job_differences.strata,
            get_job_differences.groups,
            get_job_differences.levels
        ) with ordinality as s (side, stratum, group_number, level, series_number)
        join (
            select r.*
            from perf_internal.read_job_days(
                get_job_differences.series_ids,
                get_job_differences.metrics,
                get_job_differences.baseline_start,
                get_job_differences.baseline_end,
                get_job_differences.is_exact
            ) as r
            where get_job_differences.sides[r.series_number] = 1
            union all
            select r.*
            from perf_internal.read_job_days(
                get_job_differences.series_ids,
                get_job_differences.metrics,
                get_job_differences.start_time,
                get_job_differences.end_time,
                get_job_differences.is_exact
            ) as r
            where get_job_differences.sides[r.series_number] > 1
        ) as d on d.series_number = s.series_number
        window w as (partition by s.side, s.stratum, d.metric)
    ),
    arms as (
        select
            d.side, d.metric, d.stratum, d.group_number, d.level, d.arm_mean as mean,
            sum(d.n)::bigint as n,
            -- A day whose m2 is unknown is taken to be like the others.
            sum(d.n * (d.mean - d.arm_mean) ^ 2) + case
                when max(d.n) = 1 then 0
                else sum(d.m2) * sum(d.n - 1)::float8
                    / nullif(sum(d.n - 1) filter (where d.m2 is not null), 0)::float8
            end as m2
        from days as d
        group by d.side, d.metric, d.stratum, d.group_number, d.level, d.arm_mean
    ),
    totals as (
        select
            a.side,
            a.metric,
            sum(a.n)::bigint as n,
            sum(a.n * a.mean) / sum(a.n)::float8 as mean,
            min(a.mean) as least_mean,
            max(abs(a.mean)) as scale
        from arms as a
        group by 1, 2
    ),
    pairs as (
        select o.side, o.metric, o.stratum
        from arms as o
        join arms as b on b.metric = o.metric and b.stratum = o.stratum and b.side = 1
        where o.side > 1
    ),
    -- The two sides of each comparison, and how it is made.
    comparisons as (
        select
            q.side,
            q.metric,
            coalesce(b.n, 0) as baseline_n,
            coalesce(o.n, 0) as n,
            b.mean as baseline_mean,
            o.mean,
            coalesce(nullif(greatest(b.scale, o.scale), 0), 1) as scale,
            case
                when q.metric = 'failure_rate' then 'share'
                when least(b.least_mean, o.least_mean) > 0
                    and q.metric not like 'successful_quality%'
                then 'ratio'
                else 'difference'
            end as form,
            p.side is not null as is_paired
        from (
            select s.side, n.metric
            from generate_series(2, get_job_differences.side_count) as s (side)
            cross join unnest(get_job_differences.metrics) as n (metric)
        ) as q
        left join totals as b on b.metric = q.metric and b.side = 1
        left join totals as o on o.metric = q.metric and o.side = q.side
        left join (select distinct x.side, x.metric from pairs as x) as p
            on p.side = q.side and p.metric = q.metric
    ),
    -- Both sides of each stratum as rows: mean and squared deviations in the units of the form.
    halves as (
        select
            c.side, c.metric, c.form, a.stratum, a.group_number, a.side = 1 as is_baseline, a.n,
            a.mean,
            u.unit,
            sum(a.n) over w as all_n,
            sum(a.n * a.mean) over w as all_sum,
            sum(a.m2 / u.unit ^ 2) over w / nullif(sum(a.n - 1) over w, 0)::float8 as all_variance,
            nullif(sum(a.n - 1) over w, 0)::float8 as all_freedom,
            a.m2 / u.unit ^ 2 / nullif(a.n - 1, 0) as own_variance
        from pairs as p
        join comparisons as c on c.side = p.side and c.metric = p.metric
        join arms as a on a.metric = p.metric
            and a.stratum = p.stratum
            and a.side in (1, p.side)
        cross join lateral (
            select case c.form when 'ratio' then a.mean when 'share' then 1 else c.scale end
        ) as u (unit)
        window w as (partition by c.side, c.metric, a.side)
    ),
    measured as (
        select
            h.*,
            case
                when h.form = 'share' then p.rate * (1 - p.rate)
                when h.n >= 5 then h.own_variance
                else h.all_variance
            end / h.n as variance,
            case
                when h.form <> 'share' and h.n < 5 then h.all_freedom
                -- A share has a variance with one job, too.
                else greatest(h.n - 1, 1)
            end as freedom
        from halves as h
        cross join lateral (
            -- Jobs of the stratum, and one more with the rate of all, of which one half failed.
            select (h.n * h.mean + (h.all_sum + 0.5) / (h.all_n + 1)) / (h.n + 1)
            where h.form = 'share'
            union all
            select null
            where h.form <> 'share'
        ) as p (rate)
    ),
    -- What each day adds to the difference of a stratum, both sides together.
    shifts as (
        select
            h.side, h.metric, h.stratum, d.day,
            sum(s.shift) as shift,
            sum(s.shift ^ 2) filter (where h.is_baseline) as baseline_square,
            sum(s.shift ^ 2) filter (where not h.is_baseline) as square,
            max(d.day_count) filter (where h.is_baseline) as baseline_days,
            max(d.day_count) filter (where not h.is_baseline) as days
        from halves as h
        join days as d on d.metric = h.metric
            and d.stratum = h.stratum
            and d.side = case when h.is_baseline then 1 else h.side end
        cross join lateral (
            select case when h.is_baseline then -1 else 1 end
                * sqrt(d.day_count / nullif(d.day_count - 1, 0)::float8)
                * d.n * ((d.mean - d.arm_mean) / h.unit) / h.n
        ) as s (shift)
        group by 1, 2, 3, 4
    ),
    clustered as (
        select
            s.side, s.metric, s.stratum,
            sum(s.shift ^ 2) as variance,
            least(
                count(*) - 1,
                (sum(s.baseline_square) + sum(s.square)) ^ 2 / nullif(
                    sum(s.baseline_square) ^ 2 / nullif(max(s.baseline_days) - 1, 0)
                    + sum(s.square) ^ 2 / nullif(max(s.days) - 1, 0),
                    0
                )
            ) as freedom
        from shifts as s
        group by 1, 2, 3
        having least(max(s.baseline_days), max(s.days)) >= 2
    ),
    paired as (
        select
            b.side, b.metric, b.stratum, b.group_number,
            b.n as baseline_n,
            o.n,
            b.n * o.n / (b.n + o.n)::float8 as weight,
            b.mean as baseline_mean,
            case b.form
                when 'ratio' then ln(o.mean / b.mean) + (o.variance - b.variance) / 2
                else o.mean / o.unit - b.mean / b.unit
            end as estimate,
            greatest(o.variance + b.variance, 1e-12) as variance,
            coalesce(
                (o.variance + b.variance) ^ 2
                    / nullif(o.variance ^ 2 / o.freedom + b.variance ^ 2 / b.freedom, 0),
                o.freedom + b.freedom
            ) as freedom,
            greatest(c.variance, 1e-12) as day_variance,
            greatest(c.freedom, 1) as day_freedom
        from measured as b
        join measured as o on o.side = b.side and o.metric = b.metric and o.stratum = b.stratum
        left join clustered as c on c.side = b.side
            and c.metric = b.metric
            and c.stratum = b.stratum
        where b.is_baseline
            and not o.is_baseline
            and o.variance is not null
            and b.variance is not null
    ),
    -- Workers that ran one side, against workers that ran the other, where they are the units.
    workers as (
        select
            c.side, c.metric, a.level, a.side = 1 as is_baseline,
            count(*) as k,
            sum(a.n)::bigint as n,
            avg(a.mean) as mean,
            avg(v.value) as value,
            greatest(var_samp(v.value), 1e-12) / count(*) as variance
        from comparisons as c
        join arms as a on a.metric = c.metric and a.side in (1, c.side)
        cross join lateral (
            select case c.form
                when 'ratio' then ln(a.mean)
                when 'share' then a.mean
                else a.mean / c.scale
            end
        ) as v (value)
        where not c.is_paired
            and a.level is not null
        group by 1, 2, 3, 4
        having count(*) >= 4
    ),
    chosen as (
        select
            p.side, p.metric, p.group_number, p.baseline_n, p.n, p.weight, p.baseline_mean,
            p.estimate,
            case when p.is_by_day then coalesce(p.day_variance, p.variance) else p.variance end
                as variance,
            case when p.is_by_day then coalesce(p.day_freedom, p.freedom) else p.freedom end
                as freedom
        from (
            select
                p.*,
                sum(p.weight ^ 2 * coalesce(p.day_variance, p.variance)) over w
                    > sum(p.weight ^ 2 * p.variance) over w
                -- Fewer than 5 days in all tell too little.
                and sum(p.weight ^ 2 * coalesce(p.day_variance, p.variance)) over w ^ 2
                    / sum(
                        (p.weight ^ 2 * coalesce(p.day_variance, p.variance)) ^ 2
                            / coalesce(p.day_freedom, p.freedom)
                    ) over w >= 4 as is_by_day
            from paired as p
            window w as (partition by p.side, p.metric)
        ) as p
        union all
        select
            b.side, b.metric, b.level, b.n, o.n,
            b.k * o.k / (b.k + o.k)::float8,
            b.mean,
            o.value - b.value,
            o.variance + b.variance,
            (o.variance + b.variance) ^ 2
                / (o.variance ^ 2 / (o.k - 1) + b.variance ^ 2 / (b.k - 1))
        from workers as b
        join workers as o on o.side = b.side and o.metric = b.metric and o.level = b.level
        where b.is_baseline
            and not o.is_baseline
    )
    select
        c.side,
        c.metric,
        c.form = 'ratio',
        c.is_paired,
        c.baseline_n,
        c.n,
        c.baseline_mean,
        c.mean,
        coalesce(z.baseline_n, 0),
        coalesce(z.n, 0),
        z.baseline_mean,
        u.unit * d.estimate,
        u.unit * d.low,
        u.unit * d.high,
        d.p_value,
        case when c.is_paired then coalesce(d.group_count, 0) else 0 end
    from comparisons as c
    cross join lateral (
        select case c.form when 'difference' then c.scale else 1 end
    ) as u (unit)
    left join lateral (
        select
            sum(x.baseline_n)::bigint as baseline_n,
            sum(x.n)::bigint as n,
            sum(x.weight * x.baseline_mean) / sum(x.weight) as baseline_mean,
            array_agg(x.estimate order by x.group_number, x.estimate) as estimates,
            array_agg(x.variance order by x.group_number, x.estimate) as variances,
            array_agg(x.freedom order by x.group_number, x.estimate) as freedoms,
            array_agg(x.weight order by x.group_number, x.estimate) as weights,
            -- Levels of workers that are compared as units are no groups.
            array_agg(
                case when c.is_paired then x.group_number else 1 end
                order by x.group_number, x.estimate
            ) as group_numbers
        from chosen as x
        where x.side = c.side
            and x.metric = c.metric
    ) as z on true
    cross join lateral perf_internal.combine_differences(
        z.estimates,
        z.variances,
        z.freedoms,
        z.weights,
        z.group_numbers,
        get_job_differences.confidence
    ) as d;
end
$$;

comment on function perf_internal.get_job_differences is
    'How metrics of jobs of each side differ from side 1. Each series has a side, a stratum within which jobs are compared, a group (from three on, differences may vary from group to group), and a level within which workers are compared where no stratum has both sides (null: not at all). Side 1 has a time range of its own; is_exact is that of perf_internal.read_job_days. The estimate is a logarithm of a ratio or a difference; standard is the mean of side 1 in the strata and with the weights of the comparison.';

revoke execute on function perf_internal.get_job_differences from public;
grant execute on function perf_internal.get_job_differences
    to authenticated, service_role, perf_admin, perf_analyst;
