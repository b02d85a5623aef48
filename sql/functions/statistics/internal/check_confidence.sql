create or replace function perf_internal.check_confidence(confidence double precision)
returns void
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
    -- PostgreSQL sorts NaN above every number.
    if (check_confidence.confidence > 0 and check_confidence.confidence < 1) is not true then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'confidence must be between 0 and 1, both excluded, got '
                || coalesce(check_confidence.confidence::text, 'null'),
            hint = 'Intervals of 95 % have 0.95.';
    end if;
end
$$;

comment on function perf_internal.check_confidence is
    'Refuses (22023) a confidence that is missing or not between 0 and 1.';

revoke execute on function perf_internal.check_confidence from public;
grant execute on function perf_internal.check_confidence
    to authenticated, service_role, perf_admin, perf_analyst;
