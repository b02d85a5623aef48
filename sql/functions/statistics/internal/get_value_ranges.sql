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
        select
            sign(b.bin_value)::integer as sign,
            -- The number of the bin of what its values are without their sign.
            round(
                ln(nullif(greatest(abs(b.bin_from), abs(b.bin_until)), 0)) / ln(1.01::float8)
            )::integer as bin,
            b.value_count
        from perf_internal.get_sketch_bins(
            get_value_ranges.sketch, get_value_ranges.value_count
        ) as b
    ),
    known as (
        select
            v.value,
            sign(v.value)::integer as sign,
            least(
                greatest(ceil(ln(nullif(abs(v.value), 0)) / ln(1.01::float8)), -1389), 2399
            )::integer as bin
        from unnest(get_value_ranges.known_values) as v (value)
    ),
    rest as (
        select b.sign, b.bin, b.value_count - coalesce(k.value_count, 0) as value_count
        from bins as b
        left join (
            select k.sign, k.bin, count(*) as value_count
            from known as k
            group by k.sign, k.bin
        ) as k on k.sign = b.sign and k.bin is not distinct from b.bin
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
                when r.sign = 0 or r.bin = -1389 then 0
                else 1.01::float8 ^ (r.bin - 1) * (1 - 1e-9)
            end as inner_edge,
            case
                when r.sign = 0 then 0
                when r.bin = 2399 then 'Infinity'
                else 1.01::float8 ^ r.bin * (1 + 1e-9)
            end as outer_edge
    ) as d
    cross join lateral (
        select
            case when r.sign < 0 then -d.outer_edge else d.inner_edge end as low,
            case when r.sign < 0 then -d.inner_edge else d.outer_edge end as high
    ) as e
    where r.value_count > 0;
end
$$;

comment on function perf_internal.get_value_ranges is
    'Where value_count values lie, of which the sketch holds those that are not 0: each of known_values, and how many others lie between the edges of a bin, within minimum and maximum where those are given.';

revoke execute on function perf_internal.get_value_ranges from public;
grant execute on function perf_internal.get_value_ranges
    to authenticated, service_role, perf_admin, perf_analyst;
