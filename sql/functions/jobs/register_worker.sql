create or replace function perf.register_worker(
    worker_name text,
    hardware text default null,
    vram_mb integer default null
)
returns bigint
language sql
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.register_worker(
        register_worker.worker_name,
        register_worker.hardware,
        register_worker.vram_mb
    );
$$;

comment on function perf.register_worker is
    'Adds a worker, or sets hardware and vram_mb of one that exists; what is null stays. Returns its id. Names are stored without the spaces around them. Errors: 22023 bad argument, 42501 not an admin.';

revoke execute on function perf.register_worker from public;
grant execute on function perf.register_worker to authenticated, service_role, perf_admin;
