-- A bin is 1 % wide. Where jobs differ by less, only the values that are known exactly say more: a
-- known value is taken out of its bin, and the others of the bin may be anywhere in it. The edges of
-- a bin are a little wider than it is, because logarithms are rounded.
create or replace function perf_internal.get_value_ranges(
    sketch numeric,
    value_count bigint,
    known_values double precision[] default '{}',
    minimum double precision default null,
    maximum double precision default null
)
returns table (low double precision, high double precision, range_count bigint)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
    return query
    with bins as (
        select b.bin, b.value_count
        from perf_internal.get_sketch_bins(get_value_ranges.sketch) as b
    ),
    known as (
        select
            v.value,
            case
                when v.value > 0
                then least(greatest(ceil(ln(v.value) / ln(1.01::float8)), -1389), 2399)::integer
            end as bin
        from unnest(get_value_ranges.known_values) as v (value)
    ),
    counts as (
        select b.bin, b.value_count
        from bins as b
        union all
        select null, get_value_ranges.value_count - coalesce(sum(b.value_count), 0)::bigint
        from bins as b
    ),
    rest as (
        select c.bin, c.value_count - coalesce(k.value_count, 0) as value_count
        from counts as c
        left join (
            select k.bin, count(*) as value_count
            from known as k
            group by k.bin
        ) as k on k.bin is not distinct from c.bin
    )
    select k.value, k.value, count(*)
    from known as k
    group by k.value
    union all
    select
        least(greatest(e.low, get_value_ranges.minimum), e.high),
        greatest(least(e.high, get_value_ranges.maximum), e.low),
        r.value_count
    from rest as r
    cross join lateral (
        select
            case
                when r.bin is null or r.bin = -1389 then 0
                else 1.01::float8 ^ (r.bin - 1) * (1 - 1e-9)
            end as low,
            case
                when r.bin is null then 0
                when r.bin = 2399 then 'Infinity'
                else 1.01::float8 ^ r.bin * (1 + 1e-9)
            end as high
    ) as e
    where r.value_count > 0;
end
$$;

comment on function perf_internal.get_value_ranges is
    'Where value_count values lie, of which the sketch holds those above 0: each of known_values, and how many others lie between the edges of a bin, within minimum and maximum where those are given.';

revoke execute on function perf_internal.get_value_ranges from public;
grant execute on function perf_internal.get_value_ranges
    to authenticated, service_role, perf_admin, perf_analyst;
