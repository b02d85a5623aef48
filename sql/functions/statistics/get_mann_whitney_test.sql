-- Mann and Whitney, Annals of Mathematical Statistics 18 (1947) 50-60. The rule is that of
-- scipy.stats.mannwhitneyu: exact where no two values are equal and a side has at most 8, else by the
-- normal distribution with the variance that ties leave (Lehmann, Nonparametrics, 1975) and a
-- continuity correction. Against more than 10000 values the exact one would take too long.
create or replace function perf.get_mann_whitney_test(
    a double precision[],
    b double precision[],
    out u double precision,
    out effect double precision,
    out p_value double precision
)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    n_a double precision;
    n_b double precision;
    -- The sum of t^3 - t over groups of t equal values.
    v_ties double precision;
    v_variance double precision;
    v_groups bigint;
    v_small integer;
    v_large integer;
    v_most integer;
    -- Element k + 1: in how many orders of the values k pairs are won.
    v_ways double precision[];
    v_orders double precision := 1;
begin
    perform perf_internal.check_numbers('a', get_mann_whitney_test.a, 1000000);
    perform perf_internal.check_numbers('b', get_mann_whitney_test.b, 1000000);
    -- A pair of equal values counts as half.
    select
        sum(r.a),
        sum(r.b),
        sum(r.b * (r.a_before + r.a / 2)),
        sum((r.a + r.b) ^ 3 - (r.a + r.b)),
        count(*)
    into n_a, n_b, u, v_ties, v_groups
    from (
        select
            g.a,
            g.b,
            sum(g.a) over (order by g.value rows unbounded preceding) - g.a as a_before
        from (
            select
                v.value,
                sum(v.a) as a,
                sum(v.b) as b
            from (
                select x.value, 1::float8 as a, 0::float8 as b
                from unnest(get_mann_whitney_test.a) as x (value)
                union all
                select x.value, 0, 1
                from unnest(get_mann_whitney_test.b) as x (value)
            ) as v
            where v.value is not null
            group by v.value
        ) as g
    ) as r;
    if (n_a > 0 and n_b > 0) is not true then
        u := null;
        return;
    end if;
    effect := 2 * u / n_a / n_b - 1;
    if v_groups = 1 then
        p_value := 1;
        return;
    elsif v_ties = 0 and least(n_a, n_b) <= 8 and greatest(n_a, n_b) <= 10000 then
        v_small := least(n_a, n_b);
        v_large := greatest(n_a, n_b);
        v_most := least(u, n_a * n_b - u);
        v_ways := array_fill(0.0::float8, array[v_most + 1]);
        v_ways[1] := 1;
        -- The Gaussian binomial of one more value is the last one times (1 - q^(v_large + i)) and
        -- by (1 - q^i).
        for i in 1 .. v_small loop
            for k in reverse v_most + 1 .. v_large + i + 1 loop
                v_ways[k] := v_ways[k] - v_ways[k - v_large - i];
            end loop;
            for k in i + 1 .. v_most + 1 loop
                v_ways[k] := v_ways[k] + v_ways[k - i];
            end loop;
            v_orders := v_orders * (v_large + i) / i;
        end loop;
        select least(2 * sum(w.ways) / v_orders, 1) into p_value from unnest(v_ways) as w (ways);
        return;
    end if;
    v_variance := n_a * n_b / 12
        * (n_a + n_b + 1 - v_ties / ((n_a + n_b) * (n_a + n_b - 1)));
    p_value := least(
        2 * perf.get_normal_probability((0.5 - abs(u - n_a * n_b / 2)) / sqrt(v_variance)), 1
    );
end
$$;

comment on function perf.get_mann_whitney_test is
    'Whether values of b tend to be larger than those of a, by their ranks (two-sided Mann-Whitney test): u is the number of pairs in which that of b is larger, equal ones counting as half; effect is the share of pairs in which b is larger less that in which a is (-1 to 1, the rank-biserial correlation). p_value is exact where no two values are equal, one side has at most 8 and the other at most 10000; else by the normal distribution, corrected for ties and continuity (too large where one side has at most 8 and the other more than 10000). Where all are equal it is 1. Null elements are left out; null for no values on a side. Error 22023: more than 1000000 values on a side, NaN, or a value beyond 1e90.';

revoke execute on function perf.get_mann_whitney_test from public;
grant execute on function perf.get_mann_whitney_test
    to authenticated, service_role, perf_admin, perf_analyst;
