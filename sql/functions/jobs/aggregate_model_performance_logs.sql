create or replace function perf.aggregate_model_performance_logs(
    start_date date default null,
    end_date date default null,
    as_of timestamptz default now()
)
returns table (new_rows bigint, changed_rows bigint, removed_rows bigint)
language sql
set search_path = pg_catalog, pg_temp
as $$
    select
        c.new_rows,
        c.changed_rows,
        c.removed_rows
    from perf_internal.aggregate_model_performance_logs(
        aggregate_model_performance_logs.start_date,
        aggregate_model_performance_logs.end_date,
        aggregate_model_performance_logs.as_of
    ) as c;
$$;

comment on function perf.aggregate_model_performance_logs is
    'Brings the daily log up to date: per model type and day (UTC) the sum of the rollups of jobs and calls, and of rows that no run has read yet. Without dates it finds the days itself, up to the day of as_of, also those of late jobs. With a start_date or end_date it computes every day from the one to before the other again. Returns how many rows are new, changed, or removed because their model type has nothing on that day any more. Days whose daily rollups retention has removed keep their rows. Errors: 22023 bad argument, 42501 not an admin, PT409 while a restore is under way.';

revoke execute on function perf.aggregate_model_performance_logs from public;
grant execute on function perf.aggregate_model_performance_logs
    to authenticated, service_role, perf_admin;
