-- PostgreSQL takes more for a time zone than has days of its own: IST is Israel's winter time, UTC+8
-- lies west of Greenwich, and so does Etc/GMT+8. A name with a digit may be a rule in the notation of
-- POSIX, which PostgreSQL reads without looking for a zone of that name.
create or replace function perf_internal.check_time_zone(time_zone text)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    if check_time_zone.time_zone = 'UTC' then
        return;
    elsif check_time_zone.time_zone ~ '^[A-Za-z_]+(/[A-Za-z_-]+)+$'
        and check_time_zone.time_zone !~* '^(etc|posix|right)/'
    then
        begin
            perform timezone(check_time_zone.time_zone, timestamp '2001-01-01');
            return;
        exception
            when invalid_parameter_value then
                null;
        end;
    end if;
    raise exception using
        errcode = 'invalid_parameter_value',
        message = 'time_zone must be UTC or the name of an area and a city, got '
            || perf_internal.quote_value(check_time_zone.time_zone),
        hint = 'For example Asia/Kolkata. select name from pg_timezone_names lists them.';
end
$$;

comment on function perf_internal.check_time_zone is
    'Refuses (22023) what is neither UTC nor a time zone with the name of an area and a city.';

revoke execute on function perf_internal.check_time_zone from public;
grant execute on function perf_internal.check_time_zone
    to authenticated, service_role, perf_admin, perf_analyst;
