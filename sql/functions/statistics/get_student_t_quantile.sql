-- Newton's method on the logarithm of the probability as a function of the logarithm of t. In
-- these terms the tail is almost straight for few degrees of freedom and concave for all, so the
-- method does not run away. Near the middle it is the probability between 0 and t, which keeps
-- the digits of a small t; otherwise that of the tail.
create or replace function perf.get_student_t_quantile(
    p double precision,
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
    v double precision := least(get_student_t_quantile.degrees_of_freedom, 1e15);
    v_tail double precision := least(get_student_t_quantile.p, 1 - get_student_t_quantile.p);
    -- Whether the probability between 0 and t is the smaller one.
    v_is_central boolean := v_tail > 0.25;
    v_wanted double precision;
    v_found double precision;
    v_slope double precision;
    v_scaled double precision;
    v_step double precision;
    -- The density of t at 0 is this over the root of v.
    v_height double precision;
    -- The logarithm of t over the root of v.
    u double precision;
begin
    if get_student_t_quantile.p <= 0 or get_student_t_quantile.p >= 1
        or get_student_t_quantile.degrees_of_freedom < 0.1
        or get_student_t_quantile.degrees_of_freedom = 'NaN'
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'p must be between 0 and 1, both excluded, and degrees_of_freedom at least 0.1,'
                    || ' got %s and %s',
                get_student_t_quantile.p, get_student_t_quantile.degrees_of_freedom
            );
    elsif get_student_t_quantile.p = 0.5 then
        return 0;
    end if;
    v_wanted := case
        when v_is_central then 2 * abs(get_student_t_quantile.p - 0.5) else 2 * v_tail
    end;
    -- The density of t over the root of v at 0 is 1 / B(v / 2, 1 / 2).
    v_height := sqrt(v / 2) / sqrt(pi()) * exp(
        v / 2 * ln((v + 1) / v)
        - 0.5
        + perf_internal.get_stirling_error((v + 1) / 2)
        - perf_internal.get_stirling_error(v / 2)
    );
    u := ln(abs(perf.get_normal_quantile(get_student_t_quantile.p))) - 0.5 * ln(v);
    for iteration in 1 .. 200 loop
        if u > 200 then
            raise exception using
                errcode = 'invalid_parameter_value',
                message = format(
                    'the quantile of p %s with degrees_of_freedom %s is too large',
                    get_student_t_quantile.p, get_student_t_quantile.degrees_of_freedom
                );
        end if;
        v_scaled := exp(u);
        v_found := case
            when v_is_central then perf_internal.get_incomplete_beta(
                0.5, v / 2, v_scaled ^ 2 / (1 + v_scaled ^ 2), 1 / (1 + v_scaled ^ 2)
            )
            else perf_internal.get_incomplete_beta(
                v / 2, 0.5, 1 / (1 + v_scaled ^ 2), v_scaled ^ 2 / (1 + v_scaled ^ 2)
            )
        end;
        if v_found = 0 then
            -- Too far out for double precision.
            u := u - 0.1;
            continue;
        end if;
        -- The slope of ln(v_found) over u.
        v_slope := 2 * v_height * v_scaled * exp(
            -(v + 1) / 2 * case
                when v_scaled < 1e-4 then v_scaled ^ 2 - v_scaled ^ 4 / 2
                else ln(1 + v_scaled ^ 2)
            end
            - ln(v_found)
        );
        v_step := (ln(v_wanted) - ln(v_found)) / v_slope
            * case when v_is_central then 1 else -1 end;
        u := u + greatest(least(v_step, 5), -5);
        exit when abs(v_step) < 1e-14;
    end loop;
    return sign(get_student_t_quantile.p - 0.5) * exp(u) * sqrt(v);
end
$$;

comment on function perf.get_student_t_quantile is
    'The value below which a variable of Student''s t distribution lies with probability p. degrees_of_freedom need not be whole; Infinity means the normal distribution. Error 22023: p not between 0 and 1, degrees_of_freedom below 0.1, or a quantile beyond 1e86 root(degrees_of_freedom).';

revoke execute on function perf.get_student_t_quantile from public;
grant execute on function perf.get_student_t_quantile
    to authenticated, service_role, perf_admin, perf_analyst;
