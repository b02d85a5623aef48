create or replace function perf.set_metric(
    metric text,
    better text default null,
    unit text default null,
    meaning text default null
)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.set_metric(
        set_metric.metric,
        set_metric.better,
        set_metric.unit,
        set_metric.meaning
    );
$$;

comment on function perf.set_metric is
    'Says of a named metric, such as quality.likeness, whether higher or lower values are better (or neither), what its unit is and what it means; what is null stays. Its failed_ and successful_ metrics change with it. Errors: 22023 bad argument, or not a named metric, 42501 not an admin, PT404 no such metric.';

revoke execute on function perf.set_metric from public;
grant execute on function perf.set_metric to authenticated, service_role, perf_admin;
