create or replace function perf_internal.check_as_of(
    as_of timestamptz,
    latest timestamptz default 'infinity'
)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    if check_as_of.as_of is null
        or check_as_of.as_of not between '0001-01-01 00:00+00' and '9999-12-31 00:00+00'
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'as_of must be a point in time, got '
                || coalesce(check_as_of.as_of::text, 'null'),
            hint = 'Leave it out to mean now.';
    elsif check_as_of.as_of > check_as_of.latest then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('as_of must not be in the future, got %s', check_as_of.as_of),
            hint = 'Leave it out to mean now.';
    end if;
end
$$;

comment on function perf_internal.check_as_of is
    'Refuses (22023) a time that is missing, infinite, before year 1, after 9999, or later than latest.';

revoke execute on function perf_internal.check_as_of from public;
grant execute on function perf_internal.check_as_of
    to authenticated, service_role, perf_admin, perf_analyst, perf_recorder;
