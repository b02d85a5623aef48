create or replace function perf_internal.get_worker_name(worker_id bigint)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_name text := (
        select w.name
        from perf.workers as w
        where w.id = get_worker_name.worker_id
    );
begin
    if v_name is null then
        raise exception using
            errcode = 'PT404',
            message = 'there is no worker '
                || coalesce(get_worker_name.worker_id::text, 'null'),
            hint = 'select id, name from perf.workers lists them.';
    end if;
    return v_name;
end
$$;

comment on function perf_internal.get_worker_name is
    'Name of a worker. Error PT404: there is none of this id.';

revoke execute on function perf_internal.get_worker_name from public;
grant execute on function perf_internal.get_worker_name
    to authenticated, service_role, perf_admin, perf_analyst;
