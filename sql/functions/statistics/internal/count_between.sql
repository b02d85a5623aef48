create or replace function perf_internal.count_between(
    low double precision,
    high double precision,
    sketch numeric,
    value_count bigint,
    known_values double precision[] default '{}',
    minimum double precision default null,
    maximum double precision default null
)
returns bigint
language sql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(sum(v.range_count), 0)::bigint
    from perf_internal.get_value_ranges(
        count_between.sketch,
        count_between.value_count,
        count_between.known_values,
        count_between.minimum,
        count_between.maximum
    ) as v
    where (v.low + v.high) / 2 between count_between.low and count_between.high;
$$;

comment on function perf_internal.count_between is
    'How many values lie between two limits, themselves included: known values exactly, others by the middle of where they may lie. See perf_internal.get_value_ranges.';

revoke execute on function perf_internal.count_between from public;
grant execute on function perf_internal.count_between
    to authenticated, service_role, perf_admin, perf_analyst;
