-- security definer: callers may not write workers or their times themselves; their role is checked
-- first.
create or replace function perf_internal.set_worker_available(
    worker_name text,
    available boolean,
    at timestamptz
)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_worker_id bigint;
    v_last perf.worker_availability;
begin
    perform perf_internal.require_role('recorder');
    if set_worker_available.at is null
        or set_worker_available.at < '1970-01-01 00:00+00'
        or set_worker_available.at > now() + interval '1 day'
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'at must be between 1970 and tomorrow, got '
                || coalesce(set_worker_available.at::text, 'null');
    elsif set_worker_available.available is null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'available must be true or false, got null';
    end if;
    v_worker_id := perf_internal.lock_worker(set_worker_available.worker_name);
    select a.*
    into v_last
    from perf.worker_availability as a
    where a.worker_id = v_worker_id
    order by a.available_from desc
    limit 1;
    if set_worker_available.available
        = (v_last.id is not null and v_last.available_until is null)
    then
        return false;
    elsif set_worker_available.at < coalesce(v_last.available_until, v_last.available_from) then
        raise exception using
            errcode = 'PT409',
            message = format(
                'worker %s was offered from %s until %s, got at = %s',
                perf_internal.quote_value(set_worker_available.worker_name),
                v_last.available_from,
                coalesce(v_last.available_until::text, 'now'),
                set_worker_available.at
            ),
            hint = 'perf.record_worker_availability() adds a time before the last one.';
    elsif set_worker_available.available then
        insert into perf.worker_availability (worker_id, available_from)
        values (v_worker_id, set_worker_available.at);
    elsif set_worker_available.at = v_last.available_from then
        delete from perf.worker_availability as a
        where a.id = v_last.id;
    else
        update perf.worker_availability as a
        set available_until = set_worker_available.at
        where a.id = v_last.id;
    end if;
    return true;
end
$$;

comment on function perf_internal.set_worker_available is 'Does the work of perf.set_worker_available().';

revoke execute on function perf_internal.set_worker_available from public;
grant execute on function perf_internal.set_worker_available
    to authenticated, service_role, perf_admin, perf_recorder;
