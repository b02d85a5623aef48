create or replace function perf_internal.clear_alert(
    alert_type text,
    model_type text,
    machine_id uuid,
    note text default null,
    as_of timestamptz default now(),
    labels jsonb default '{}'
)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    update perf.model_alerts as a
    set is_resolved = true,
        resolved_timestamp = greatest(clear_alert.as_of, a.last_seen_at),
        resolution_note = clear_alert.note
    where a.alert_type = clear_alert.alert_type
        and a.model_type is not distinct from clear_alert.model_type
        and a.machine_id is not distinct from clear_alert.machine_id
        and a.labels = clear_alert.labels
        and not a.is_resolved;
    return found;
end
$$;

comment on function perf_internal.clear_alert is
    'Resolves the open alert of this type for this model type, machine and labels, by nobody; false if there is none.';

revoke execute on function perf_internal.clear_alert from public;
