create or replace function perf.get_normal_probability(
    z double precision
)
returns double precision
language plpgsql
immutable
strict
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
    if get_normal_probability.z = 'NaN' then
        raise exception using
            errcode = 'invalid_parameter_value', message = 'z must be a number, got NaN';
    elsif abs(get_normal_probability.z) < 1e-150 then
        return 0.5;
    end if;
    -- The square of a normal variable has one degree of freedom; twice a gamma variable of 1/2.
    return 0.5 * perf_internal.get_incomplete_gamma(
        0.5,
        least(abs(get_normal_probability.z), 1e150) ^ 2 / 2,
        get_normal_probability.z < 0
    ) + case when get_normal_probability.z > 0 then 0.5 else 0 end;
end
$$;

comment on function perf.get_normal_probability is
    'The probability that a standard normal variable is at most z. Below 0 it keeps all digits far into the tail, so ask for -z rather than subtract from 1. Error 22023: NaN.';

revoke execute on function perf.get_normal_probability from public;
grant execute on function perf.get_normal_probability
    to authenticated, service_role, perf_admin, perf_analyst;
