-- plpgsql, because that keeps the plan: every recorded call comes through here.
create or replace function perf_internal.get_caller()
returns name
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    return case current_setting('role')
        when 'none' then session_user
        else current_setting('role')::name
    end;
end
$$;

comment on function perf_internal.get_caller is
    'The database role of the caller, also inside a security definer function.';

revoke execute on function perf_internal.get_caller from public;
grant execute on function perf_internal.get_caller
    to authenticated, service_role, perf_admin, perf_analyst, perf_recorder;
