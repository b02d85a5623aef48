-- security definer: callers may not write workers themselves; their role is checked first.
create or replace function perf_internal.retire_worker(
    worker_id bigint,
    retired boolean
)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_name text;
    v_is_new boolean;
begin
    perform perf_internal.require_role('admin');
    if retire_worker.retired is null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'retired must be true or false, got null';
    end if;
    v_name := perf_internal.get_worker_name(retire_worker.worker_id);
    -- Whatever the caller has set, this is for the audit log.
    perform set_config('perf.workflows_are_recorded', 'off', true);
    update perf.workers as w
    set retired_at = case when retire_worker.retired then now() end
    where w.id = retire_worker.worker_id
        and (w.retired_at is not null) <> retire_worker.retired;
    v_is_new := found;
    if retire_worker.retired then
        perform perf_internal.lock_worker(v_name);
        -- It may have been offered for a time that has not begun.
        delete from perf.worker_availability as a
        where a.worker_id = retire_worker.worker_id
            and a.available_from >= now();
        update perf.worker_availability as a
        set available_until = now()
        where a.worker_id = retire_worker.worker_id
            and coalesce(a.available_until, 'infinity') > now();
    end if;
    return v_is_new;
end
$$;

comment on function perf_internal.retire_worker is 'Does the work of perf.retire_worker().';

revoke execute on function perf_internal.retire_worker from public;
grant execute on function perf_internal.retire_worker to authenticated, service_role, perf_admin;
