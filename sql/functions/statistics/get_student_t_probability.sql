-- By the incomplete beta function (Abramowitz and Stegun 26.7.1), from the side of the smaller
-- tail, so that a small probability keeps its digits.
create or replace function perf.get_student_t_probability(
    t double precision,
    degrees_of_freedom double precision
)
returns double precision
language plpgsql
immutable
strict
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    -- Beyond, the distribution is the normal one in all digits.
    v_freedom double precision := least(get_student_t_probability.degrees_of_freedom, 1e15);
    -- The logarithm of t over the root of the degrees of freedom.
    v_scaled double precision;
    v_bounded double precision;
    v_tail double precision;
begin
    -- PostgreSQL sorts NaN above every number.
    if get_student_t_probability.degrees_of_freedom < 0.1
        or get_student_t_probability.degrees_of_freedom = 'NaN'
        or get_student_t_probability.t = 'NaN'
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                't must be a number and degrees_of_freedom one of at least 0.1, got %s and %s',
                get_student_t_probability.t, get_student_t_probability.degrees_of_freedom
            );
    elsif abs(get_student_t_probability.t) = 'Infinity' then
        return case when get_student_t_probability.t > 0 then 1 else 0 end;
    elsif abs(get_student_t_probability.t) < 1e-150 then
        return 0.5;
    end if;
    v_scaled := ln(abs(get_student_t_probability.t)) - 0.5 * ln(v_freedom);
    v_bounded := case
        when v_scaled > 200 then exp(200::float8)
        else greatest(abs(get_student_t_probability.t) / sqrt(v_freedom), 1e-150)
    end;
    v_tail := 0.5 * perf_internal.get_incomplete_beta(
        v_freedom / 2, 0.5, 1 / (1 + v_bounded ^ 2), v_bounded ^ 2 / (1 + v_bounded ^ 2)
    );
    -- So far out, the tail is a power of t.
    if v_scaled > 200 and v_tail > 0 then
        v_tail := case
            when ln(v_tail) - v_freedom * (v_scaled - 200) > -700
            then exp(ln(v_tail) - v_freedom * (v_scaled - 200))
            else 0
        end;
    end if;
    return case when get_student_t_probability.t > 0 then 1 - v_tail else v_tail end;
end
$$;

comment on function perf.get_student_t_probability is
    'The probability that a variable of Student''s t distribution is at most t. degrees_of_freedom need not be whole; Infinity means the normal distribution. Below 0 it keeps all digits far into the tail, so ask for -t rather than subtract from 1. Error 22023.';

revoke execute on function perf.get_student_t_probability from public;
grant execute on function perf.get_student_t_probability
    to authenticated, service_role, perf_admin, perf_analyst;
