create or replace function perf_internal.count_sketch_values(
    sketch numeric,
    value_count bigint,
    low double precision,
    high double precision
)
returns bigint
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
    return (
        select coalesce(sum(b.value_count), 0)
        from perf_internal.get_sketch_bins(
            count_sketch_values.sketch, count_sketch_values.value_count
        ) as b
        where (count_sketch_values.low is null or b.bin_value >= count_sketch_values.low)
            and (count_sketch_values.high is null or b.bin_value <= count_sketch_values.high)
    );
end
$$;

comment on function perf_internal.count_sketch_values is
    'How many of value_count values lie from low to high, both included; null for no limit. A value counts as that of its bin, at most 0.5 % from it. See perf_internal.make_sketch. Error 22023: no sketch.';

revoke execute on function perf_internal.count_sketch_values from public;
grant execute on function perf_internal.count_sketch_values
    to authenticated, service_role, perf_admin, perf_analyst;
