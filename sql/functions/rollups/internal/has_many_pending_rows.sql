-- security definer: who runs the schedule need not read calls. Dynamic because each pipeline has its own
-- table.
create or replace function perf_internal.has_many_pending_rows(row_count bigint)
returns boolean
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set max_parallel_workers_per_gather = 0
set jit = off
as $$
declare
    v_pipeline perf_internal.pipelines;
    v_rows bigint;
begin
    for v_pipeline in select p.* from perf_internal.pipelines as p loop
        execute format(
            'select count(*) from (select 1 from %s as r where %s limit $1) as l',
            v_pipeline.raw_table,
            perf_internal.get_pending_condition(v_pipeline.pipeline)
        )
        into v_rows
        using has_many_pending_rows.row_count;
        if v_rows >= has_many_pending_rows.row_count then
            return true;
        end if;
    end loop;
    return false;
end
$$;

comment on function perf_internal.has_many_pending_rows is
    'Whether this many raw rows of a pipeline are not rolled up yet. Counts no further.';

revoke execute on function perf_internal.has_many_pending_rows from public;
grant execute on function perf_internal.has_many_pending_rows to service_role, perf_admin;
