-- All sums of a bucket add up. So what was known at its end is the sum of it and of those before it.
-- Deviations add up with the distances of the means of buckets from one value near them: squares
-- of the means themselves would cost digits.
create or replace function perf_internal.compare_ab_test(
    test_id uuid,
    confidence double precision,
    granularity text default null
)
returns table (
    metric text,
    role text,
    better text,
    minimum_effect double precision,
    time_bucket timestamptz,
    units_a bigint,
    units_b bigint,
    outcomes_a bigint,
    outcomes_b bigint,
    mean_a double precision,
    mean_b double precision,
    percentiles_a double precision[],
    percentiles_b double precision[],
    method text,
    difference double precision,
    low double precision,
    high double precision,
    p_value double precision,
    always_valid_low double precision,
    always_valid_high double precision,
    always_valid_p_value double precision,
    chance_to_win double precision
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    with sums as materialized (
        select s.*
        from perf_internal.read_ab_sums(
            compare_ab_test.test_id, compare_ab_test.granularity
        ) as s
    ),
    grid as (
        select
            m.metric,
            v.variant,
            b.time_bucket,
            coalesce(s.unit_count, 0) as unit_count,
            coalesce(s.outcome_count, 0) as outcome_count,
            s.m2,
            s.pair_count,
            s.pair_sum,
            s.pair_product,
            s.minimum,
            s.maximum,
            s.sketch,
            max(s.mean) over (partition by m.metric, v.variant) as anchor,
            s.mean - max(s.mean) over (partition by m.metric, v.variant) as distance
        from perf.ab_test_metrics as m
        cross join unnest('{a,b}'::text[]) as v (variant)
        cross join (
            select null::timestamptz as time_bucket
            where compare_ab_test.granularity is null
            union
            select s.time_bucket
            from sums as s
        ) as b
        left join sums as s
            on s.metric = m.metric
            and s.variant = v.variant
            and s.time_bucket is not distinct from b.time_bucket
        where m.test_id = compare_ab_test.test_id
    ),
    added as (
        select
            g.metric,
            g.variant,
            g.time_bucket,
            g.sketch,
            g.anchor,
            sum(g.unit_count) over w as unit_count,
            sum(g.outcome_count) over w as outcome_count,
            sum(g.outcome_count * g.distance) over w as distance_sum,
            sum(g.m2 + g.outcome_count * g.distance ^ 2) over w as square_sum,
            -- sum() leaves out null.
            count(*) filter (where g.outcome_count > 0 and g.m2 is null) over w as unknown_count,
            sum(g.pair_count) over w as pair_count,
            sum(g.pair_sum) over w as pair_sum,
            sum(g.pair_product) over w as pair_product,
            min(g.minimum) over w as minimum,
            max(g.maximum) over w as maximum
        from grid as g
        window w as (partition by g.metric, g.variant order by g.time_bucket)
    ),
    known as (
        select
            a.*,
            -- Of equal values the mean is rounded, and would be a difference.
            case
                when a.minimum = a.maximum then a.minimum
                else a.anchor + a.distance_sum / nullif(a.outcome_count, 0)::float8
            end as mean,
            case
                when a.minimum = a.maximum then 0
                when a.unknown_count = 0
                then greatest(
                    a.square_sum - a.distance_sum ^ 2 / nullif(a.outcome_count, 0)::float8, 0
                )
            end as m2
        from added as a
    ),
    sides as (
        select
            k.metric,
            k.time_bucket,
            max(k.unit_count) filter (where k.variant = 'a') as units_a,
            max(k.unit_count) filter (where k.variant = 'b') as units_b,
            max(k.outcome_count) filter (where k.variant = 'a') as outcomes_a,
            max(k.outcome_count) filter (where k.variant = 'b') as outcomes_b,
            max(k.mean) filter (where k.variant = 'a') as mean_a,
            max(k.mean) filter (where k.variant = 'b') as mean_b,
            max(k.m2) filter (where k.variant = 'a') as m2_a,
            max(k.m2) filter (where k.variant = 'b') as m2_b,
            max(k.variance) filter (where k.variant = 'a') as variance_a,
            max(k.variance) filter (where k.variant = 'b') as variance_b,
            max(k.percentiles) filter (where k.variant = 'a') as percentiles_a,
            max(k.percentiles) filter (where k.variant = 'b') as percentiles_b,
            bool_and(k.is_rate) as are_rates
        from (
            select
                n.*,
                perf_internal.get_clustered_variance(
                    n.unit_count::bigint, n.outcome_count::bigint, n.mean, n.m2,
                    n.pair_count, n.pair_sum, n.pair_product
                ) as variance,
                case
                    when compare_ab_test.granularity is null
                    -- Zeros alone have no sketch.
                    then perf_internal.get_sketch_percentiles(
                        coalesce(n.sketch, 0), n.outcome_count::bigint, '{0.5,0.95}',
                        n.minimum, n.maximum
                    )
                end as percentiles,
                -- Of values from 0 to 1 only 0 and 1 are as large as their squares.
                n.minimum in (0, 1) and n.maximum in (0, 1)
                    and abs(n.m2 - n.outcome_count::float8 * n.mean * (1 - n.mean))
                        <= 1e-9 * n.outcome_count::float8 as is_rate
            from known as n
        ) as k
        group by k.metric, k.time_bucket
    )
    select
        m.metric,
        m.role,
        m.better,
        m.minimum_effect,
        s.time_bucket,
        s.units_a::bigint,
        s.units_b::bigint,
        s.outcomes_a::bigint,
        s.outcomes_b::bigint,
        s.mean_a,
        s.mean_b,
        case when not s.are_rates then s.percentiles_a end,
        case when not s.are_rates then s.percentiles_b end,
        c.method,
        c.difference,
        c.low,
        c.high,
        c.p_value,
        c.always_valid_low,
        c.always_valid_high,
        c.always_valid_p_value,
        case m.better when 'higher' then c.chance_of_more else 1 - c.chance_of_more end
    from perf.ab_test_metrics as m
    join sides as s on s.metric = m.metric
    cross join lateral perf_internal.compare_ab_variants(
        s.units_a::bigint, s.outcomes_a::bigint, s.mean_a, s.m2_a, s.variance_a,
        s.units_b::bigint, s.outcomes_b::bigint, s.mean_b, s.m2_b, s.variance_b,
        s.are_rates, m.minimum_effect, compare_ab_test.confidence,
        m.metric = 'success' or m.above is not null
    ) as c
    where m.test_id = compare_ab_test.test_id
    order by
        array_position('{primary,guardrail,other}', m.role), m.metric, s.time_bucket;
end
$$;

comment on function perf_internal.compare_ab_test is
    'Variant B of an A/B test beside A by metric, primary first, as perf_internal.compare_ab_variants() says: of all outcomes with p50 and p95 (null where all are 0 or 1), or with a granularity of those up to the end of each bucket.';

revoke execute on function perf_internal.compare_ab_test from public;
grant execute on function perf_internal.compare_ab_test
    to authenticated, service_role, perf_admin, perf_analyst;
