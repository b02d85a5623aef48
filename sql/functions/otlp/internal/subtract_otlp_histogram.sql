-- Scales only ever get coarser in a stream, so the finer one is merged to the coarser: bucket i of a
-- scale is in bucket i >> 1 of the next one.
create or replace function perf_internal.subtract_otlp_histogram(
    newer perf_internal.otlp_histogram,
    older perf_internal.otlp_histogram
)
returns perf_internal.otlp_histogram
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
    n alias for newer;
    o alias for older;
    v_difference perf_internal.otlp_histogram := n;
    v_has_fallen boolean;
begin
    v_difference.sum := n.sum - o.sum;
    if n.count is null then
        return case when v_difference.sum < 0 then n else v_difference end;
    end if;
    v_difference.count := n.count - o.count;
    v_difference.scale := least(n.scale, o.scale);
    v_difference.zero_threshold := greatest(n.zero_threshold, o.zero_threshold);
    select
        array_agg(b.side order by b.side, b.index) filter (where b.number > 0),
        array_agg(b.index order by b.side, b.index) filter (where b.number > 0),
        array_agg(b.number order by b.side, b.index) filter (where b.number > 0),
        bool_or(b.number < 0)
    into v_difference.sides, v_difference.indexes, v_difference.counts, v_has_fallen
    from (
        select
            p.side,
            case
                when p.scale is null or p.side = 0 then p.index
                else p.index >> (p.scale - v_difference.scale)
            end as index,
            sum(p.number)::bigint as number
        from (
            select u.side, u.index, u.number, n.scale
            from unnest(n.sides, n.indexes, n.counts) as u (side, index, number)
            union all
            select u.side, u.index, -u.number, o.scale
            from unnest(o.sides, o.indexes, o.counts) as u (side, index, number)
        ) as p (side, index, number, scale)
        group by 1, 2
    ) as b;
    if v_difference.count < 0
        or v_has_fallen
        or n.bounds is distinct from o.bounds
        or (n.scale is null) <> (o.scale is null)
    then
        return n;
    end if;
    -- An extreme that has not changed may be that of an earlier time.
    if (n.minimum < o.minimum) is not true and o.count > 0 then
        v_difference.minimum := null;
    end if;
    if (n.maximum > o.maximum) is not true and o.count > 0 then
        v_difference.maximum := null;
    end if;
    return v_difference;
end
$$;

comment on function perf_internal.subtract_otlp_histogram is
    'What came between two points of a stream that count all since its start. Where a count has fallen, or bounds differ, the stream has begun again, and it is all of the newer one.';

revoke execute on function perf_internal.subtract_otlp_histogram from public;
