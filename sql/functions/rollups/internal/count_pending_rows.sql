-- Dynamic SQL, because each pipeline has its own table.
create or replace function perf_internal.count_pending_rows(
    pipeline text,
    start_time timestamptz default '-infinity',
    end_time timestamptz default 'infinity',
    max_rows bigint default null
)
returns bigint
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set max_parallel_workers_per_gather = 0
set jit = off
as $$
declare
    v_pipeline perf_internal.pipelines := perf_internal.get_pipeline(count_pending_rows.pipeline);
    v_rows bigint;
begin
    perform perf_internal.check_origin();
    execute format(
        'select count(*)
        from (
            select 1 from %s as r where %s and r.%3$I >= $1 and r.%3$I < $2%4$s
        ) as l',
        v_pipeline.raw_table,
        perf_internal.get_pending_condition(v_pipeline.pipeline),
        v_pipeline.time_column,
        -- A limit makes Citus fetch the rows instead of their number.
        case when count_pending_rows.max_rows is not null then ' limit $3' end
    )
    into v_rows
    using
        count_pending_rows.start_time,
        count_pending_rows.end_time,
        count_pending_rows.max_rows;
    return v_rows;
end
$$;

comment on function perf_internal.count_pending_rows is
    'Raw rows of a time range, or all, that are not rolled up yet; counts no further than max_rows. Error PT409 while a restore is under way.';

revoke execute on function perf_internal.count_pending_rows from public;
grant execute on function perf_internal.count_pending_rows
    to authenticated, service_role, perf_admin, perf_analyst;
