-- The value of a rank is at least the value of that rank among the lower ends, and at most the one
-- among the upper ends.
create or replace function perf_internal.get_rank_bounds(
    sketch numeric,
    value_count bigint,
    ranks bigint[],
    known_values double precision[] default '{}',
    minimum double precision default null,
    maximum double precision default null,
    out lows double precision[],
    out highs double precision[]
)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
    with ranges as (
        select v.low, v.high, v.range_count
        from perf_internal.get_value_ranges(
            get_rank_bounds.sketch,
            get_rank_bounds.value_count,
            get_rank_bounds.known_values,
            get_rank_bounds.minimum,
            get_rank_bounds.maximum
        ) as v
    ),
    sums as (
        select
            r.low,
            sum(r.range_count) over (order by r.low) as low_sum,
            r.high,
            sum(r.range_count) over (order by r.high) as high_sum
        from ranges as r
    )
    select
        array_agg(
            (select min(s.low) from sums as s where s.low_sum >= k.rank) order by k.position
        ),
        array_agg(
            (select min(s.high) from sums as s where s.high_sum >= k.rank) order by k.position
        )
    into lows, highs
    from unnest(get_rank_bounds.ranks) with ordinality as k (rank, position);
end
$$;

comment on function perf_internal.get_rank_bounds is
    'Between which two values the value of each rank (from 1) lies; null for a rank beyond value_count. See perf_internal.get_value_ranges.';

revoke execute on function perf_internal.get_rank_bounds from public;
grant execute on function perf_internal.get_rank_bounds
    to authenticated, service_role, perf_admin, perf_analyst;
