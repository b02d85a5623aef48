-- The state machine is that of the evaluation. A step at which no value changed is asked only where
-- for_duration or keep_firing_for is over by then, because nothing else can happen at it: what fires goes
-- on firing while the condition is true, and what is ok stays ok while it is false.
create or replace function perf_internal.replay_alert_states(
    threshold perf.performance_alert_thresholds,
    times timestamptz[],
    sample_values double precision[],
    sample_counts bigint[],
    are_dead boolean[],
    end_time timestamptz,
    step interval
)
returns table (
    severity text,
    fired_at timestamptz,
    resolved_at timestamptz,
    fired_value double precision,
    worst_value double precision,
    is_flap boolean
)
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $$
declare
    v_sample record;
    v_warning record;
    v_critical record;
    v_is_warning boolean;
    v_at timestamptz;
    v_last_resolved_at timestamptz;
    v_is_open boolean := false;
    v_is_steady boolean := true;
    v_last_level integer := 0;
begin
    select 'ok' as state, null::timestamptz as since into v_warning;
    v_critical := v_warning;
    for v_sample in
        select
            s.at,
            s.value,
            s.sample_count,
            lead(s.at, 1, replay_alert_states.end_time) over (order by s.at) as next_at,
            s.is_dead,
            case
                when s.is_dead then 0
                -- Nothing is known of the past of an anomaly.
                when s.is_dead is null then null
                else perf_internal.get_threshold_level(
                    replay_alert_states.threshold, s.value, s.sample_count
                )
            end as level
        from unnest(
            replay_alert_states.times,
            replay_alert_states.sample_values,
            replay_alert_states.sample_counts,
            replay_alert_states.are_dead
        ) as s (at, value, sample_count, is_dead)
        order by s.at
    loop
        continue when v_sample.level is null
            or (v_sample.level = 0 and v_is_steady and not v_is_open);
        v_is_warning := v_sample.level >= 1;
        if v_is_open and not v_is_warning and not v_sample.is_dead then
            v_is_warning := not perf_internal.is_threshold_recovered(
                replay_alert_states.threshold, v_sample.value, v_sample.sample_count
            );
        end if;
        v_at := v_sample.at;
        if v_is_open and v_is_steady and v_is_warning and v_sample.level = v_last_level then
            v_at := null;
        end if;
        v_last_level := v_sample.level;
        while v_at < v_sample.next_at loop
            v_warning := perf_internal.advance_alert_state(
                v_warning.state,
                v_warning.since,
                v_is_warning,
                replay_alert_states.threshold.for_duration,
                replay_alert_states.threshold.keep_firing_for,
                v_at
            );
            v_critical := perf_internal.advance_alert_state(
                v_critical.state,
                v_critical.since,
                v_sample.level = 2,
                replay_alert_states.threshold.for_duration,
                replay_alert_states.threshold.keep_firing_for,
                v_at
            );
            if v_warning.state in ('firing', 'recovering') then
                if not v_is_open then
                    v_is_open := true;
                    severity := 'warning';
                    fired_at := v_at;
                    fired_value := v_sample.value;
                    worst_value := v_sample.value;
                    is_flap := coalesce(v_at - v_last_resolved_at <= interval '30 minutes', false);
                end if;
                if v_critical.state in ('firing', 'recovering') then
                    severity := 'critical';
                end if;
            elsif v_is_open then
                v_is_open := false;
                resolved_at := v_at;
                v_last_resolved_at := v_at;
                is_flap := is_flap or resolved_at - fired_at < interval '5 minutes';
                return next;
                resolved_at := null;
            end if;
            v_is_steady := v_warning.state in ('ok', 'firing')
                and v_critical.state in ('ok', 'firing');
            exit when v_is_steady;
            select min(date_bin(
                replay_alert_states.step,
                d.due + replay_alert_states.step - interval '1 microsecond',
                '2001-01-01 00:00+00'
            ))
            into v_at
            from (
                select s.since + case s.state
                    when 'pending' then replay_alert_states.threshold.for_duration
                    when 'recovering' then replay_alert_states.threshold.keep_firing_for
                end as due
                from (
                    values
                        (v_warning.state, v_warning.since),
                        (v_critical.state, v_critical.since)
                ) as s (state, since)
            ) as d
            where d.due > v_at;
        end loop;
        if v_is_open and v_sample.level >= 1 and v_sample.value is not null then
            worst_value := case replay_alert_states.threshold.direction
                when 'above' then greatest(worst_value, v_sample.value)
                when 'below' then least(worst_value, v_sample.value)
                else case
                    when abs(worst_value) >= abs(v_sample.value) then worst_value
                    else v_sample.value
                end
            end;
        end if;
    end loop;
    if v_is_open then
        return next;
    end if;
end
$$;

comment on function perf_internal.replay_alert_states is
    'The alerts that a threshold would have opened for one series: samples are what perf_internal.read_threshold_history() returned of it, a value stands until the next. All is ok before the first. severity is the worst; resolved_at is null where the alert is open at end_time. is_flap: it was open for less than 5 minutes, or opened at most 30 minutes after the one before it was resolved.';

revoke execute on function perf_internal.replay_alert_states from public;
grant execute on function perf_internal.replay_alert_states
    to authenticated, service_role, perf_admin, perf_analyst;
