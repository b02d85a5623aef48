-- The lock lets one session at a time change when a worker is offered. At the levels repeatable read
-- and serializable the session that waited does not see what the other wrote. The constraint of
-- perf.worker_availability refuses an overlap there.
create or replace function perf_internal.lock_worker(worker_name text)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_id bigint := perf_internal.add_worker(lock_worker.worker_name);
begin
    perform
    from perf.workers as w
    where w.id = v_id
    for no key update;
    return v_id;
end
$$;

comment on function perf_internal.lock_worker is
    'Key of the worker of this name, which is added if it is new, and locked until the transaction ends. Error 22023: no name.';

revoke execute on function perf_internal.lock_worker from public;
