create or replace function perf.forget_metric(metric text)
returns bigint
language sql
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.forget_metric(
        forget_metric.metric
    );
$$;

comment on function perf.forget_metric is
    'Deletes a named metric, such as quality.likeness or stage.decode, its failed_ and successful_ metrics and their rollups; returns how many rows of rollups. Raw rows stay. A job that brings the name again makes it a new metric, which counts from then on. Recording waits while it runs. Errors: 22023 not a metric that rows name, 42501 not an admin, PT404 no such metric, PT409 a transaction that records stays open, this one is not read committed, or a restore is under way.';

revoke execute on function perf.forget_metric from public;
grant execute on function perf.forget_metric to authenticated, service_role, perf_admin;
