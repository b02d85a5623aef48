create or replace function perf.rebuild_performance_metrics(
    start_time timestamptz,
    end_time timestamptz,
    pipeline text default 'calls'
)
returns bigint
language sql
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.rebuild_performance_metrics(
        rebuild_performance_metrics.start_time,
        rebuild_performance_metrics.end_time,
        rebuild_performance_metrics.pipeline
    );
$$;

comment on function perf.rebuild_performance_metrics is
    'Computes the rollups of whole days, and of their weeks, again from raw rows. Returns the number of raw rows. Errors: 22023 for a range that raw rows no longer cover, 42501 not an admin, PT404 no such pipeline.';

revoke execute on function perf.rebuild_performance_metrics from public;
grant execute on function perf.rebuild_performance_metrics
    to authenticated, service_role, perf_admin;
