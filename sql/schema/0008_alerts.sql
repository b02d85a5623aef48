-- What is wrong now, and what was.
create table perf.model_alerts (
    id bigint generated always as identity primary key,
    alert_type text not null,
    severity text not null,
    model_type text,
    machine_id uuid,
    alert_message text not null,
    alert_timestamp timestamptz not null default now(),
    alert_details jsonb not null default '{}',
    is_resolved boolean not null default false,
    resolved_timestamp timestamptz,
    resolved_by text,
    resolution_note text,
    auto_action_taken text,
    repeat_count bigint not null default 0,
    last_seen_at timestamptz not null default now(),
    constraint alert_type_is_1_to_100_characters check (
        alert_type ~ '^[^ [:cntrl:]]([^[:cntrl:]]*[^ [:cntrl:]])?$'
        and length(alert_type) <= 100
    ),
    constraint severity_is_known check (severity in ('info', 'warning', 'critical')),
    constraint resolved_alerts_have_a_time check (is_resolved = (resolved_timestamp is not null)),
    constraint repeat_count_is_not_negative check (repeat_count >= 0),
    constraint alert_details_are_an_object check (jsonb_typeof(alert_details) = 'object')
);

comment on table perf.model_alerts is
    'What was found wrong with a model. There is one open alert of a type for a model type and machine.';
comment on column perf.model_alerts.id is 'Key of the alert.';
comment on column perf.model_alerts.alert_type is
    'What kind of finding it is, for example model_drift.';
comment on column perf.model_alerts.severity is 'info, warning or critical: the worst while it is open.';
comment on column perf.model_alerts.model_type is 'The model type; null for none.';
comment on column perf.model_alerts.machine_id is 'The machine; null for none.';
comment on column perf.model_alerts.alert_message is 'What is wrong, in a sentence, as last seen.';
comment on column perf.model_alerts.alert_timestamp is 'When it was first seen.';
comment on column perf.model_alerts.alert_details is 'Facts, as last seen.';
comment on column perf.model_alerts.is_resolved is 'Whether it is over.';
comment on column perf.model_alerts.resolved_timestamp is 'When it was over; null before.';
comment on column perf.model_alerts.resolved_by is
    'Who said that it is over; null where a later check found nothing.';
comment on column perf.model_alerts.resolution_note is 'Why it is over, in words.';
comment on column perf.model_alerts.auto_action_taken is
    'What was done without a person, for example retraining; null for nothing.';
comment on column perf.model_alerts.repeat_count is 'How often it was seen again while it was open.';
comment on column perf.model_alerts.last_seen_at is 'When it was last seen.';

-- One open alert of a type for a model; a repetition updates it.
create unique index model_alerts_alert_type_model_type_machine_id_idx
    on perf.model_alerts (alert_type, model_type, machine_id)
    nulls not distinct
    where not is_resolved;

-- The history of a model.
create index model_alerts_model_type_machine_id_alert_timestamp_idx
    on perf.model_alerts (model_type, machine_id, alert_timestamp desc);
