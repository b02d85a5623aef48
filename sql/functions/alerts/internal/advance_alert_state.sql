-- As Prometheus documents its rules. A pending series has not fired yet, so one evaluation without the
-- condition ends it. keep_firing_for counts from the first evaluation without the condition.
create or replace function perf_internal.advance_alert_state(
    inout state text,
    inout since timestamptz,
    condition boolean,
    for_duration interval,
    keep_firing_for interval,
    as_of timestamptz
)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    v_next text;
begin
    v_next := case
        when advance_alert_state.condition then case
            when advance_alert_state.state in ('firing', 'recovering') then 'firing'
            when advance_alert_state.for_duration = '0'
                or advance_alert_state.state = 'pending'
                and advance_alert_state.as_of - advance_alert_state.since
                    >= advance_alert_state.for_duration
                then 'firing'
            else 'pending'
        end
        when not advance_alert_state.condition then case
            when advance_alert_state.state not in ('firing', 'recovering')
                or advance_alert_state.keep_firing_for = '0'
                or advance_alert_state.state = 'recovering'
                and advance_alert_state.as_of - advance_alert_state.since
                    >= advance_alert_state.keep_firing_for
                then 'ok'
            else 'recovering'
        end
        else advance_alert_state.state
    end;
    if v_next <> advance_alert_state.state then
        advance_alert_state.state := v_next;
        advance_alert_state.since := case when v_next <> 'ok' then advance_alert_state.as_of end;
    end if;
end
$$;

comment on function perf_internal.advance_alert_state is
    'The next state of a series (ok, pending, firing, recovering) and since when it has it, null for ok. condition is whether the value is beyond the threshold at as_of; null, for no data, changes nothing. for_duration and keep_firing_for mean what for and keep_firing_for mean in Prometheus.';

revoke execute on function perf_internal.advance_alert_state from public;
grant execute on function perf_internal.advance_alert_state
    to authenticated, service_role, perf_admin, perf_analyst;
