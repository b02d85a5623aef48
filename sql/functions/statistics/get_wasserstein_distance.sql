-- The area between the two distributions (Vallender, Theory of Probability and Its Applications 18
-- (1974) 784-786). Distances from the smallest value keep the digits of values that are close.
create or replace function perf.get_wasserstein_distance(
    a double precision[],
    b double precision[]
)
returns double precision
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    v_count_a bigint;
    v_count_b bigint;
begin
    perform perf_internal.check_numbers('a', get_wasserstein_distance.a, 1000000);
    perform perf_internal.check_numbers('b', get_wasserstein_distance.b, 1000000);
    select count(v.value) into v_count_a from unnest(get_wasserstein_distance.a) as v (value);
    select count(v.value) into v_count_b from unnest(get_wasserstein_distance.b) as v (value);
    if v_count_a = 0 or v_count_b = 0 then
        return null;
    end if;
    return (
        select coalesce(sum(abs(r.until_a / v_count_a - r.until_b / v_count_b) * r.width), 0)
        from (
            select
                sum(sum(v.a)) over running as until_a,
                sum(sum(v.b)) over running as until_b,
                -- PostgreSQL refuses a product that is too small for double precision.
                case
                    when lead(v.value) over running - v.value < 1e-290 then 0
                    else lead(v.value) over running - v.value
                end as width
            from (
                select x.value, 1::float8 as a, 0::float8 as b
                from unnest(get_wasserstein_distance.a) as x (value)
                union all
                select x.value, 0, 1
                from unnest(get_wasserstein_distance.b) as x (value)
            ) as v
            where v.value is not null
            group by v.value
            window running as (order by v.value rows unbounded preceding)
        ) as r
    );
end
$$;

comment on function perf.get_wasserstein_distance is
    'How far values of one sample must move, on average, to become the other one (first Wasserstein or earth mover''s distance), in the unit of the values. Null elements are left out; null for no values on a side. Values within 1e-290 of each other count as equal. Error 22023: more than 1000000 values on a side, NaN, or a value beyond 1e90.';

revoke execute on function perf.get_wasserstein_distance from public;
grant execute on function perf.get_wasserstein_distance
    to authenticated, service_role, perf_admin, perf_analyst;
