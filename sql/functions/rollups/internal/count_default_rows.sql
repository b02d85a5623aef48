-- security definer: nobody else reads a default partition by itself, and this says only how many.
-- Dynamic because each pipeline has its own table.
create or replace function perf_internal.count_default_rows(pipeline text)
returns bigint
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_pipeline perf_internal.pipelines := perf_internal.get_pipeline(count_default_rows.pipeline);
    v_rows bigint;
begin
    execute format(
        'select count(*) from perf_internal.%I as r',
        perf_internal.get_default_partition(v_pipeline.raw_table)
    )
    into v_rows;
    return v_rows;
end
$$;

comment on function perf_internal.count_default_rows is
    'Raw rows outside every other partition.';

revoke execute on function perf_internal.count_default_rows from public;
grant execute on function perf_internal.count_default_rows
    to authenticated, service_role, perf_admin, perf_analyst;
