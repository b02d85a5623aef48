-- PostgreSQL takes names for time zones that people read otherwise: IST is Israel's winter time,
-- and UTC+8 and Etc/GMT+8 lie west of Greenwich. A name with a digit may be a rule in the notation
-- of POSIX, which PostgreSQL reads without looking for a zone of that name.
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
    'Refuses (22023) a time zone that is neither UTC nor named by an area and a city, such as Asia/Kolkata.';

revoke execute on function perf_internal.check_time_zone from public;
grant execute on function perf_internal.check_time_zone
    to authenticated, service_role, perf_admin, perf_analyst;
