-- Pearson, Philosophical Magazine 50 (1900) 157-175, without continuity correction. With two rows the
-- sum over both is one over bins. Cramer, Mathematical Methods of Statistics, 1946, section 21.9.
create or replace function perf.get_chi_square_test(
    a bigint[],
    b bigint[],
    out chi_square double precision,
    out degrees_of_freedom bigint,
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
begin
    perform perf_internal.check_histograms(get_chi_square_test.a, get_chi_square_test.b);
    select sum(c.counted::float8) into n_a from unnest(get_chi_square_test.a) as c (counted);
    select sum(c.counted::float8) into n_b from unnest(get_chi_square_test.b) as c (counted);
    if (n_a > 0 and n_b > 0) is not true then
        return;
    end if;
    select
        sum((c.a * (n_b / (n_a + n_b)) - c.b * (n_a / (n_a + n_b))) ^ 2 / (c.a + c.b))
            * ((n_a + n_b) / n_a) * ((n_a + n_b) / n_b),
        count(*) - 1
    into chi_square, degrees_of_freedom
    from (
        select coalesce(c.a, 0)::float8 as a, coalesce(c.b, 0)::float8 as b
        from unnest(get_chi_square_test.a, get_chi_square_test.b) as c (a, b)
    ) as c
    where c.a + c.b > 0;
    effect := sqrt(least(chi_square / (n_a + n_b), 1));
    p_value := case
        when degrees_of_freedom = 0 then 1
        else perf.get_chi_square_probability(chi_square, degrees_of_freedom, true)
    end;
end
$$;

comment on function perf.get_chi_square_test is
    'Whether two samples fall into the same bins or categories alike (Pearson''s chi-square test), from their counts by bin; both name the same bins in the same order. effect is Cramer''s V, 0 (alike) to 1 (no bin in common). Bins that are empty on both sides are left out, null is 0. The chi-square distribution is rough where many bins expect fewer than about 5. With one bin p_value is 1. Null for no values on a side. Error 22023.';

revoke execute on function perf.get_chi_square_test from public;
grant execute on function perf.get_chi_square_test
    to authenticated, service_role, perf_admin, perf_analyst;
