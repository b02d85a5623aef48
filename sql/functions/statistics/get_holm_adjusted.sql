-- Holm, Scandinavian Journal of Statistics 6 (1979) 65-70: the smallest of m is multiplied by m,
-- the next by m - 1 and so on, and none is smaller than the one before it.
create or replace function perf.get_holm_adjusted(p_values double precision[])
returns double precision[]
language plpgsql
immutable
strict
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
    perform perf_internal.check_p_values(get_holm_adjusted.p_values);
    return coalesce(
        (
            select array_agg(a.adjusted order by a.position)
            from (
                select
                    r.position,
                    case
                        when r.value is not null
                        then max(least(r.value * (r.value_count - r.rank + 1), 1))
                            over (order by r.value, r.position)
                    end as adjusted
                from (
                    select
                        p.position,
                        p.value,
                        count(p.value) over () as value_count,
                        row_number() over (order by p.value, p.position) as rank
                    from unnest(get_holm_adjusted.p_values) with ordinality as p (value, position)
                ) as r
            ) as a
        ),
        '{}'
    );
end
$$;

comment on function perf.get_holm_adjusted is
    'p values of several comparisons, adjusted by Holm''s method: if none of them has a difference, the chance that any adjusted value is at most 0.05 is at most 5 %. In the order given; null stays null and is not counted. At most 10000. Error 22023.';

revoke execute on function perf.get_holm_adjusted from public;
grant execute on function perf.get_holm_adjusted
    to authenticated, service_role, perf_admin, perf_analyst;
