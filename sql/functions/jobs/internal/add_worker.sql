create or replace function perf_internal.add_worker(worker_name text)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_name text := btrim(add_worker.worker_name);
    v_problem text := perf_internal.get_name_problem('worker_name', v_name, 200);
    v_id bigint;
begin
    if v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = v_problem;
    end if;
    select w.id
    into v_id
    from perf.workers as w
    where w.name = v_name;
    if v_id is null then
        -- The audit log does without it.
        perform set_config('perf.workflows_are_recorded', 'on', true);
        insert into perf.workers (name)
        values (v_name)
        on conflict do nothing;
        perform set_config('perf.workflows_are_recorded', 'off', true);
        select w.id
        into v_id
        from perf.workers as w
        where w.name = v_name;
    end if;
    return v_id;
end
$$;

comment on function perf_internal.add_worker is
    'Key of the worker of this name, which is added if it is new. Error 22023: no name.';

revoke execute on function perf_internal.add_worker from public;
