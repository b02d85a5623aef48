create or replace function perf_internal.get_threshold_message(
    threshold perf.performance_alert_thresholds,
    unit text,
    labels jsonb,
    value double precision,
    sample_count bigint,
    level integer
)
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    t perf.performance_alert_thresholds := get_threshold_message.threshold;
    v_unit text := case
        when t.baseline is not null then 'deviations'
        when t.statistic = 'count' then null
        when t.statistic = 'rate' and get_threshold_message.unit <> 'share' then 'per second'
        else get_threshold_message.unit
    end;
    v_side text := case
        when t.baseline is not null then 'beyond' when t.direction = 'below' then 'below'
        else 'above'
    end;
    v_metric text := case
        when t.statistic = 'rate' and get_threshold_message.unit = 'share' then t.metric_name
        else t.statistic || ' of ' || t.metric_name
    end;
    v_scope text;
begin
    select string_agg(l.key || ' ' || coalesce(l.value, '(none)'), ', ' order by l.key)
    into v_scope
    from jsonb_each_text(
        get_threshold_message.labels - '{metric,statistic,threshold_id}'::text[]
    ) as l;
    v_metric := v_metric || coalesce(' for ' || v_scope, '');
    if get_threshold_message.value is null then
        return format(
            'There is no data for %s over %s, which counts as critical.',
            v_metric,
            perf_internal.get_duration_text(t.time_window)
        );
    end if;
    return format(
        '%s is %s over %s, %s (%s).',
        v_metric,
        perf_internal.get_value_text(get_threshold_message.value, v_unit)
            || case
                when t.baseline is not null then ' from its past at this hour of the week'
                else ''
            end,
        perf_internal.get_duration_text(t.time_window),
        case
            when get_threshold_message.level > 0 then format(
                '%s the %s threshold of %s',
                v_side,
                case get_threshold_message.level when 1 then 'warning' else 'critical' end,
                perf_internal.get_value_text(
                    case get_threshold_message.level
                        when 1 then t.warning_threshold
                        else t.critical_threshold
                    end,
                    v_unit
                )
            )
            else format(
                'not yet on the good side of the recovery threshold of %s',
                perf_internal.get_value_text(
                    coalesce(t.recovery_threshold, t.warning_threshold), v_unit
                )
            )
        end,
        coalesce(get_threshold_message.sample_count, 0) || case
            when get_threshold_message.sample_count = 1 then ' value'
            else ' values'
        end
    );
end
$$;

comment on function perf_internal.get_threshold_message is
    'What a threshold found, in a sentence. unit is that of the metric; level 2 critical, 1 warning, 0 not recovered yet.';

revoke execute on function perf_internal.get_threshold_message from public;
