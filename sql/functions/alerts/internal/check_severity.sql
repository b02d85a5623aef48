create or replace function perf_internal.check_severity(severity text)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
    if check_severity.severity not in ('info', 'warning', 'critical') then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'severity must be info, warning or critical, got '
                || perf_internal.quote_value(check_severity.severity),
            hint = 'Leave it out to mean all.';
    end if;
end
$$;

comment on function perf_internal.check_severity is
    'Refuses (22023) a severity that no alert has; null means all.';

revoke execute on function perf_internal.check_severity from public;
grant execute on function perf_internal.check_severity
    to authenticated, service_role, perf_admin, perf_analyst;
