create or replace function perf_internal.get_alert_labels(
    alert_type text,
    severity text,
    model_type text,
    machine_id uuid,
    labels jsonb
)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_labels jsonb := coalesce(get_alert_labels.labels, '{}') || jsonb_strip_nulls(
        jsonb_build_object(
            'alert_type', get_alert_labels.alert_type,
            'severity', get_alert_labels.severity,
            'model_type', get_alert_labels.model_type,
            'machine_id', get_alert_labels.machine_id
        )
    );
begin
    -- Not jsonb_strip_nulls, because that also takes nulls out of values that are objects.
    if v_labels @? '$.* ? (@ == null)' then
        v_labels := v_labels - array(
            select l.key
            from jsonb_each(v_labels) as l
            where l.value = 'null'
        );
    end if;
    return v_labels;
end
$$;

comment on function perf_internal.get_alert_labels is
    'All labels of an alert, which matchers compare: its labels, and alert_type, severity, model_type and machine_id. A label of the same name gives way. Labels that are null are left out.';

revoke execute on function perf_internal.get_alert_labels from public;
grant execute on function perf_internal.get_alert_labels
    to authenticated, service_role, perf_admin, perf_analyst;
