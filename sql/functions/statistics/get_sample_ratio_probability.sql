-- Pearson's chi-square test with one degree of freedom. Fabijan et al., KDD 2019, 2156-2164, name
-- what breaks the ratio, and why a test that has lost its ratio says nothing.
create or replace function perf.get_sample_ratio_probability(
    units_a bigint,
    units_b bigint,
    share_b double precision default 0.5
)
returns double precision
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    v_total double precision :=
        get_sample_ratio_probability.units_a::float8 + get_sample_ratio_probability.units_b::float8;
begin
    if least(get_sample_ratio_probability.units_a, get_sample_ratio_probability.units_b) < 0 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'units_a and units_b must not be negative, got %s and %s',
                get_sample_ratio_probability.units_a, get_sample_ratio_probability.units_b
            );
    -- PostgreSQL sorts NaN above every number.
    elsif get_sample_ratio_probability.share_b < 1e-9
        or get_sample_ratio_probability.share_b > 1 - 1e-9
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'share_b must be between 0 and 1 (1e-9 to 1 - 1e-9), got %s',
                get_sample_ratio_probability.share_b
            );
    elsif v_total = 0 then
        return null;
    end if;
    return perf.get_chi_square_probability(
        (get_sample_ratio_probability.units_b - v_total * get_sample_ratio_probability.share_b) ^ 2
        / (
            v_total
            * get_sample_ratio_probability.share_b
            * (1 - get_sample_ratio_probability.share_b)
        ),
        1,
        true
    );
end
$$;

comment on function perf.get_sample_ratio_probability is
    'p value of the number of units of A and B, of which share_b were to get B: chi-square test. Below 0.001 the assignment or the recording is broken, and the test says nothing. Null for no units or a null argument. Error 22023.';

revoke execute on function perf.get_sample_ratio_probability from public;
grant execute on function perf.get_sample_ratio_probability
    to authenticated, service_role, perf_admin, perf_analyst;
