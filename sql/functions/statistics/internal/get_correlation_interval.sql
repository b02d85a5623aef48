-- Fisher's transformation makes a correlation nearly normal, with the variance 1 / (n - 3). For
-- ranks Bonett and Wright (Psychometrika 65 (2000) 23-28) found (1 + r^2 / 2) / (n - 3), which holds
-- its confidence for strong correlations too.
create or replace function perf_internal.get_correlation_interval(
    pair_count bigint,
    correlation double precision,
    is_of_ranks boolean default false,
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
    r double precision := get_correlation_interval.correlation;
    z double precision := perf.get_normal_quantile((1 + get_correlation_interval.confidence) / 2);
    v_reach double precision;
begin
    if r = 'NaN' or abs(r) > 1 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('correlation must be between -1 and 1, got %s', r);
    elsif r is null or get_correlation_interval.pair_count is null
        or get_correlation_interval.pair_count < 4
    then
        return;
    elsif abs(r) = 1 then
        low := r;
        high := r;
        return;
    end if;
    v_reach := z * sqrt(
        case when get_correlation_interval.is_of_ranks then 1 + r * r / 2 else 1 end
            / (get_correlation_interval.pair_count - 3)
    );
    low := tanh(atanh(r) - v_reach);
    high := tanh(atanh(r) + v_reach);
end
$$;

comment on function perf_internal.get_correlation_interval is
    'Confidence interval of a correlation of at least 4 independent pairs (Fisher; of ranks by Bonett and Wright); null for fewer. Error 22023.';

revoke execute on function perf_internal.get_correlation_interval from public;
grant execute on function perf_internal.get_correlation_interval
    to authenticated, service_role, perf_admin, perf_analyst;
