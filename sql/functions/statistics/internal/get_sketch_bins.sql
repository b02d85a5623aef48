-- Digits are read in bytes, of which any 16 are reached at once.
create or replace function perf_internal.get_sketch_bins(sketch numeric, total_count bigint)
returns table (
    bin_from double precision,
    bin_until double precision,
    bin_value double precision,
    value_count bigint
)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    v_last_bin integer;
    v_bins integer := 0;
    v_text text;
    v_digits bytea;
begin
    perform perf_internal.check_sketch(get_sketch_bins.sketch, get_sketch_bins.total_count);
    if get_sketch_bins.sketch > 0 then
        v_last_bin := perf_internal.get_last_bin(get_sketch_bins.sketch);
        v_text := div(get_sketch_bins.sketch, perf_internal.get_sketch_unit(v_last_bin));
        v_bins := (octet_length(v_text) + 15) / 16;
        v_digits := (repeat('0', 16 * v_bins - octet_length(v_text)) || v_text)::bytea;
    end if;
    return query
    with counted as (
        select
            v_last_bin - v_bins + b.number as bin,
            convert_from(substr(v_digits, 16 * b.number - 15, 16), 'SQL_ASCII')::bigint as counted
        from generate_series(1, v_bins) as b (number)
    )
    select
        case when s.is_negative then -(1.01::float8 ^ s.bin) else 1.01::float8 ^ (s.bin - 1) end,
        case when s.is_negative then -(1.01::float8 ^ (s.bin - 1)) else 1.01::float8 ^ s.bin end,
        -- 2 / 2.01 is the point of a bin that is relatively as far from its lower end as from its
        -- upper: 0.4975 %.
        case when s.is_negative then -2 else 2 end * 1.01::float8 ^ s.bin / 2.01,
        c.counted
    from counted as c
    cross join lateral (
        select
            c.bin <= -1391 as is_negative,
            case when c.bin <= -1391 then -2781 - c.bin else c.bin end as bin
    ) as s
    where c.counted > 0
    union all
    select 0, 0, 0, z.zeros::bigint
    from (
        select get_sketch_bins.total_count - coalesce(sum(c.counted), 0) as zeros
        from counted as c
    ) as z
    where z.zeros > 0
    order by 3;
end
$$;

comment on function perf_internal.get_sketch_bins is
    'The bins of a sketch of total_count values that have values, lowest first: their ends, the value that stands for all in them (at most 0.5 % from each) and how many there are. Zeros have a bin from 0 to 0. See perf_internal.make_sketch. Error 22023: no sketch.';

revoke execute on function perf_internal.get_sketch_bins from public;
grant execute on function perf_internal.get_sketch_bins
    to authenticated, service_role, perf_admin, perf_analyst;
