create or replace function perf.cleanup_old_performance_data(as_of timestamptz default now())
returns table (
    pipeline text,
    level text,
    name text,
    dropped_rows bigint,
    freed_bytes bigint,
    kept_because text
)
language sql
set search_path = pg_catalog, pg_temp
as $$
    select
        c.pipeline,
        c.level,
        c.name,
        c.dropped_rows,
        c.freed_bytes,
        c.kept_because
    from perf_internal.cleanup_old_performance_data(
        cleanup_old_performance_data.as_of
    ) as c;
$$;

comment on function perf.cleanup_old_performance_data is
    'Removes what perf.retention no longer keeps: whole partitions of raw rows once they are rolled up and verified, rollup rows by age. Returns what it removed, with rows and bytes, or why a partition stayed. Call it in a transaction of its own. Errors: 22023 bad as_of, 42501 not an admin, PT409 not read committed, or others work on partitions.';

revoke execute on function perf.cleanup_old_performance_data from public;
grant execute on function perf.cleanup_old_performance_data
    to authenticated, service_role, perf_admin;
