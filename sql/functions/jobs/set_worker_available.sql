create or replace function perf.set_worker_available(
    worker_name text,
    available boolean,
    at timestamptz default now()
)
returns boolean
language sql
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.set_worker_available(
        set_worker_available.worker_name,
        set_worker_available.available,
        set_worker_available.at
    );
$$;

comment on function perf.set_worker_available is
    'Says that a worker is offered for jobs from now on, or no longer: the time in between is what its utilization is of. The worker is found by name, or added. False means that it was so before. Errors: 22023 bad argument, PT409 at is before the end of its last time, 23P01 or 40P01 a plain write of another session overlaps, 42501 not a recorder.';

revoke execute on function perf.set_worker_available from public;
grant execute on function perf.set_worker_available
    to authenticated, service_role, perf_admin, perf_recorder;
