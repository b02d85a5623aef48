create or replace function perf_internal.get_rank_middle(
    sketch numeric,
    value_count bigint,
    percentile double precision,
    known_values double precision[] default '{}',
    minimum double precision default null,
    maximum double precision default null
)
returns double precision
language sql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
    select (
        (b.lows[1] + b.highs[1]) * (1 + floor(r.rank) - r.rank)
        + (b.lows[2] + b.highs[2]) * (r.rank - floor(r.rank))
    ) / 2
    from (
        values (1 + get_rank_middle.percentile * (get_rank_middle.value_count - 1))
    ) as r (rank)
    cross join lateral perf_internal.get_rank_bounds(
        get_rank_middle.sketch,
        get_rank_middle.value_count,
        array[floor(r.rank), ceil(r.rank)]::bigint[],
        get_rank_middle.known_values,
        get_rank_middle.minimum,
        get_rank_middle.maximum
    ) as b;
$$;

comment on function perf_internal.get_rank_middle is
    'A percentile (0 to 1), interpolated as percentile_cont does between the middles of the bounds of two ranks: exact where values are known. See perf_internal.get_rank_bounds.';

revoke execute on function perf_internal.get_rank_middle from public;
grant execute on function perf_internal.get_rank_middle
    to authenticated, service_role, perf_admin, perf_analyst;
