-- Rare categories are put together by how many values both sides have of them, the most common first,
-- until at least 5 are expected on each side: so far the chi-square distribution holds for Pearson's
-- statistic. Index and divergence need 10; with 5 they find drift in 11 % of 1000 uniform categories
-- without it, of which one side has 20000 values and the other 1000. How many each side has alone
-- plays no part. So no cell is chosen for its difference, and p values stay right.
-- What is left at the end, the rarest, has its share tested alone, and the smaller of the two p values
-- counts double (Bonferroni). Then a category that is new on a small side is found, however many
-- values the large side has.
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
    v_a bigint;
    v_b bigint;
    v_total_a bigint;
    v_total_b bigint;
    v_counts_a bigint[] := array[]::bigint[];
    v_counts_b bigint[] := array[]::bigint[];
    v_rest_a bigint := 0;
    v_rest_b bigint := 0;
    v_rest record;
    v_cells integer;
    v_needed double precision;
    v_variance double precision;
    v_excess double precision;
begin
    select sum(u.a), sum(u.b)
    into v_total_a, v_total_b
    from unnest(compare_counts.a, compare_counts.b) as u (a, b);
    -- With 20 values there is always a cell, and something beside it.
    v_needed := case
        when compare_counts.method in ('psi', 'jensen_shannon')
            and least(v_total_a, v_total_b) >= 20
            then 10
        else 5
    end;
    v_variance := 1 / v_total_a::float8 + 1 / v_total_b::float8;
    for v_a, v_b in
        select c.a, c.b
        from unnest(compare_counts.a, compare_counts.b) with ordinality as c (a, b, position)
        order by c.a + c.b desc, c.position
    loop
        v_rest_a := v_rest_a + v_a;
        v_rest_b := v_rest_b + v_b;
        if (v_rest_a + v_rest_b)::float8 * least(v_total_a, v_total_b) / (v_total_a + v_total_b)
            >= v_needed
        then
            v_counts_a := v_counts_a || v_rest_a;
            v_counts_b := v_counts_b || v_rest_b;
            v_rest_a := 0;
            v_rest_b := 0;
        end if;
    end loop;
    js_distance := perf.get_jensen_shannon_distance(
        v_counts_a || v_rest_a, v_counts_b || v_rest_b
    );
    -- Without a common category rounding could make it more than 1.
    select least(sum(abs(u.a / v_total_a::float8 - u.b / v_total_b::float8)) / 2, 1)
    into effect
    from unnest(v_counts_a || v_rest_a, v_counts_b || v_rest_b) as u (a, b);
    v_rest := perf_internal.compare_shares(v_rest_a, v_total_a, v_rest_b, v_total_b);
    v_cells := cardinality(v_counts_a);
    used_method := case
        when compare_counts.method in ('psi', 'jensen_shannon') then compare_counts.method
        else 'chi_square'
    end;
    if v_cells >= 2 then
        threshold := perf.get_chi_square_quantile(
            compare_counts.alpha, v_cells - 1, is_upper => true
        );
        select least(
            v_variance / 4 / (v_cells - 1) * sum((v_total_a + v_total_b) / (u.a + u.b)::float8), 0.25
        )
        into v_excess
        from unnest(v_counts_a, v_counts_b) as u (a, b);
        if used_method = 'psi' then
            statistic := perf.get_population_stability_index(v_counts_a, v_counts_b);
            p_value := perf.get_chi_square_probability(
                statistic / v_variance / (1 + v_excess), v_cells - 1, is_upper => true
            );
            threshold := threshold * v_variance * (1 + v_excess);
        elsif used_method = 'jensen_shannon' then
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
            select t.chi_square, t.p_value
            into statistic, p_value
            from perf.get_chi_square_test(v_counts_a, v_counts_b) as t;
        end if;
        if v_rest_a + v_rest_b > 0 then
            p_value := least(2 * p_value, 2 * v_rest.p_value, 1);
        end if;
    elsif v_rest_a + v_rest_b > 0 then
        p_value := v_rest.p_value;
        if used_method = 'psi' then
            statistic := perf.get_population_stability_index(
                v_counts_a || v_rest_a, v_counts_b || v_rest_b
            );
        elsif used_method = 'jensen_shannon' then
            statistic := js_distance;
        else
            used_method := v_rest.method;
            statistic := v_rest.statistic;
        end if;
    else
        statistic := 0;
        p_value := 1;
    end if;
end
$$;

comment on function perf_internal.compare_counts is
    'Whether two windows have the same categories: how many values each has in them, in the same order, which should be one at random. method is chi_square, psi or jensen_shannon, used_method the one that was used. Categories of which fewer than 5 (psi and jensen_shannon: 10) would be expected on a side are put together with others as common as they are; the share of the rarest, if these are still too few, has a test of its own, and the smaller p value counts double. Where only one other cell is left this test decides, and threshold is null. effect is the total variation distance of the cells, the largest difference of the share of any set of them. threshold is the statistic with the p value alpha. Each side must have at least 10 values.';

revoke execute on function perf_internal.compare_counts from public;
grant execute on function perf_internal.compare_counts
    to authenticated, service_role, perf_admin, perf_analyst;
