create or replace function perf.retire_worker(worker_id bigint, retired boolean default true)
returns boolean
language sql
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.retire_worker(
        retire_worker.worker_id,
        retire_worker.retired
    );
$$;

comment on function perf.retire_worker is
    'Says that a worker is no longer used, or is again. It is no longer offered then: a time that lasts ends, and one that has not begun is deleted. Its history stays, and jobs that it ran may still be recorded. False means that it was so before. Errors: 22023 bad argument, PT404 no such worker, 42501 not an admin.';

revoke execute on function perf.retire_worker from public;
grant execute on function perf.retire_worker to authenticated, service_role, perf_admin;
