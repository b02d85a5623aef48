-- Endres and Schindelin, IEEE Transactions on Information Theory 49 (2003) 1858-1860: the root of the
-- divergence is a metric.
create or replace function perf.get_jensen_shannon_distance(a bigint[], b bigint[])
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
        get_jensen_shannon_distance.a, get_jensen_shannon_distance.b
    );
    select sum(c.counted::float8) into n_a
    from unnest(get_jensen_shannon_distance.a) as c (counted);
    select sum(c.counted::float8) into n_b
    from unnest(get_jensen_shannon_distance.b) as c (counted);
    if (n_a > 0 and n_b > 0) is not true then
        return null;
    end if;
    return (
        select sqrt(least(greatest(sum(
            case when s.a > 0 then s.a * ln(2 * s.a / (s.a + s.b)) else 0 end
            + case when s.b > 0 then s.b * ln(2 * s.b / (s.a + s.b)) else 0 end
        ), 0) / (2 * ln(2::float8)), 1))
        from (
            select coalesce(c.a, 0) / n_a as a, coalesce(c.b, 0) / n_b as b
            from unnest(
                get_jensen_shannon_distance.a, get_jensen_shannon_distance.b
            ) as c (a, b)
        ) as s
        where s.a + s.b > 0
    );
end
$$;

comment on function perf.get_jensen_shannon_distance is
    'Jensen-Shannon distance (to the base 2) of two samples, from their counts by bin; both name the same bins in the same order: 0 where all shares are equal, 1 where no bin is in common. Null counts as 0. Null for no values on a side. Error 22023.';

revoke execute on function perf.get_jensen_shannon_distance from public;
grant execute on function perf.get_jensen_shannon_distance
    to authenticated, service_role, perf_admin, perf_analyst;
