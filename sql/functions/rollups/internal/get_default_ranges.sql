-- security definer: only the owner may read a default partition by itself. This returns times and
-- counts only. Dynamic SQL, because each pipeline has its own table.
create or replace function perf_internal.get_default_ranges(pipeline text)
returns table (range_start timestamptz, range_end timestamptz, row_count bigint)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $$
declare
    v_pipeline perf_internal.pipelines;
begin
    perform perf_internal.require_role('analyst', 'admin');
    v_pipeline := perf_internal.get_pipeline(get_default_ranges.pipeline);
    return query execute format(
        'select d.range_start, d.range_start + $1, d.row_count
        from (
            select date_trunc(%L, r.%I, ''UTC'') as range_start, count(*) as row_count
            from perf_internal.%I as r
            group by 1
        ) as d',
        case v_pipeline.partition_width when '1 day' then 'day' else 'month' end,
        v_pipeline.time_column,
        perf_internal.get_default_partition(v_pipeline.raw_table)
    )
    using v_pipeline.partition_width;
end
$$;

comment on function perf_internal.get_default_ranges is
    'Ranges of time that have rows outside every other partition, and how many. Error 42501: not an analyst or admin.';

revoke execute on function perf_internal.get_default_ranges from public;
grant execute on function perf_internal.get_default_ranges
    to authenticated, service_role, perf_admin, perf_analyst;
