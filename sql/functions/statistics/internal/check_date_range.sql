create or replace function perf_internal.check_date_range(start_date date, end_date date)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
set datestyle = 'ISO'
as $$
begin
    if check_date_range.start_date is null or check_date_range.end_date is null
        or check_date_range.start_date not between '0001-01-01' and '9999-12-01'
        or check_date_range.end_date not between '0001-01-01' and '9999-12-01'
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'start_date and end_date must be days, got %s and %s',
                coalesce(check_date_range.start_date::text, 'null'),
                coalesce(check_date_range.end_date::text, 'null')
            );
    elsif check_date_range.end_date < check_date_range.start_date then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'end_date must not be before start_date, got %s and %s',
                check_date_range.start_date, check_date_range.end_date
            ),
            hint = 'A range is half-open: start_date is in it, end_date is not.';
    end if;
end
$$;

comment on function perf_internal.check_date_range is
    'Refuses (22023) a range of days with an end that is missing, infinite or before its start.';

revoke execute on function perf_internal.check_date_range from public;
grant execute on function perf_internal.check_date_range
    to authenticated, service_role, perf_admin, perf_analyst;
