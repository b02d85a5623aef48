create or replace function perf.ensure_partitions(
    as_of timestamptz default now(),
    days_ahead integer default 7
)
returns table (partition_name text, moved_rows bigint)
language sql
set search_path = pg_catalog, pg_temp
as $$
    select
        c.partition_name,
        c.moved_rows
    from perf_internal.ensure_partitions(
        ensure_partitions.as_of,
        ensure_partitions.days_ahead
    ) as c;
$$;

comment on function perf.ensure_partitions is
    'Makes up to 30 partitions that are missing, of each pipeline: for today and the next days_ahead days, then for rows in a default partition, which it moves. Returns what it made. Call it until it returns nothing, each time in a transaction of its own. perf.run_job(''partitions'') does that. Errors: 22023, 42501 not an admin, PT409 not read committed, or other sessions hold a lock on the default partition (for ranges up to tomorrow: on any partition) for too long.';

revoke execute on function perf.ensure_partitions from public;
grant execute on function perf.ensure_partitions to authenticated, service_role, perf_admin;
