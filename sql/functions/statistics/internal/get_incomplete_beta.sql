-- The continued fraction and the factor before it are those of DiDonato and Morris (BFRAC and
-- BRCOMP in ACM Transactions on Mathematical Software 18 (1992) 360-373), which keep their digits
-- where a and b are large; above the mean it is the fraction of the other side. value and
-- complement, which is 1 - value, are both given: neither follows from the other without loss.
create or replace function perf_internal.get_incomplete_beta(
    alpha double precision,
    beta double precision,
    value double precision,
    complement double precision
)
returns double precision
language plpgsql
immutable
strict
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    a double precision := get_incomplete_beta.alpha;
    b double precision := get_incomplete_beta.beta;
    x double precision := get_incomplete_beta.value;
    y double precision := get_incomplete_beta.complement;
    -- How far x / (1 - x) is from a / b, relative to each side.
    v_x_off double precision := (x * b - a * y) / a;
    v_y_off double precision := (a * y - x * b) / b;
    v_exponent double precision;
    v_alpha double precision;
    v_beta double precision;
    v_last double precision := 0;
    v_numerator double precision := 1;
    v_last_denominator double precision := 1;
    v_denominator double precision;
    v_next double precision;
    c double precision := 1 + a * y - b * x;
    f double precision;
begin
    if x <= 0 then
        return 0;
    elsif y <= 0 then
        return 1;
    elsif x > (a + 1) / (a + b + 2) then
        return 1 - perf_internal.get_incomplete_beta(b, a, y, x);
    end if;
    -- ln(1 + u) as u ln(w) / (w - 1), with w = 1 + u rounded, keeps the digits of a small u.
    v_exponent := a * case
            when v_x_off < -0.5 then ln(x) + ln((a + b) / a)
            when 1 + v_x_off = 1 then v_x_off
            else v_x_off * (ln(1 + v_x_off) / ((1 + v_x_off) - 1))
        end
        + b * case
            when v_y_off < -0.5 then ln(y) + ln((a + b) / b)
            when 1 + v_y_off = 1 then v_y_off
            else v_y_off * (ln(1 + v_y_off) / ((1 + v_y_off) - 1))
        end
        + perf_internal.get_stirling_error(a + b)
        - perf_internal.get_stirling_error(a)
        - perf_internal.get_stirling_error(b);
    -- Less than double precision holds, and exp() would be an error.
    if v_exponent < -700 then
        return 0;
    end if;
    -- The numerators are those of n = 1, 2, ..., and all parts are divided by the denominator.
    f := (1 + 1 / a) / c;
    -- All further parts are smaller than the last digit, and their squares than double precision.
    if (a + b) * x < 1e-17 then
        return exp(v_exponent) * sqrt(a / (a + b)) * sqrt(b) / sqrt(2 * pi()) * f;
    end if;
    v_denominator := c / (1 + 1 / a);
    for n in 1 .. 10000 loop
        v_alpha := (1 + (n - 1) / a) * (1 + (n - 1 + b) / a) * n * (b - n) * x * x
            * (a / (a + 2 * n - 1)) ^ 2;
        v_beta := n + n * (b - n) * x / (a + 2 * n - 1)
            + (1 + n / a) / (1 + (1 + 2 * n) / a) * (c + n * (y + 1));
        v_next := v_alpha * v_last + v_beta * v_numerator;
        v_last := v_numerator;
        v_numerator := v_next;
        v_next := v_alpha * v_last_denominator + v_beta * v_denominator;
        v_last_denominator := v_denominator;
        v_denominator := v_next;
        exit when abs(v_numerator / v_denominator - f) <= 1e-15 * f;
        f := v_numerator / v_denominator;
        v_last := v_last / v_denominator;
        v_last_denominator := v_last_denominator / v_denominator;
        v_numerator := f;
        v_denominator := 1;
    end loop;
    return exp(v_exponent) * sqrt(a / (a + b)) * sqrt(b) / sqrt(2 * pi()) * f;
end
$$;

comment on function perf_internal.get_incomplete_beta is
    'The regularised incomplete beta function: the probability that a beta variable of alpha and beta (both above 0) is at most value. complement is 1 - value.';

revoke execute on function perf_internal.get_incomplete_beta from public;
grant execute on function perf_internal.get_incomplete_beta
    to authenticated, service_role, perf_admin, perf_analyst;
