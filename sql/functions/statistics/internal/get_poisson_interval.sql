-- Garwood, Biometrika 28 (1936) 437-442, by quantiles of chi-square: it covers at least as often as
-- it says. From 1e9 on the normal distribution is as good, and the quantile is not known that far.
create or replace function perf_internal.get_poisson_interval(
    event_count bigint,
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
    n double precision := get_poisson_interval.event_count;
    v_tail double precision := (1 - get_poisson_interval.confidence) / 2;
    v_reach double precision;
begin
    perform perf_internal.check_confidence(get_poisson_interval.confidence);
    if n < 0 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('event_count must be at least 0, got %s', n);
    elsif n >= 1e9 then
        v_reach := perf.get_normal_quantile(1 - v_tail) * sqrt(n);
        low := n - v_reach;
        high := n + v_reach;
    elsif n is not null then
        low := case
            when n = 0 then 0
            else perf.get_chi_square_quantile(v_tail, 2 * n) / 2
        end;
        high := perf.get_chi_square_quantile(v_tail, 2 * n + 2, is_upper => true) / 2;
    end if;
end
$$;

comment on function perf_internal.get_poisson_interval is
    'Confidence interval of how many events a time like this one has on average, from those that it had, if each came by itself; null for null. Error 22023: a count below 0, or confidence not between 0 and 1.';

revoke execute on function perf_internal.get_poisson_interval from public;
grant execute on function perf_internal.get_poisson_interval
    to authenticated, service_role, perf_admin, perf_analyst;
