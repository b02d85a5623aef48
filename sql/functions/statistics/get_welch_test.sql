create or replace function perf.get_welch_test(
    a double precision[],
    b double precision[],
    confidence double precision default 0.95,
    out difference double precision,
    out low double precision,
    out high double precision,
    out t double precision,
    out degrees_of_freedom double precision,
    out p_value double precision
)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
    perform perf_internal.check_numbers('a', get_welch_test.a, 1000000);
    perform perf_internal.check_numbers('b', get_welch_test.b, 1000000);
    -- Of equal values the mean is rounded, and would leave a variance. Squares of deviations of
    -- 1e-140 and less are too small for double precision.
    select c.*
    into difference, low, high, t, degrees_of_freedom, p_value
    from (
        select
            count(*) as value_count,
            case when min(v.value) = max(v.value) then min(v.value) else avg(v.value) end as mean,
            case
                when min(v.value) = max(v.value) then 0
                when regr_sxx(v.value, v.value) > 1e-280 then regr_sxx(v.value, v.value)
            end as m2
        from unnest(get_welch_test.a) as v (value)
        where v.value is not null
    ) as a
    cross join (
        select
            count(*) as value_count,
            case when min(v.value) = max(v.value) then min(v.value) else avg(v.value) end as mean,
            case
                when min(v.value) = max(v.value) then 0
                when regr_sxx(v.value, v.value) > 1e-280 then regr_sxx(v.value, v.value)
            end as m2
        from unnest(get_welch_test.b) as v (value)
        where v.value is not null
    ) as b
    cross join lateral perf_internal.compare_means(
        a.value_count, a.mean, a.m2, b.value_count, b.mean, b.m2, get_welch_test.confidence
    ) as c;
end
$$;

comment on function perf.get_welch_test is
    'Welch''s t test of two independent samples, which may vary unequally: difference is the mean of b less that of a, low and high its confidence interval, p_value two-sided. Null elements are left out. With fewer than 2 values on a side, or values that differ by less than about 1e-140, only difference is given, and with none nothing. Where all values of each side are equal, low and high are the difference, t and degrees_of_freedom null, and p_value is 1 for no difference, else 0. Error 22023: more than 1000000 values on a side, NaN, or a value beyond 1e90.';

revoke execute on function perf.get_welch_test from public;
grant execute on function perf.get_welch_test
    to authenticated, service_role, perf_admin, perf_analyst;
