create or replace function perf_internal.test_features(
    trained_model_id uuid,
    start_time timestamptz,
    end_time timestamptz,
    method text,
    alpha double precision,
    minimum_sample bigint
)
returns setof perf_internal.drift_test
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    -- One percent point of missing values.
    v_least_share constant double precision := 0.01;
    -- The Jensen-Shannon distance of categories; see perf_internal.compare_numbers().
    v_least_distance constant double precision := 0.1;
begin
    return query
    with parts as materialized (
        select
            coalesce(r.feature, c.feature) as feature,
            coalesce(r.kind, c.kind) as kind,
            coalesce(r.value_count, 0) as count_a,
            coalesce(c.value_count, 0) as count_b,
            r.value_sum as sum_a,
            c.value_sum as sum_b,
            r.m2 as m2_a,
            c.m2 as m2_b,
            r.sketch as sketch_a,
            c.sketch as sketch_b,
            coalesce(r.category, c.category) as category
        from perf_internal.read_reference(test_features.trained_model_id) as r
        full join perf_internal.read_features(
            test_features.trained_model_id, test_features.start_time, test_features.end_time
        ) as c
            on c.feature = r.feature
            and c.kind = r.kind
            and c.category is not distinct from r.category
    ),
    features as (
        select
            p.feature,
            p.kind,
            sum(p.count_a)::bigint as count_a,
            sum(p.count_b)::bigint as count_b,
            least(sum(p.count_a), sum(p.count_b)) >= test_features.minimum_sample as is_enough
        from parts as p
        where p.kind <> 'missing'
        group by p.feature, p.kind
    ),
    totals as (
        select
            p.feature,
            sum(p.count_a)::bigint as trials_a,
            sum(p.count_b)::bigint as trials_b,
            coalesce(sum(p.count_a) filter (where p.kind = 'missing'), 0)::bigint as missing_a,
            coalesce(sum(p.count_b) filter (where p.kind = 'missing'), 0)::bigint as missing_b
        from parts as p
        group by p.feature
    )
    select
        'feature',
        f.feature,
        t.used_method,
        t.statistic,
        t.p_value,
        t.effect,
        t.threshold,
        f.count_a,
        f.count_b,
        p.sum_a / nullif(p.count_a, 0),
        p.sum_b / nullif(p.count_b, 0),
        t.counts,
        case
            when f.is_enough then t.note
            else format(
                'Values: %s in the reference and %s in the window. minimum_sample is %s.',
                f.count_a, f.count_b, test_features.minimum_sample
            )
        end
    from features as f
    join parts as p on p.feature = f.feature and p.kind = f.kind
    left join lateral (
        select k.*
        from perf_internal.compare_numbers(
            p.sketch_a, p.count_a, p.sum_a / nullif(p.count_a, 0), p.m2_a,
            p.sketch_b, p.count_b, p.sum_b / nullif(p.count_b, 0), p.m2_b,
            test_features.method, test_features.alpha
        ) as k
        where f.is_enough
        offset 0
    ) as t on true
    where f.kind = 'number'
    union all
    select
        'feature',
        f.feature,
        t.used_method,
        t.statistic,
        t.p_value,
        t.effect,
        t.threshold,
        f.count_a,
        f.count_b,
        null,
        null,
        test_features.method <> 'auto' or t.js_distance >= v_least_distance,
        case
            when not f.is_enough
            then format(
                'Values: %s in the reference and %s in the window. minimum_sample is %s.',
                f.count_a, f.count_b, test_features.minimum_sample
            )
            when test_features.method = 'auto' and t.js_distance < v_least_distance
            then format(
                'Too small to matter: the Jensen-Shannon distance is %s. It must be at least %s.',
                round(t.js_distance::numeric, 3), v_least_distance
            )
        end
    from features as f
    cross join lateral (
        select
            array_agg(p.count_a order by p.category) as counts_a,
            array_agg(p.count_b order by p.category) as counts_b
        from parts as p
        where p.feature = f.feature
            and p.kind = f.kind
    ) as p
    left join lateral (
        select k.*
        from perf_internal.compare_counts(
            p.counts_a, p.counts_b, test_features.method, test_features.alpha
        ) as k
        where f.is_enough
        offset 0
    ) as t on true
    where f.kind = 'category'
    union all
    select
        'missing',
        m.feature,
        t.method,
        t.statistic,
        t.p_value,
        abs(m.missing_b / m.trials_b::float8 - m.missing_a / m.trials_a::float8),
        case
            when t.method = 'two_proportion'
            then perf.get_normal_quantile(1 - test_features.alpha / 2)
        end,
        m.trials_a,
        m.trials_b,
        m.missing_a / m.trials_a::float8,
        m.missing_b / m.trials_b::float8,
        x.counts,
        case
            when not x.counts
            then format('Too small to matter: less than %s of the values.', v_least_share)
        end
    from totals as m
    cross join lateral perf_internal.compare_shares(
        m.missing_a, m.trials_a, m.missing_b, m.trials_b
    ) as t
    cross join lateral (
        select abs(m.missing_b / m.trials_b::float8 - m.missing_a / m.trials_a::float8)
            >= v_least_share as counts
    ) as x
    where m.missing_a + m.missing_b > 0
        and least(m.trials_a, m.trials_b) >= test_features.minimum_sample;
end
$$;

comment on function perf_internal.test_features is
    'The tests of each feature of a trained model in a window against its reference, and those of its missing values, where either has any. For perf.check_model_drift().';

revoke execute on function perf_internal.test_features from public;
