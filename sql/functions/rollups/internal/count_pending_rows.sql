-- Dynamic because each pipeline has its own table.
create or replace function perf_internal.count_pending_rows(pipeline text)
returns bigint
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set max_parallel_workers_per_gather = 0
set jit = off
as $$
declare
    v_rows bigint;
begin
    perform perf_internal.check_origin();
    execute format(
        'select count(*) from %s as r where %s',
        (perf_internal.get_pipeline(count_pending_rows.pipeline)).raw_table,
        perf_internal.get_pending_condition(count_pending_rows.pipeline)
    )
    into v_rows;
    return v_rows;
end
$$;

comment on function perf_internal.count_pending_rows is
    'Raw rows that are not rolled up yet. Error 55000 while a restore is under way.';

revoke execute on function perf_internal.count_pending_rows from public;
grant execute on function perf_internal.count_pending_rows
    to authenticated, service_role, perf_admin, perf_analyst;
