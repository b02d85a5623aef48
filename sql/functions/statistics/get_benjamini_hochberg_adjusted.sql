-- Benjamini and Hochberg, Journal of the Royal Statistical Society B 57 (1995) 289-300: the largest
-- of m stays, the one of rank k is multiplied by m / k, and none is larger than the one after it.
create or replace function perf.get_benjamini_hochberg_adjusted(p_values double precision[])
returns double precision[]
language plpgsql
immutable
strict
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
    perform perf_internal.check_p_values(get_benjamini_hochberg_adjusted.p_values);
    return array(
        select
            case
                when r.value is not null
                then min(least(r.value * r.value_count / r.rank, 1))
                    over (order by r.rank desc)
            end
        from (
            select
                p.position,
                p.value,
                count(p.value) over () as value_count,
                row_number() over (order by p.value, p.position) as rank
            from unnest(get_benjamini_hochberg_adjusted.p_values)
                with ordinality as p (value, position)
        ) as r
        order by r.position
    );
end
$$;

comment on function perf.get_benjamini_hochberg_adjusted is
    'p values of several comparisons, adjusted by the method of Benjamini and Hochberg: of those whose adjusted value is at most 0.05, at most 5 % are expected to be differences that do not exist, where the tests are independent. In the order given; null stays null and is not counted. At most 10000. Error 22023.';

revoke execute on function perf.get_benjamini_hochberg_adjusted from public;
grant execute on function perf.get_benjamini_hochberg_adjusted
    to authenticated, service_role, perf_admin, perf_analyst;
