create or replace function perf_internal.check_history(history interval)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
    if (check_history.history between interval '1 day' and interval '100 years') is not true then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'history must be between 1 day and 100 years, got '
                || coalesce(check_history.history::text, 'null'),
            hint = 'It says from how long before the estimate jobs are read.';
    end if;
end
$$;

comment on function perf_internal.check_history is
    'Refuses (22023) the length of a history that is missing, shorter than a day or longer than 100 years.';

revoke execute on function perf_internal.check_history from public;
grant execute on function perf_internal.check_history
    to authenticated, service_role, perf_admin, perf_analyst;
