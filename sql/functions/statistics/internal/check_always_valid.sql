create or replace function perf_internal.check_always_valid(
    difference double precision,
    standard_error double precision,
    minimum_effect double precision
)
returns void
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
    -- PostgreSQL sorts NaN above every number.
    if abs(check_always_valid.difference) > 1e150 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'difference must be a number of at most 1e150, got %s',
                check_always_valid.difference
            );
    elsif check_always_valid.standard_error < 1e-150 or check_always_valid.standard_error > 1e150
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'standard_error must be above 0 (1e-150 to 1e150), got %s',
                check_always_valid.standard_error
            );
    elsif check_always_valid.minimum_effect < 1e-150 or check_always_valid.minimum_effect > 1e150
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'minimum_effect must be above 0 (1e-150 to 1e150), got %s',
                check_always_valid.minimum_effect
            );
    end if;
end
$$;

comment on function perf_internal.check_always_valid is
    'Refuses (22023) arguments that the always-valid test cannot take. Null is taken.';

revoke execute on function perf_internal.check_always_valid from public;
grant execute on function perf_internal.check_always_valid
    to authenticated, service_role, perf_admin, perf_analyst;
