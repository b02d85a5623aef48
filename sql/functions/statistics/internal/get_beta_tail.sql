-- The continued fraction and the density are those of DiDonato and Morris (BFRAC and BRCOMP in ACM
-- Transactions on Mathematical Software 18 (1992) 360-373), which keep their digits where a and b
-- are large. It converges up to the mean and a little beyond: to (a + 1) / (a + b + 2).
create or replace function perf_internal.get_beta_tail(
    alpha double precision,
    beta double precision,
    value double precision,
    complement double precision,
    out log_density double precision,
    out fraction double precision
)
language plpgsql
immutable
strict
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    a double precision := get_beta_tail.alpha;
    b double precision := get_beta_tail.beta;
    x double precision := get_beta_tail.value;
    y double precision := get_beta_tail.complement;
    -- How far x / (1 - x) is from a / b, relative to each side.
    v_x_off double precision := (x * b - a * y) / a;
    v_y_off double precision := (a * y - x * b) / b;
    v_alpha double precision;
    v_beta double precision;
    v_last double precision := 0;
    v_numerator double precision := 1;
    v_last_denominator double precision := 1;
    v_denominator double precision;
    v_next double precision;
    c double precision := 1 + a * y - b * x;
begin
    -- ln(1 + u) as u ln(w) / (w - 1), with w = 1 + u rounded, keeps the digits of a small u.
    log_density := a * case
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
        - perf_internal.get_stirling_error(b)
        + 0.5 * (ln(a / (a + b)) + ln(b) - ln(2 * pi()));
    -- The numerators are those of n = 1, 2, ..., and all parts are divided by the denominator.
    fraction := (1 + 1 / a) / c;
    -- All further parts are smaller than the last digit, and their squares than double precision.
    if (a + b) * x < 1e-17 then
        return;
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
        exit when abs(v_numerator / v_denominator - fraction) <= 1e-15 * fraction;
        fraction := v_numerator / v_denominator;
        v_last := v_last / v_denominator;
        v_last_denominator := v_last_denominator / v_denominator;
        v_numerator := fraction;
        v_denominator := 1;
    end loop;
end
$$;

comment on function perf_internal.get_beta_tail is
    'The logarithm of the density of ln(value / complement), where value is a beta variable of alpha and beta (both above 0) and complement is 1 - value. fraction times the density is the probability of a smaller value. Only up to (alpha + 1) / (alpha + beta + 2).';

revoke execute on function perf_internal.get_beta_tail from public;
grant execute on function perf_internal.get_beta_tail
    to authenticated, service_role, perf_admin, perf_analyst;
