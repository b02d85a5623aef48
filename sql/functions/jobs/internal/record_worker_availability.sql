-- security definer: callers may not write workers or their times themselves; their role is checked
-- first.
create or replace function perf_internal.record_worker_availability(
    worker_name text,
    available_from timestamptz,
    available_until timestamptz
)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_worker_id bigint;
    v_other perf.worker_availability;
begin
    perform perf_internal.require_role('recorder');
    if record_worker_availability.available_from is null
        or record_worker_availability.available_from < '1970-01-01 00:00+00'
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'available_from must be 1970 or later, got '
                || coalesce(record_worker_availability.available_from::text, 'null');
    elsif record_worker_availability.available_until is null
        or record_worker_availability.available_until <= record_worker_availability.available_from
        or record_worker_availability.available_until > now() + interval '1 day'
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'available_until must be between available_from and tomorrow, got '
                || coalesce(record_worker_availability.available_until::text, 'null'),
            hint = 'perf.set_worker_available() begins a time without an end.';
    end if;
    v_worker_id := perf_internal.lock_worker(record_worker_availability.worker_name);
    select a.*
    into v_other
    from perf.worker_availability as a
    where a.worker_id = v_worker_id
        and a.available_from < record_worker_availability.available_until
        and coalesce(a.available_until, 'infinity') > record_worker_availability.available_from
    order by a.available_from
    limit 1;
    if v_other.available_from = record_worker_availability.available_from
        and v_other.available_until = record_worker_availability.available_until
    then
        return false;
    elsif v_other.id is not null then
        raise exception using
            errcode = 'PT409',
            message = format(
                'worker %s was offered from %s until %s, which overlaps',
                perf_internal.quote_value(record_worker_availability.worker_name),
                v_other.available_from,
                coalesce(v_other.available_until::text, 'now')
            ),
            hint = 'Record only the time that is missing.';
    end if;
    insert into perf.worker_availability (worker_id, available_from, available_until)
    values (
        v_worker_id,
        record_worker_availability.available_from,
        record_worker_availability.available_until
    );
    return true;
end
$$;

comment on function perf_internal.record_worker_availability is 'Does the work of perf.record_worker_availability().';

revoke execute on function perf_internal.record_worker_availability from public;
grant execute on function perf_internal.record_worker_availability
    to authenticated, service_role, perf_admin, perf_recorder;
