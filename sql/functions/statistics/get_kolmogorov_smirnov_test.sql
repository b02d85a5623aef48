create or replace function perf.get_kolmogorov_smirnov_test(
    a double precision[],
    b double precision[],
    out distance double precision,
    out p_value double precision
)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    v_count_a bigint;
    v_count_b bigint;
begin
    perform perf_internal.check_numbers('a', get_kolmogorov_smirnov_test.a, 1000000);
    perform perf_internal.check_numbers('b', get_kolmogorov_smirnov_test.b, 1000000);
    select count(v.value) into v_count_a from unnest(get_kolmogorov_smirnov_test.a) as v (value);
    select count(v.value) into v_count_b from unnest(get_kolmogorov_smirnov_test.b) as v (value);
    if v_count_a = 0 or v_count_b = 0 then
        return;
    end if;
    select max(abs(r.until_a / v_count_a - r.until_b / v_count_b))
    into distance
    from (
        select
            sum(sum(v.a)) over running as until_a,
            sum(sum(v.b)) over running as until_b
        from (
            select x.value, 1::float8 as a, 0::float8 as b
            from unnest(get_kolmogorov_smirnov_test.a) as x (value)
            union all
            select x.value, 0, 1
            from unnest(get_kolmogorov_smirnov_test.b) as x (value)
        ) as v
        where v.value is not null
        group by v.value
        window running as (order by v.value rows unbounded preceding)
    ) as r;
    p_value := perf.get_kolmogorov_smirnov_probability(distance, v_count_a, v_count_b);
end
$$;

comment on function perf.get_kolmogorov_smirnov_test is
    'Whether two samples have the same distribution (two-sided Kolmogorov-Smirnov test): distance is the largest difference of their distributions (0 to 1), p_value that of perf.get_kolmogorov_smirnov_probability. Null elements are left out; null for no values on a side. Error 22023: more than 1000000 values on a side, NaN, or a value beyond 1e90.';

revoke execute on function perf.get_kolmogorov_smirnov_test from public;
grant execute on function perf.get_kolmogorov_smirnov_test
    to authenticated, service_role, perf_admin, perf_analyst;
