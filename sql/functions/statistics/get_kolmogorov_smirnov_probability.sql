-- Two samples of the same size: the exact sum over paths that leave the band (Gnedenko and Korolyuk,
-- Doklady Akademii Nauk SSSR 80 (1951) 525-528). Other small samples: the exact share of such paths,
-- step by step (Hodges, Arkiv for Matematik 3 (1958) 469-486). Others: the distribution of one sample
-- of a * b / (a + b) values, as scipy.stats.ks_2samp does where it is not exact.
create or replace function perf.get_kolmogorov_smirnov_probability(
    distance double precision,
    count_a bigint,
    count_b bigint
)
returns double precision
language plpgsql
immutable
strict
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    a bigint := least(
        get_kolmogorov_smirnov_probability.count_a, get_kolmogorov_smirnov_probability.count_b
    );
    b bigint := greatest(
        get_kolmogorov_smirnov_probability.count_a, get_kolmogorov_smirnov_probability.count_b
    );
    n double precision := a;
    -- The distance in steps of its grid.
    v_steps double precision;
    t double precision;
    u double precision;
    v_exponent double precision;
    v_first double precision;
    v_sum double precision := 0;
    v_sign integer := 1;
    v_outside double precision[];
begin
    -- PostgreSQL sorts NaN above every number.
    if (get_kolmogorov_smirnov_probability.distance between 0 and 1 + 1e-9) is not true then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'distance must be between 0 and 1, got %s',
                get_kolmogorov_smirnov_probability.distance
            );
    elsif a < 0 or b > 9007199254740992 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'count_a and count_b must be between 0 and 2^53, got %s and %s',
                get_kolmogorov_smirnov_probability.count_a,
                get_kolmogorov_smirnov_probability.count_b
            );
    elsif a = 0 then
        return null;
    elsif a = b then
        v_steps := round(get_kolmogorov_smirnov_probability.distance * n);
        -- So near, it is 1 in 12 digits.
        if v_steps ^ 2 < 0.08 * n then
            return 1;
        end if;
        for k in 1 .. 100 loop
            t := k * v_steps;
            exit when t > n;
            u := t / n;
            -- The logarithm of (2 n over n + t) / (2 n over n).
            v_exponent := case
                when t = n then
                    0.5 * ln(pi()) + 0.5 * ln(n) - 2 * n * ln(2::float8)
                    + 2 * perf_internal.get_stirling_error(n)
                    - perf_internal.get_stirling_error(2 * n)
                else
                    -n * case
                        when u < 0.1 then u ^ 2 * (
                            1 + u ^ 2 / 6 + u ^ 4 / 15 + u ^ 6 / 28 + u ^ 8 / 45 + u ^ 10 / 66
                            + u ^ 12 / 91 + u ^ 14 / 120
                        )
                        else (1 + u) * ln(1 + u) + (1 - u) * ln(1 - u)
                    end
                    - 0.5 * ln((1 - u) * (1 + u))
                    + 2 * perf_internal.get_stirling_error(n)
                    - perf_internal.get_stirling_error(n + t)
                    - perf_internal.get_stirling_error(n - t)
            end;
            v_first := coalesce(v_first, v_exponent);
            exit when v_exponent < greatest(v_first - 45, -700);
            v_sum := v_sum + v_sign * exp(v_exponent);
            v_sign := -v_sign;
        end loop;
        return least(2 * v_sum, 1);
    elsif a * b::numeric <= 10000 then
        -- Path by path: the share of those that have left the band on the way to i of a and j of b.
        v_steps := round(
            get_kolmogorov_smirnov_probability.distance * lcm(a, b)
        ) * gcd(a, b);
        v_outside := array_fill(0.0::float8, array[a::integer + 1]);
        for j in 0 .. b::integer loop
            for i in 0 .. a::integer loop
                v_outside[i + 1] := case
                    when abs(i * b - j * a) >= v_steps then 1
                    when i + j = 0 then 0
                    when i = 0 then v_outside[1]
                    when j = 0 then v_outside[i]
                    else (i * v_outside[i] + j * v_outside[i + 1]) / (i + j)
                end;
            end loop;
        end loop;
        return v_outside[a + 1];
    end if;
    return perf_internal.get_kolmogorov_probability(
        least(get_kolmogorov_smirnov_probability.distance, 1),
        round(a / (a / b::float8 + 1))::bigint
    );
end
$$;

comment on function perf.get_kolmogorov_smirnov_probability is
    'The probability that the distributions of two samples of one population are at least this far apart (two-sided Kolmogorov-Smirnov test). Exact for samples of the same size, and where count_a * count_b is at most 10000; else that of one sample of count_a * count_b / (count_a + count_b) values, from 31 to 140 of these within a relative error of 6e-4. Ties make it larger than it need be. Null for no values. Error 22023: a distance not between 0 and 1, or a count below 0 or above 2^53.';

revoke execute on function perf.get_kolmogorov_smirnov_probability from public;
grant execute on function perf.get_kolmogorov_smirnov_probability
    to authenticated, service_role, perf_admin, perf_analyst;
