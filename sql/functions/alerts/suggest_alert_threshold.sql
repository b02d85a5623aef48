-- Limits are tried from the worst value inwards, until one gives more alerts than allowed. The other way
-- round would end at a limit that most values are beyond: that is one alert which never ends.
--
-- No value is beyond a share of 1, or below 0 where none is negative. A limit there would never be reached,
-- so none is tried. Where the worst value is the bound, every limit has values beyond it.
--
-- The values of the windows are read once, since they depend on no limit.
create or replace function perf.suggest_alert_threshold(
    metric_name text,
    statistic text default null,
    scope_labels jsonb default '{}',
    group_by text[] default '{}',
    time_window interval default '15 minutes',
    for_duration interval default '0',
    start_time timestamptz default now() - interval '28 days',
    end_time timestamptz default now(),
    alerts_per_week double precision default 1,
    direction text default null,
    minimum_sample bigint default 1,
    step interval default null
)
returns table (
    candidate text,
    warning_threshold double precision,
    critical_threshold double precision,
    warnings_per_week double precision,
    criticals_per_week double precision,
    alert_count bigint,
    critical_count bigint,
    flap_count bigint,
    firing_share double precision,
    longest_duration interval,
    usual_value double precision,
    worst_value double precision,
    window_count bigint,
    group_count bigint,
    used_step interval,
    source text,
    caution text,
    arguments jsonb
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set jit = off
as $$
#variable_conflict use_column
declare
    v_threshold perf.performance_alert_thresholds;
    v_metric perf.metrics;
    v_plan record;
    v_group_count bigint;
    v_series_ids uuid[];
    v_series_groups integer[];
    v_groups integer[];
    v_times timestamptz[];
    v_values double precision[];
    v_counts bigint[];
    v_dead boolean[];
    v_seen record;
    v_is_above boolean;
    v_sign integer;
    v_limit double precision;
    v_bound double precision;
    v_limits double precision[] := array[]::double precision[];
    v_rates double precision[] := array[]::double precision[];
    v_result record;
    v_choice record;
    v_known record;
    v_last_limits double precision[] := array[]::double precision[];
    v_weeks double precision;
    v_cautions text[];
begin
    perform perf_internal.require_role('analyst');
    v_threshold := perf_internal.get_suggested_threshold(
        suggest_alert_threshold.metric_name,
        suggest_alert_threshold.statistic,
        suggest_alert_threshold.scope_labels,
        suggest_alert_threshold.group_by,
        suggest_alert_threshold.time_window,
        suggest_alert_threshold.for_duration,
        suggest_alert_threshold.direction,
        suggest_alert_threshold.minimum_sample
    );
    if (
        suggest_alert_threshold.alerts_per_week >= 0.001
        and suggest_alert_threshold.alerts_per_week <= 10000
    ) is not true then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'alerts_per_week must be 0.001 to 10000, got '
                || coalesce(suggest_alert_threshold.alerts_per_week::text, 'null');
    end if;
    select m.*
    into v_metric
    from perf.metrics as m
    where m.metric = v_threshold.metric_name;
    select
        coalesce(array_agg(s.series_id), '{}'),
        coalesce(array_agg(s.group_number), '{}'),
        count(distinct s.group_number)
    into v_series_ids, v_series_groups, v_group_count
    from (
        select g.series_id, dense_rank() over (order by g.group_labels)::integer as group_number
        from perf_internal.get_series(
            v_metric.pipeline, v_threshold.scope_labels, v_threshold.group_by
        ) as g
    ) as s;
    select p.*
    into v_plan
    from perf_internal.get_backtest_plan(
        v_threshold,
        v_group_count,
        suggest_alert_threshold.start_time,
        suggest_alert_threshold.end_time,
        suggest_alert_threshold.step
    ) as p;
    v_is_above := v_threshold.direction = 'above';
    v_sign := case when v_is_above then 1 else -1 end;
    if v_plan.step_count > 0 then
        select
            array_agg(h.group_number order by h.group_number, h.as_of),
            array_agg(h.as_of order by h.group_number, h.as_of),
            array_agg(h.value order by h.group_number, h.as_of),
            array_agg(h.sample_count order by h.group_number, h.as_of),
            array_agg(h.is_dead order by h.group_number, h.as_of)
        into v_groups, v_times, v_values, v_counts, v_dead
        from perf_internal.read_threshold_history(
            v_threshold,
            v_series_ids,
            v_series_groups,
            v_plan.first_at,
            suggest_alert_threshold.end_time,
            v_plan.step,
            v_plan.is_raw
        ) as h;
    end if;
    select
        count(*) as window_count,
        min(s.at) as first_at,
        percentile_cont(0.5) within group (order by s.value) as usual_value,
        case when v_is_above then max(s.value) else min(s.value) end as worst_value,
        min(s.value) as lowest_value,
        percentile_disc((
            select array_agg(
                case when v_is_above then 1 - 0.5 / 2 ^ (k / 2.0) else 0.5 / 2 ^ (k / 2.0) end
            )
            from generate_series(0, 40) as k
        )) within group (order by s.value) as tails
    into v_seen
    from unnest(v_values, v_counts, v_dead, v_times) as s (value, sample_count, is_dead, at)
    where s.value is not null
        and not s.is_dead
        and (
            s.sample_count >= v_threshold.minimum_sample
            or v_threshold.statistic in ('count', 'sum')
            or v_threshold.statistic = 'rate' and s.sample_count = 0
        );
    if v_seen.window_count = 0 then
        raise exception using
            errcode = 'PT404',
            message = format(
                'there is no window with %s or more values of %s in the range',
                v_threshold.minimum_sample,
                perf_internal.quote_value(v_threshold.metric_name)
            ),
            hint = 'Give a longer range, a longer time_window, or fewer labels.';
    end if;
    v_weeks := extract(
        epoch from suggest_alert_threshold.end_time - suggest_alert_threshold.start_time
    ) / 604800;
    v_bound := case
        when v_is_above and v_metric.kind = 'share' and v_threshold.statistic in ('rate', 'avg') then 1
        when not v_is_above and v_seen.lowest_value >= 0 then 0
        else v_sign * 'infinity'::double precision
    end;
    -- A limit must be beyond every value to be sure of no alert, also after rounding.
    v_threshold.critical_threshold := v_sign * 1.7e308;
    for v_limit in
        select distinct l.value
        from (
            select unnest(v_seen.tails)
            where v_seen.worst_value <> v_seen.usual_value
            union all
            select v_seen.worst_value + v_sign * case
                when v_seen.worst_value <> v_seen.usual_value then 1e-9 * abs(v_seen.worst_value)
                -- Where nothing is known of what is bad, a twentieth or a tenth.
                when v_metric.kind = 'share' then 0.05
                else coalesce(nullif(0.1 * abs(v_seen.usual_value), 0), 1)
            end
        ) as t (value)
        cross join lateral perf_internal.round_limit(
            t.value, v_seen.usual_value, v_is_above
        ) as r (value)
        cross join lateral (
            select case
                when v_sign * r.value < v_sign * v_bound then r.value
                else perf_internal.round_limit(t.value, v_bound, v_is_above)
            end
        ) as l (value)
        where v_sign * l.value < v_sign * v_bound
        order by 1
    loop
        v_limits := case when v_is_above then v_limit || v_limits else v_limits || v_limit end;
    end loop;
    foreach v_limit in array v_limits loop
        v_threshold.warning_threshold := v_limit;
        select c.*
        into v_result
        from perf_internal.count_limit_alerts(
            v_threshold, v_groups, v_times, v_values, v_counts, v_dead,
            suggest_alert_threshold.end_time, v_plan.step
        ) as c;
        exit when v_result.alert_count / v_weeks > suggest_alert_threshold.alerts_per_week
            or extract(epoch from v_result.total_duration)
                > 0.05 * v_group_count * v_weeks * 604800;
        v_rates := v_rates || v_result.alert_count / v_weeks;
    end loop;
    -- Where even the outermost limit is too near, which a value that never varies can make, it is that.
    if v_rates = '{}' and v_sign * v_limits[1] >= v_sign * v_seen.worst_value then
        v_rates := '{0}';
    end if;
    for v_choice in
        select c.name, c.share
        from (values (1, 'quiet', 0.1), (2, 'balanced', 0.5), (3, 'sensitive', 1)) as c (
            number, name, share
        )
        order by c.number
    loop
        select
            v_limits[max(r.number) filter (where r.rate <= v_choice.share * b.budget)] as warning,
            v_limits[max(r.number) filter (where r.rate <= 0.1 * v_choice.share * b.budget)] as critical
        into v_known
        from unnest(v_rates) with ordinality as r (rate, number)
        cross join (values (suggest_alert_threshold.alerts_per_week)) as b (budget);
        continue when v_known.warning is null;
        v_limit := perf_internal.round_limit(
            v_known.warning + 0.25 * coalesce(
                nullif(v_known.warning - v_seen.usual_value, 0),
                v_sign * nullif(abs(v_seen.usual_value), 0),
                v_sign
            ),
            v_seen.usual_value,
            v_is_above
        );
        -- Where no limit that can be reached is rare enough, it is half way to those that cannot.
        v_known.critical := coalesce(v_known.critical, v_bound);
        v_limit := case
            when v_is_above then greatest(v_limit, v_known.critical)
            else least(v_limit, v_known.critical)
        end;
        if v_sign * v_limit >= v_sign * v_bound then
            v_limit := (v_known.warning + v_bound) / 2;
        end if;
        continue when array[v_known.warning, v_limit] = v_last_limits;
        v_last_limits := array[v_known.warning, v_limit];
        v_threshold.warning_threshold := v_known.warning;
        v_threshold.critical_threshold := v_limit;
        select c.*
        into v_result
        from perf_internal.count_limit_alerts(
            v_threshold, v_groups, v_times, v_values, v_counts, v_dead,
            suggest_alert_threshold.end_time, v_plan.step
        ) as c;
        v_cautions := array_remove(
            array[
                case
                    when suggest_alert_threshold.end_time - v_seen.first_at < interval '14 days'
                    then format(
                        'There are only %s days of history, so its weekly ups and downs are unknown.',
                        round(extract(
                            epoch from suggest_alert_threshold.end_time - v_seen.first_at
                        ) / 86400, 1)
                    )
                end,
                case
                    when v_seen.window_count < 1000
                    then format('Only %s windows with other values were seen.', v_seen.window_count)
                end,
                case
                    when v_seen.worst_value = v_seen.usual_value
                    then 'No value was worse than the usual one, so these limits are a guess.'
                end,
                case
                    when v_choice.share * suggest_alert_threshold.alerts_per_week * v_weeks < 1
                    then 'So few alerts are allowed that this history would have had none; how often they come is unknown.'
                end,
                case
                    when v_result.critical_count / v_weeks
                        > 0.1 * v_choice.share * suggest_alert_threshold.alerts_per_week
                    then 'More than a tenth as many become critical: no limit further out can be reached.'
                end,
                case
                    when v_result.flap_count > 0.3 * v_result.alert_count
                    then 'Many of the alerts flap. A for_duration or keep_firing_for would help.'
                end,
                case
                    when not v_plan.is_raw
                    then 'Raw rows of the range are no longer kept, so windows of whole hours were counted.'
                end
            ],
            null
        );
        return query
        select
            v_choice.name,
            v_threshold.warning_threshold,
            v_threshold.critical_threshold,
            v_result.alert_count / v_weeks,
            v_result.critical_count / v_weeks,
            v_result.alert_count,
            v_result.critical_count,
            v_result.flap_count,
            (
                extract(epoch from v_result.total_duration) / (v_group_count * v_weeks * 604800)
            )::double precision,
            v_result.longest_duration,
            v_seen.usual_value,
            v_seen.worst_value,
            v_seen.window_count,
            v_group_count,
            v_plan.step,
            case when v_plan.is_raw then 'raw' else 'hourly' end,
            nullif(array_to_string(v_cautions, ' '), ''),
            jsonb_build_object(
                'metric_name', v_threshold.metric_name,
                'warning_threshold', v_threshold.warning_threshold,
                'critical_threshold', v_threshold.critical_threshold,
                'scope_type', v_threshold.scope_type,
                'scope_labels', v_threshold.scope_labels,
                'group_by', v_threshold.group_by,
                'statistic', v_threshold.statistic,
                'direction', v_threshold.direction,
                'time_window', v_threshold.time_window,
                'minimum_sample', v_threshold.minimum_sample,
                'for_duration', v_threshold.for_duration
            );
    end loop;
    if v_last_limits = '{}' then
        raise exception using
            errcode = 'PT404',
            message = format(
                'there is no limit of %s that values reach so rarely',
                perf_internal.quote_value(v_threshold.metric_name)
            ),
            hint = 'Allow more alerts_per_week, or give a for_duration, a longer time_window, or a range without the worst times.';
    end if;
end
$$;

comment on function perf.suggest_alert_threshold is
    'Limits for a threshold, from what was measured: candidates whose warnings open at most alerts_per_week alerts a week in all groups together (sensitive), half of it (balanced) or a tenth (quiet), and become critical a tenth as often. In all of them an alert is open for at most 5 % of the time, and critical_threshold is at least a quarter further from the usual value (the median of all windows) than warning_threshold, or half way to the limit that no value can be beyond. No limit is one that no value can be beyond, such as a share of 1 or a count of 0. Limits are rounded away from the usual value. The alerts, their number per week, flaps and durations are those of perf.backtest_alert_threshold() with these limits, had no narrower threshold taken a series. firing_share is the share of the time of all groups. window_count is how many windows with other values there were. caution says what to mistrust, null for nothing. arguments are those of perf.create_alert_threshold(). Candidates with the same limits are one, and one that would need a limit that cannot be reached is left out. Errors: 22023 bad argument, or no direction where perf.metrics knows none, and as perf.backtest_alert_threshold(); 42501 not an analyst; PT404 no such metric, no values, or no limit that can be reached with so few alerts.';

revoke execute on function perf.suggest_alert_threshold from public;
grant execute on function perf.suggest_alert_threshold
    to authenticated, service_role, perf_admin, perf_analyst;
