-- Student's quantile by the expansion 26.7.5 of Abramowitz and Stegun, good to 0.1 % from 4
-- degrees of freedom.
create or replace function perf.get_mean_interval(
    value_count bigint,
    mean double precision,
    m2 double precision,
    confidence double precision default 0.95,
    out low double precision,
    out high double precision
)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    n double precision := get_mean_interval.value_count;
    v double precision := n - 1;
    z double precision := perf.get_normal_quantile((1 + get_mean_interval.confidence) / 2);
    t double precision;
    v_reach double precision;
begin
    -- PostgreSQL sorts NaN above every number.
    if abs(get_mean_interval.mean) >= 'Infinity'
        or get_mean_interval.m2 < 0 or get_mean_interval.m2 >= 'Infinity'
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'mean must be a number and m2 one of at least 0, got %s and %s',
                get_mean_interval.mean, get_mean_interval.m2
            );
    elsif n is null or n < 5 then
        return;
    end if;
    t := z + (z ^ 3 + z) / (4 * v)
        + (5 * z ^ 5 + 16 * z ^ 3 + 3 * z) / (96 * v ^ 2)
        + (3 * z ^ 7 + 19 * z ^ 5 + 17 * z ^ 3 - 15 * z) / (384 * v ^ 3)
        + (79 * z ^ 9 + 776 * z ^ 7 + 1482 * z ^ 5 - 1920 * z ^ 3 - 945 * z) / (92160 * v ^ 4);
    v_reach := t * sqrt(get_mean_interval.m2) / sqrt(v * n);
    low := get_mean_interval.mean - v_reach;
    high := get_mean_interval.mean + v_reach;
end
$$;

comment on function perf.get_mean_interval is
    'Confidence interval of a mean by Student''s t, of at least 5 independent values; null for fewer. m2 is the sum of their squared differences from the mean. Error 22023.';

revoke execute on function perf.get_mean_interval from public;
grant execute on function perf.get_mean_interval
    to authenticated, service_role, perf_admin, perf_analyst;
