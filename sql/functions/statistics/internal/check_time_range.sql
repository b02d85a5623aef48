create or replace function perf_internal.check_time_range(
    start_time timestamptz,
    end_time timestamptz
)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    if check_time_range.start_time is null or check_time_range.end_time is null
        or check_time_range.start_time not between '0001-01-01 00:00+00' and '9999-12-31 00:00+00'
        or check_time_range.end_time not between '0001-01-01 00:00+00' and '9999-12-31 00:00+00'
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'start_time and end_time must be points in time, got %s and %s',
                coalesce(check_time_range.start_time::text, 'null'),
                coalesce(check_time_range.end_time::text, 'null')
            );
    elsif check_time_range.end_time < check_time_range.start_time then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'end_time must not be before start_time, got %s and %s',
                check_time_range.start_time, check_time_range.end_time
            ),
            hint = 'A range is half-open: start_time is in it, end_time is not.';
    end if;
end
$$;

comment on function perf_internal.check_time_range is
    'Refuses (22023) a range with an end that is missing, infinite or before its start.';

revoke execute on function perf_internal.check_time_range from public;
grant execute on function perf_internal.check_time_range
    to authenticated, service_role, perf_admin, perf_analyst, perf_recorder;
