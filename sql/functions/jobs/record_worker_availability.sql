create or replace function perf.record_worker_availability(
    worker_name text,
    available_from timestamptz,
    available_until timestamptz
)
returns boolean
language sql
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.record_worker_availability(
        record_worker_availability.worker_name,
        record_worker_availability.available_from,
        record_worker_availability.available_until
    );
$$;

comment on function perf.record_worker_availability is
    'Records a past time in which a worker was offered for jobs. The worker is found by name, or added. A retry is harmless: false means that the same time was recorded before. Errors: 22023 bad argument, PT409 another time overlaps, 23P01 a plain write of another session overlaps, 42501 not a recorder.';

revoke execute on function perf.record_worker_availability from public;
grant execute on function perf.record_worker_availability
    to authenticated, service_role, perf_admin, perf_recorder;
