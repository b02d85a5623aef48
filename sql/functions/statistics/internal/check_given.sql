create or replace function perf_internal.check_given(argument text, value text)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
    if check_given.value is null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = check_given.argument || ' must not be null';
    end if;
end
$$;

comment on function perf_internal.check_given is
    'Refuses (22023) an argument that is null, for functions in SQL.';

revoke execute on function perf_internal.check_given from public;
grant execute on function perf_internal.check_given
    to authenticated, service_role, perf_admin, perf_analyst, perf_recorder;
