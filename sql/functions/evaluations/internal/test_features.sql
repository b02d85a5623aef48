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
            -- Hashed, which "is not distinct from" is not. Only categories have a name.
            and coalesce(c.category, '') = coalesce(r.category, '')
    ),
    -- In an order that has nothing to do with the names, because those that are alike in name may be
    -- alike in more. Which categories have a series of their own depends on when they came, so a
    -- feature that has others too is compared by the cells that hashes make of all.
    categories as (
        select
            c.feature,
            sum(c.count_a)::bigint as count_a,
            sum(c.count_b)::bigint as count_b,
            array_agg(c.count_a order by c.cell, c.category) as counts_a,
            array_agg(c.count_b order by c.cell, c.category) as counts_b
        from (
            select
                w.feature,
                w.cell,
                case when not w.is_wide then w.category end as category,
                sum(w.count_a)::bigint as count_a,
                sum(w.count_b)::bigint as count_b
            from (
                select
                    p.*,
                    o.cell,
                    bool_or(p.category = o.cell) over (partition by p.feature) as is_wide
                from parts as p
                cross join lateral (
                    select perf_internal.get_overflow_category(p.category) as cell
                    offset 0
                ) as o
                where p.kind = 'category'
            ) as w
            group by 1, 2, 3
        ) as c
        group by c.feature
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
        f.sum_a / nullif(f.count_a, 0),
        f.sum_b / nullif(f.count_b, 0),
        t.counts,
        case
            when e.is_enough then t.note
            else format(
                'Values: %s in the reference and %s in the window. minimum_sample is %s.',
                f.count_a, f.count_b, test_features.minimum_sample
            )
        end
    from parts as f
    cross join lateral (
        select least(f.count_a, f.count_b) >= test_features.minimum_sample as is_enough
    ) as e
    left join lateral (
        select k.*
        from perf_internal.compare_numbers(
            f.sketch_a, f.count_a, f.sum_a / nullif(f.count_a, 0), f.m2_a,
            f.sketch_b, f.count_b, f.sum_b / nullif(f.count_b, 0), f.m2_b,
            test_features.method, test_features.alpha
        ) as k
        where e.is_enough
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
            when not e.is_enough
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
    from categories as f
    cross join lateral (
        select least(f.count_a, f.count_b) >= test_features.minimum_sample as is_enough
    ) as e
    left join lateral (
        select k.*
        from perf_internal.compare_counts(
            f.counts_a, f.counts_b, test_features.method, test_features.alpha
        ) as k
        where e.is_enough
        offset 0
    ) as t on true
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
