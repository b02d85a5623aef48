-- The number of values below the percentile is binomial, whatever their distribution. So its
-- limits are the values at two binomial quantiles (Hahn and Meeker, Statistical Intervals, 1991,
-- section 5.2; Conover, Practical Nonparametric Statistics, 1999, section 3.2). Exact where the
-- rarer side expects at most 500 values, by adding up the binomial from that side's end; beyond,
-- by the normal approximation, which is then within a rank or two.
create or replace function perf.get_rank_interval(
    value_count bigint,
    percentile double precision,
    confidence double precision default 0.95,
    out low bigint,
    out high bigint
)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    n bigint := get_rank_interval.value_count;
    p double precision := least(get_rank_interval.percentile, 1 - get_rank_interval.percentile);
    z double precision := perf.get_normal_quantile((1 + get_rank_interval.confidence) / 2);
    v_tail double precision := (1 - get_rank_interval.confidence) / 2;
    v_mass double precision;
    v_below double precision := 0;
    v_low bigint;
    v_high bigint;
begin
    if get_rank_interval.percentile = 'NaN' or get_rank_interval.percentile not between 0 and 1 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'percentile must be between 0 and 1, got %s', get_rank_interval.percentile
            );
    elsif n > 9007199254740992 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('value_count must be at most 2^53, got %s', n);
    elsif n is null or p is null or n < 1 then
        return;
    end if;
    if n * p <= 500 then
        -- v_mass is P(B = k), v_below P(B < k): low is the greatest rank r with P(B < r) within
        -- the tail, high the smallest rank s with P(B < s) beyond 1 - tail.
        -- ln(1 - p) loses the digits of a small p.
        v_mass := exp(
            n * case
                when p < 1e-100 then -p
                when p < 1e-4 then -p - p ^ 2 / 2 - p ^ 3 / 3
                else ln(1 - p)
            end
        );
        -- Of 500 expected, more than 10000 have no probability that a double precision can hold.
        for k in 0 .. least(n + 1, 10000) loop
            if v_below <= v_tail then
                v_low := k;
            end if;
            -- All further ones add nothing that a double precision can hold.
            if v_below >= 1 - v_tail or (k > n * p and v_mass < 1e-30) then
                v_high := k;
                exit;
            end if;
            v_below := v_below + v_mass;
            v_mass := v_mass * (n - k) / (k + 1) * p / (1 - p);
        end loop;
        v_high := coalesce(v_high, n + 1);
    else
        v_low := floor(n * p - z * sqrt(n * p * (1 - p)));
        v_high := ceil(n * p + z * sqrt(n * p * (1 - p))) + 1;
    end if;
    if get_rank_interval.percentile > 0.5 then
        low := nullif(greatest(n + 1 - v_high, 0), 0);
        high := nullif(n + 1 - v_low, n + 1);
    else
        low := nullif(v_low, 0);
        high := case when v_high <= n then v_high end;
    end if;
end
$$;

comment on function perf.get_rank_interval is
    'The ranks (from 1) in a sorted sample of value_count values between which the percentile (0 to 1) of the population lies; a rank is null where the sample is too small for that side. Error 22023.';

revoke execute on function perf.get_rank_interval from public;
grant execute on function perf.get_rank_interval
    to authenticated, service_role, perf_admin, perf_analyst;
