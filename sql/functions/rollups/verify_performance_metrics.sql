-- Stable, so that PostgREST answers it by GET: it writes nothing. What it reads is in a volatile
-- function, which takes a new snapshot for each of its statements, whoever calls it.
create or replace function perf.verify_performance_metrics(
    start_time timestamptz,
    end_time timestamptz,
    pipeline text default 'calls',
    max_rows integer default 1000
)
returns table (
    granularity text,
    time_bucket timestamptz,
    series_id uuid,
    metric text,
    expected_count bigint,
    rolled_up_count bigint,
    differs_in text[]
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_row_count bigint;
begin
    perform perf_internal.require_role('analyst');
    perform perf_internal.check_max_rows(verify_performance_metrics.max_rows);
    return query
    select v.*
    from perf_internal.verify_performance_metrics(
        verify_performance_metrics.start_time,
        verify_performance_metrics.end_time,
        verify_performance_metrics.pipeline
    ) as v;
    get diagnostics v_row_count = row_count;
    perform perf_internal.check_max_rows(verify_performance_metrics.max_rows, v_row_count, 'weekly');
end
$$;

comment on function perf.verify_performance_metrics is
    'Buckets of a pipeline that differ from what they were made of: hours and days from raw rows where all are kept, weeks from days. No row means all is well; rows that are not rolled up yet do not count. Errors: 22023 bad range, or more than max_rows rows, 42501 not an analyst, PT404 no such pipeline, PT409 while a restore is under way.';

revoke execute on function perf.verify_performance_metrics from public;
grant execute on function perf.verify_performance_metrics
    to authenticated, service_role, perf_admin, perf_analyst;
