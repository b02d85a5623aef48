-- The next of exchangeable values falls below the k-th smallest of n with a probability of at most
-- k / (n + 1), whatever their distribution (Wilks, Annals of Mathematical Statistics 12 (1941)
-- 91-96; Vovk, Gammerman, Shafer, Algorithmic Learning in a Random World, 2005). So the limits are
-- two ranks, at their outer bounds where the values are only known by their bins.
create or replace function perf_internal.get_prediction_interval(
    sketch numeric,
    value_count bigint,
    confidence double precision default 0.9,
    known_values double precision[] default '{}',
    minimum double precision default null,
    maximum double precision default null,
    out low double precision,
    out high double precision
)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    -- 0.1 / 2 * 20 must not be a little less than 1.
    v_rank bigint := floor(
        (get_prediction_interval.value_count + 1)
            * (1 - get_prediction_interval.confidence) / 2 + 1e-9
    );
begin
    if v_rank >= 1 then
        select b.lows[1], b.highs[2]
        into low, high
        from perf_internal.get_rank_bounds(
            get_prediction_interval.sketch,
            get_prediction_interval.value_count,
            array[v_rank, get_prediction_interval.value_count + 1 - v_rank],
            get_prediction_interval.known_values,
            get_prediction_interval.minimum,
            get_prediction_interval.maximum
        ) as b;
    end if;
end
$$;

comment on function perf_internal.get_prediction_interval is
    'The interval that holds the next value with at least the probability confidence, if it comes from the same distribution, whatever that is; null where there are too few values (for 0.9 fewer than 19). See perf_internal.get_value_ranges.';

revoke execute on function perf_internal.get_prediction_interval from public;
grant execute on function perf_internal.get_prediction_interval
    to authenticated, service_role, perf_admin, perf_analyst;
