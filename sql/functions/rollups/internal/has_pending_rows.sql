-- Dynamic because each pipeline has its own table.
create or replace function perf_internal.has_pending_rows(
    pipeline text,
    start_time timestamptz,
    end_time timestamptz
)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set max_parallel_workers_per_gather = 0
set jit = off
as $$
declare
    v_pipeline perf_internal.pipelines := perf_internal.get_pipeline(has_pending_rows.pipeline);
    v_has_rows boolean;
begin
    execute format(
        'select exists (select 1 from %s as r where %s and r.%3$I >= $1 and r.%3$I < $2)',
        v_pipeline.raw_table,
        perf_internal.get_pending_condition(has_pending_rows.pipeline),
        v_pipeline.time_column
    )
    into v_has_rows
    using has_pending_rows.start_time, has_pending_rows.end_time;
    return v_has_rows;
end
$$;

comment on function perf_internal.has_pending_rows is
    'Whether raw rows of a time range are not rolled up yet.';

revoke execute on function perf_internal.has_pending_rows from public;
