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
    if cardinality(get_holm_adjusted.p_values) > 10000 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'p_values must have at most 10000 elements, got %s',
                cardinality(get_holm_adjusted.p_values)
            );
    end if;
    -- PostgreSQL sorts NaN above every number.
    if array_ndims(get_holm_adjusted.p_values) > 1
        or exists (
            select 1 from unnest(get_holm_adjusted.p_values) as p (value)
            where p.value < 0 or p.value > 1
        )
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'p_values must be numbers from 0 to 1 or null, got '
                || perf_internal.quote_value(get_holm_adjusted.p_values::text);
    end if;
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
