-- The chi-square distribution holds where at least 5 are expected in each cell. So rarer categories
-- are one cell. If even that cell is too small, its share is tested alone, and the smaller of the
-- two p values counts double (Bonferroni). Then a category that is new on a small side is found,
-- however many values the large side has.
-- Index and divergence have the correction for small samples of perf_internal.compare_sketches().
create or replace function perf_internal.compare_counts(
    a bigint[],
    b bigint[],
    method text,
    alpha double precision default 0.05,
    out used_method text,
    out statistic double precision,
    out p_value double precision,
    out effect double precision,
    out js_distance double precision,
    out threshold double precision
)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    v_counts_a bigint[];
    v_counts_b bigint[];
    v_total_a bigint;
    v_total_b bigint;
    v_rest_a bigint;
    v_rest_b bigint;
    v_rest_method text;
    v_rest_statistic double precision;
    v_rest_p_value double precision;
    v_cells integer;
    v_variance double precision;
    v_excess double precision;
begin
    select sum(u.a), sum(u.b)
    into v_total_a, v_total_b
    from unnest(compare_counts.a, compare_counts.b) as u (a, b);
    v_variance := 1 / v_total_a::float8 + 1 / v_total_b::float8;
    select
        coalesce(array_agg(u.a order by u.position) filter (where u.is_common), '{}'),
        coalesce(array_agg(u.b order by u.position) filter (where u.is_common), '{}'),
        coalesce(sum(u.a) filter (where not u.is_common), 0),
        coalesce(sum(u.b) filter (where not u.is_common), 0)
    into v_counts_a, v_counts_b, v_rest_a, v_rest_b
    from (
        select
            c.*,
            (c.a + c.b)::float8 * least(v_total_a, v_total_b) / (v_total_a + v_total_b) >= 5
                as is_common
        from unnest(compare_counts.a, compare_counts.b) with ordinality as c (a, b, position)
    ) as u;
    js_distance := perf.get_jensen_shannon_distance(
        v_counts_a || v_rest_a, v_counts_b || v_rest_b
    );
    select sum(abs(u.a / v_total_a::float8 - u.b / v_total_b::float8)) / 2
    into effect
    from unnest(v_counts_a || v_rest_a, v_counts_b || v_rest_b) as u (a, b);
    if (v_rest_a + v_rest_b)::float8 * least(v_total_a, v_total_b) / (v_total_a + v_total_b) >= 5
    then
        v_counts_a := v_counts_a || v_rest_a;
        v_counts_b := v_counts_b || v_rest_b;
    elsif v_rest_a + v_rest_b > 0 then
        select s.method, s.statistic, s.p_value
        into v_rest_method, v_rest_statistic, v_rest_p_value
        from perf_internal.compare_shares(v_rest_a, v_total_a, v_rest_b, v_total_b) as s;
    end if;
    v_cells := cardinality(v_counts_a);
    used_method := compare_counts.method;
    if v_cells >= 2 then
        threshold := perf.get_chi_square_quantile(
            compare_counts.alpha, v_cells - 1, is_upper => true
        );
        select least(
            v_variance / 4 / (v_cells - 1) * sum((v_total_a + v_total_b) / (u.a + u.b)::float8), 0.25
        )
        into v_excess
        from unnest(v_counts_a, v_counts_b) as u (a, b);
        if compare_counts.method = 'psi' then
            statistic := perf.get_population_stability_index(v_counts_a, v_counts_b);
            p_value := perf.get_chi_square_probability(
                statistic / v_variance / (1 + v_excess), v_cells - 1, is_upper => true
            );
            threshold := threshold * v_variance * (1 + v_excess);
        elsif compare_counts.method = 'jensen_shannon' then
            statistic := perf.get_jensen_shannon_distance(v_counts_a, v_counts_b);
            p_value := perf.get_chi_square_probability(
                8 * ln(2::float8) * statistic ^ 2 / v_variance / (1 + v_excess / 2),
                v_cells - 1,
                is_upper => true
            );
            threshold := sqrt(
                threshold * v_variance * (1 + v_excess / 2) / (8 * ln(2::float8))
            );
        else
            used_method := 'chi_square';
            select t.chi_square, t.p_value
            into statistic, p_value
            from perf.get_chi_square_test(v_counts_a, v_counts_b) as t;
        end if;
        if v_rest_p_value is not null then
            p_value := least(2 * p_value, 2 * v_rest_p_value, 1);
        end if;
    elsif v_rest_p_value is not null then
        used_method := v_rest_method;
        statistic := v_rest_statistic;
        p_value := v_rest_p_value;
    else
        used_method := 'chi_square';
        statistic := 0;
        p_value := 1;
    end if;
end
$$;

comment on function perf_internal.compare_counts is
    'Whether two windows have the same categories: how many values each has in them, in the same order. method is chi_square, psi or jensen_shannon, used_method the one that was used. Categories of which fewer than 5 would be expected on a side are one; if these are too few together, their share has a test of its own, and the smaller p value counts double. effect is the total variation distance, the largest difference of the share of any set of categories. threshold is the statistic with the p value alpha. Each side must have values.';

revoke execute on function perf_internal.compare_counts from public;
grant execute on function perf_internal.compare_counts
    to authenticated, service_role, perf_admin, perf_analyst;
