-- Kullback and Leibler''s divergence in both directions (Lewis, An Introduction to Credit Scoring,
-- 1992, names it a stability index).
create or replace function perf.get_population_stability_index(a bigint[], b bigint[])
returns double precision
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    n_a double precision;
    n_b double precision;
begin
    perform perf_internal.check_histograms(
        get_population_stability_index.a, get_population_stability_index.b
    );
    select sum(c.counted::float8) into n_a
    from unnest(get_population_stability_index.a) as c (counted);
    select sum(c.counted::float8) into n_b
    from unnest(get_population_stability_index.b) as c (counted);
    if (n_a > 0 and n_b > 0) is not true then
        return null;
    end if;
    return (
        select sum((s.b - s.a) * ln(s.b / s.a))
        from (
            select greatest(c.a, 0.5) / n_a as a, greatest(c.b, 0.5) / n_b as b
            from unnest(
                get_population_stability_index.a, get_population_stability_index.b
            ) as c (a, b)
            where c.a > 0 or c.b > 0
        ) as s
    );
end
$$;

comment on function perf.get_population_stability_index is
    'Population stability index of two samples, from their counts by bin; both name the same bins in the same order. The sum of (share of b - share of a) * ln(share of b / share of a); a bin that is empty on one side counts as half a value there, one that is empty on both sides is left out, null is 0. Without drift about (bins - 1) * (1 / n + 1 / m) is expected for samples of n and m values, and more for smaller ones: so the usual limits of 0.1 and 0.25 mean little below some hundred values (Yurdakul and Naranjo, Journal of Risk Model Validation 14 (2020) 89-100). Null for no values on a side. Error 22023.';

revoke execute on function perf.get_population_stability_index from public;
grant execute on function perf.get_population_stability_index
    to authenticated, service_role, perf_admin, perf_analyst;
