-- security definer: no API role may write the settings; the caller is checked first.
create or replace function perf_internal.set_own_calls_readable(is_readable boolean)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform perf_internal.require_role('admin');
    if set_own_calls_readable.is_readable is null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'is_readable must be true or false, got null';
    end if;
    update perf.access_settings as s
    set are_own_calls_readable = set_own_calls_readable.is_readable
    where s.are_own_calls_readable <> set_own_calls_readable.is_readable;
    return found;
end
$$;

comment on function perf_internal.set_own_calls_readable is
    'Does the work of perf.set_own_calls_readable().';

revoke execute on function perf_internal.set_own_calls_readable from public;
grant execute on function perf_internal.set_own_calls_readable
    to authenticated, service_role, perf_admin;
