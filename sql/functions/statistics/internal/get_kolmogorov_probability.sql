-- Which formula is good where, is what Simard and L'Ecuyer found (Journal of Statistical Software
-- 39 (2011) 11); scipy.stats.kstwo follows them too.
-- A small probability is twice that of one side, which is a sum over the sample (Birnbaum and
-- Tingey, Annals of Mathematical Statistics 22 (1951) 592-596). Its terms are smooth and die away at
-- both ends, so beyond 1000 values 127 points of them give the sum in all digits.
-- Others are, up to 30 values, those of Durbin's matrix (Marsaglia, Tsang and Wang, Journal of
-- Statistical Software 8 (2003) 18), of which one row is enough; beyond, the expansion of Pelz and
-- Good (Journal of the Royal Statistical Society B 38 (1976) 152-156). scipy uses the matrix up to 140
-- values, which take up to 20 ms here.
create or replace function perf_internal.get_kolmogorov_probability(
    distance double precision,
    value_count bigint
)
returns double precision
language plpgsql
immutable
strict
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    d double precision := get_kolmogorov_probability.distance;
    n double precision := get_kolmogorov_probability.value_count;
    z double precision := d * sqrt(n);
    v_sum double precision := 0;
    v_exponent double precision;
    v_choices double precision := 0;
    u double precision;
    v_stirling_error double precision := perf_internal.get_stirling_error(n);
    -- Durbin's matrix has 2 k - 1 rows; h is what k has more than d n.
    k integer;
    m integer;
    h double precision;
    v_powers double precision[] := array[1.0::float8];
    v_parts double precision[] := array[1.0::float8];
    v_row double precision[];
    v_next double precision[];
begin
    if d >= 1 then
        return 0;
    elsif d * n <= 0.5 or z < 0.2 then
        return 1;
    elsif d >= 0.5 or z ^ 2 >= 4 or (n > 30 and z ^ 2 >= 2.2) then
        if n <= 1000 then
            for j in 0 .. floor(n * (1 - d))::integer loop
                exit when 1 - d - j / n <= 0;
                v_exponent := v_choices + (j - 1) * ln(d + j / n) + (n - j) * ln(1 - d - j / n);
                if v_exponent > -700 then
                    v_sum := v_sum + exp(v_exponent);
                end if;
                v_choices := v_choices + ln((n - j) / (j + 1));
            end loop;
            return least(2 * d * v_sum, 1);
        end if;
        for i in 1 .. 127 loop
            u := (1 - d) * i / 128;
            -- ln(1 + x) as x ln(w) / (w - 1), w = 1 + x rounded, keeps the digits of a small x.
            v_exponent := n * d * (
                    ln(1 + d / u) / ((1 + d / u) - 1)
                    - ln(1 - d / (1 - u)) / ((1 - d / (1 - u)) - 1)
                )
                - ln(d + u)
                - 0.5 * ln(2 * pi() * n * u * (1 - u))
                + v_stirling_error
                - case
                    when u * n < 100 then perf_internal.get_stirling_error(n * u)
                    else (1 / 12.0::float8 - (1 / 360.0::float8 - 1 / 1260.0::float8 / (n * u) ^ 2)
                        / (n * u) ^ 2) / (n * u)
                end
                - case
                    when (1 - u) * n < 100 then perf_internal.get_stirling_error(n * (1 - u))
                    else (1 / 12.0::float8 - (1 / 360.0::float8
                        - 1 / 1260.0::float8 / (n * (1 - u)) ^ 2) / (n * (1 - u)) ^ 2) / (n * (1 - u))
                end;
            if v_exponent > -700 then
                v_sum := v_sum + exp(v_exponent);
            end if;
        end loop;
        return least(2 * d * v_sum * n * (1 - d) / 128, 1);
    elsif n > 30 then
        for i in 1 .. ceil(16 * z / pi())::integer loop
            v_sum := v_sum + sqrt(2 * pi()) * (
                exp(-least(((2 * i - 1) * pi() / z) ^ 2 / 8, 700)) * (
                    1 / z
                    + ((pi() * (i - 0.5)) ^ 2 - z ^ 2) / (6 * z ^ 4 * sqrt(n))
                    + (
                        6 * z ^ 6 + 2 * z ^ 4
                        + (2 * z ^ 4 - 5 * z ^ 2) * (pi() * (i - 0.5)) ^ 2
                        + (1 - 2 * z ^ 2) * (pi() * (i - 0.5)) ^ 4
                    ) / (72 * z ^ 7 * n)
                    + (
                        -30 * z ^ 6 - 90 * z ^ 8
                        + (135 * z ^ 4 - 96 * z ^ 6) * (pi() * (i - 0.5)) ^ 2
                        + (212 * z ^ 4 - 60 * z ^ 2) * (pi() * (i - 0.5)) ^ 4
                        + (5 - 30 * z ^ 2) * (pi() * (i - 0.5)) ^ 6
                    ) / (6480 * z ^ 10 * n ^ 1.5)
                )
                + exp(-least((pi() * i / z) ^ 2 / 2, 700)) * (pi() * i) ^ 2 * (
                    -1 / (36 * z ^ 3 * n)
                    + (3 * z ^ 2 - (pi() * i) ^ 2) / (216 * z ^ 6 * n ^ 1.5)
                )
            );
        end loop;
        return least(greatest(1 - v_sum, 0), 1);
    end if;
    k := ceil(d * n);
    m := 2 * k - 1;
    h := k - d * n;
    for i in 2 .. m + 1 loop
        -- Element i is h to the power of i - 1; PostgreSQL refuses to round to 0.
        v_powers[i] := case when v_powers[i - 1] > 1e-100 then v_powers[i - 1] * h else 0 end;
        v_parts[i] := v_parts[i - 1] / (i - 1);
    end loop;
    v_row := array_fill(0.0::float8, array[m]);
    v_row[k] := 1;
    for step in 1 .. n::integer loop
        v_next := array_fill(0.0::float8, array[m]);
        for j in 1 .. m loop
            v_sum := -v_row[m] * v_powers[m - j + 2] * v_parts[m - j + 2];
            for i in greatest(j - 1, 1) .. m loop
                v_sum := v_sum + v_row[i] * v_parts[i - j + 2];
            end loop;
            v_next[j] := v_sum;
        end loop;
        v_sum := v_next[1];
        for i in 1 .. m loop
            v_sum := v_sum - v_row[i] * v_powers[i + 1] * v_parts[i + 1];
        end loop;
        if h > 0.5 then
            v_sum := v_sum + v_row[m] * v_parts[m + 1] * exp(greatest(m * ln(2 * h - 1), -600));
        end if;
        v_next[1] := v_sum;
        for j in 1 .. m loop
            v_next[j] := v_next[j] * step / n;
        end loop;
        v_row := v_next;
    end loop;
    return least(greatest(1 - v_row[k], 0), 1);
end
$$;

comment on function perf_internal.get_kolmogorov_probability is
    'The probability that the distribution of value_count independent values has at least this distance from the one that they come from, as scipy.stats.kstwo.sf: within a relative error of 1e-9 for up to 30 values and for small probabilities; above 0.018, of 6e-4 for 31 to 140 values, and of 4e-6 for more (above 0.9).';

revoke execute on function perf_internal.get_kolmogorov_probability from public;
grant execute on function perf_internal.get_kolmogorov_probability
    to authenticated, service_role, perf_admin, perf_analyst;
