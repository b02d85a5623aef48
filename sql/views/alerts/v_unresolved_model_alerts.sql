-- A name that users have queries for; perf.get_active_alerts() answers with filters.
create or replace view perf.v_unresolved_model_alerts
with (security_invoker = true)
as
select
    a.alert_type,
    a.severity,
    a.model_type,
    a.machine_id,
    a.alert_message,
    a.alert_timestamp,
    a.alert_details,
    a.auto_action_taken,
    a.repeat_count,
    a.last_seen_at,
    a.id,
    a.labels,
    a.acknowledged_at,
    a.acknowledged_by,
    a.acknowledgement_note
from perf.model_alerts as a
where not a.is_resolved;

comment on view perf.v_unresolved_model_alerts is 'Alerts that are open; see perf.model_alerts.';
comment on column perf.v_unresolved_model_alerts.alert_type is
    'What kind of finding it is, for example model_drift.';
comment on column perf.v_unresolved_model_alerts.severity is
    'info, warning or critical, as last seen.';
comment on column perf.v_unresolved_model_alerts.model_type is 'The model type; null for none.';
comment on column perf.v_unresolved_model_alerts.machine_id is 'The machine; null for none.';
comment on column perf.v_unresolved_model_alerts.alert_message is
    'What is wrong, in a sentence, as last seen.';
comment on column perf.v_unresolved_model_alerts.alert_timestamp is 'When it was first seen.';
comment on column perf.v_unresolved_model_alerts.alert_details is 'Facts, as last seen.';
comment on column perf.v_unresolved_model_alerts.auto_action_taken is
    'What was done without a person, for example retraining; null for nothing.';
comment on column perf.v_unresolved_model_alerts.repeat_count is
    'How often it was seen again while it was open.';
comment on column perf.v_unresolved_model_alerts.last_seen_at is 'When it was last seen.';
comment on column perf.v_unresolved_model_alerts.id is 'Key of the alert.';
comment on column perf.v_unresolved_model_alerts.labels is
    'What it is about beside model type and machine.';
comment on column perf.v_unresolved_model_alerts.acknowledged_at is
    'When somebody said that they care for it; null before.';
comment on column perf.v_unresolved_model_alerts.acknowledged_by is 'Who said it.';
comment on column perf.v_unresolved_model_alerts.acknowledgement_note is 'What they said.';

grant select on perf.v_unresolved_model_alerts
    to authenticated, service_role, perf_admin, perf_analyst;
