create or replace function perf_internal.get_outcome_prefix(outcome text)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_prefix text := case get_outcome_prefix.outcome
        when 'all' then ''
        when 'success' then 'successful_'
        when 'error' then 'failed_'
    end;
begin
    if v_prefix is null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'outcome must be all, success or error, got '
                || perf_internal.quote_value(get_outcome_prefix.outcome);
    end if;
    return v_prefix;
end
$$;

comment on function perf_internal.get_outcome_prefix is
    'The prefix of the metrics of all, successful or failed calls. Error 22023: no such outcome.';

revoke execute on function perf_internal.get_outcome_prefix from public;
grant execute on function perf_internal.get_outcome_prefix
    to authenticated, service_role, perf_admin, perf_analyst;
