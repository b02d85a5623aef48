create or replace function perf.aggregate_performance_metrics(pipeline text default null)
returns bigint
language sql
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.aggregate_performance_metrics(
        aggregate_performance_metrics.pipeline
    );
$$;

comment on function perf.aggregate_performance_metrics is
    'Adds every row that no run has read yet to its hour, day and week, however old it is; of one pipeline, or of all. Returns the number of rows. Rows of transactions that are still open wait for the next run; so do rows of the transaction that calls it. Errors: 42501 not an admin, PT404 no such pipeline, PT409 while a restore is under way.';

revoke execute on function perf.aggregate_performance_metrics from public;
grant execute on function perf.aggregate_performance_metrics
    to authenticated, service_role, perf_admin;
