create or replace function perf_internal.check_lease(lease interval)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
    if check_lease.lease between interval '1 second' and interval '7 days' is not true then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'lease must be between 1 second and 7 days, got '
                || coalesce(check_lease.lease::text, 'null'),
            hint = 'perf.heartbeat_training() makes a lease longer while the trainer lives.';
    end if;
end
$$;

comment on function perf_internal.check_lease is
    'Refuses (22023) a lease that is not 1 second to 7 days.';

revoke execute on function perf_internal.check_lease from public;
