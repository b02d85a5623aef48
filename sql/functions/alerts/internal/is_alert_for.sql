-- plpgsql, because that keeps the plan: it is called for every event and receiver.
create or replace function perf_internal.is_alert_for(
    receiver perf.alert_receivers,
    severity text,
    labels jsonb
)
returns boolean
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_receiver perf.alert_receivers := is_alert_for.receiver;
begin
    return array_position(array['info', 'warning', 'critical'], is_alert_for.severity)
            >= array_position(array['info', 'warning', 'critical'], v_receiver.minimum_severity)
        and (
            v_receiver.matcher = '{}'
            or perf_internal.matches_alert(v_receiver.matcher, is_alert_for.labels)
        );
end
$$;

comment on function perf_internal.is_alert_for is
    'Whether a receiver is told of an alert of this severity with these labels, see perf_internal.get_alert_labels(): it is severe enough, and the matcher matches.';

revoke execute on function perf_internal.is_alert_for from public;
