-- Wilson, JASA 22 (1927); method 3 in Newcombe, Statistics in Medicine 17 (1998) 857-872. It stays
-- within 0 and 1, and it has a width for 0 of n, where the textbook interval has none.
create or replace function perf.get_wilson_interval(
    successes bigint,
    trials bigint,
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
    n double precision := get_wilson_interval.trials;
    k double precision := get_wilson_interval.successes;
    z double precision := perf.get_normal_quantile((1 + get_wilson_interval.confidence) / 2);
    v_middle double precision;
    v_reach double precision;
begin
    if k < 0 or k > n then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('successes must be between 0 and trials (%s), got %s', n, k);
    end if;
    if k is null or n is null or n = 0 then
        return;
    end if;
    v_middle := (2 * k + z * z) / (2 * (n + z * z));
    v_reach := z * sqrt(z * z + 4 * k * (1 - k / n)) / (2 * (n + z * z));
    low := case when k = 0 then 0 else v_middle - v_reach end;
    high := case when k = n then 1 else v_middle + v_reach end;
end
$$;

comment on function perf.get_wilson_interval is
    'Confidence interval of a rate (Wilson), from the number of successes and of trials; null for no trials. Error 22023.';

revoke execute on function perf.get_wilson_interval from public;
grant execute on function perf.get_wilson_interval
    to authenticated, service_role, perf_admin, perf_analyst;
