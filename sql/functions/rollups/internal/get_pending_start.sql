-- On several machines a later statement sees other rows than this one, so callers get no time that they
-- could rely on. Dynamic SQL, because each pipeline has its own raw table.
create or replace function perf_internal.get_pending_start(
    pipeline text,
    start_time timestamptz,
    end_time timestamptz,
    series_ids uuid[] default null
)
returns timestamptz
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
declare
    v_pipeline perf_internal.pipelines := perf_internal.get_pipeline(get_pending_start.pipeline);
    v_first timestamptz;
begin
    if perf_internal.is_distributed() then
        return timestamptz '-infinity';
    end if;
    execute format(
        'select min(r.%1$I) from %2$s as r where r.%1$I >= $1 and r.%1$I < $2 and %3$s%4$s',
        v_pipeline.time_column,
        v_pipeline.raw_table,
        perf_internal.get_pending_condition(get_pending_start.pipeline),
        case
            when get_pending_start.series_ids is not null
            then format(' and r.%I = any($3)', v_pipeline.series_column)
        end
    )
    into v_first
    using
        get_pending_start.start_time, get_pending_start.end_time, get_pending_start.series_ids;
    return coalesce(v_first, 'infinity');
end
$$;

comment on function perf_internal.get_pending_start is
    'The time of the first row of a pipeline, or of these series of it, in a range that no run has read yet; infinity without one. On several machines it is -infinity. Error PT404: no such pipeline.';

revoke execute on function perf_internal.get_pending_start from public;
grant execute on function perf_internal.get_pending_start
    to authenticated, service_role, perf_admin, perf_analyst;
