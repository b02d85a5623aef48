create or replace function perf_internal.is_threshold_recovered(
    threshold perf.performance_alert_thresholds,
    value double precision,
    sample_count bigint
)
returns boolean
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    v_limit double precision := coalesce(
        is_threshold_recovered.threshold.recovery_threshold,
        is_threshold_recovered.threshold.warning_threshold
    );
begin
    return case
        when is_threshold_recovered.value is null
            or is_threshold_recovered.threshold.statistic not in ('count', 'sum')
            -- A rate of no values is 0 in a second.
            and not (is_threshold_recovered.threshold.statistic = 'rate' and coalesce(is_threshold_recovered.sample_count, 0) = 0)
            and coalesce(is_threshold_recovered.sample_count, 0)
                < is_threshold_recovered.threshold.minimum_sample
            then case is_threshold_recovered.threshold.no_data
                when 'resolve' then true
                when 'alert' then false
            end
        when is_threshold_recovered.threshold.direction = 'above'
            then is_threshold_recovered.value <= v_limit
        when is_threshold_recovered.threshold.direction = 'both'
            then abs(is_threshold_recovered.value) <= v_limit
        when is_threshold_recovered.threshold.baseline is null
            then is_threshold_recovered.value >= v_limit
        else -is_threshold_recovered.value <= v_limit
    end;
end
$$;

comment on function perf_internal.is_threshold_recovered is
    'Whether a value is on the good side of the recovery threshold, or without one of the warning threshold. A value that equals it is. Without data null, true or false as no_data of the threshold says keep, resolve or alert.';

revoke execute on function perf_internal.is_threshold_recovered from public;
grant execute on function perf_internal.is_threshold_recovered
    to authenticated, service_role, perf_admin, perf_analyst;
