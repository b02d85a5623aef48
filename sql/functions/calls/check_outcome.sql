create or replace function perf_internal.check_outcome(outcome text)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
    if check_outcome.outcome is null
        or check_outcome.outcome not in ('all', 'success', 'error')
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'outcome must be all, success or error, got %s',
                perf_internal.quote_value(check_outcome.outcome)
            );
    end if;
end
$$;

comment on function perf_internal.check_outcome is
    'Refuses (22023) an outcome other than all, success and error.';

revoke execute on function perf_internal.check_outcome from public;
grant execute on function perf_internal.check_outcome
    to authenticated, service_role, perf_admin, perf_analyst;
