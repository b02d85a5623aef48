-- What is outside its limits now, and what was; the rules that find it; who is told.
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
    labels jsonb not null default '{}',
    acknowledged_at timestamptz,
    acknowledged_by text,
    acknowledgement_note text,
    constraint alert_type_is_1_to_100_characters check (
        alert_type ~ '^[^ [:cntrl:]]([^[:cntrl:]]*[^ [:cntrl:]])?$'
        and length(alert_type) <= 100
    ),
    constraint severity_is_known check (severity in ('info', 'warning', 'critical')),
    constraint resolved_alerts_have_a_time check (is_resolved = (resolved_timestamp is not null)),
    constraint repeat_count_is_not_negative check (repeat_count >= 0),
    constraint alert_details_are_an_object check (jsonb_typeof(alert_details) = 'object'),
    constraint labels_are_an_object check (jsonb_typeof(labels) = 'object')
)
-- Open alerts are updated at every evaluation.
with (fillfactor = 70);

comment on table perf.model_alerts is
    'What was found wrong. There is one open alert of a type for a model type, machine and labels.';
comment on column perf.model_alerts.id is 'Key of the alert.';
comment on column perf.model_alerts.alert_type is
    'What kind of finding it is: threshold, anomaly, slo_burn_rate, budget, model_drift, training_failed, config_guard, verification_failed, schedule_late.';
comment on column perf.model_alerts.severity is 'info, warning or critical, as last seen.';
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
comment on column perf.model_alerts.labels is
    'What it is about beside model type and machine: the labels of the series, the metric, the rule.';
comment on column perf.model_alerts.acknowledged_at is
    'When somebody said that they care for it; null before. Acknowledged alerts are not repeated.';
comment on column perf.model_alerts.acknowledged_by is 'Who said it.';
comment on column perf.model_alerts.acknowledgement_note is 'What they said.';

-- One open alert of a type for a series; a repetition updates it.
create unique index model_alerts_alert_type_model_type_machine_id_labels_idx
    on perf.model_alerts (alert_type, model_type, machine_id, labels)
    nulls not distinct
    where not is_resolved;

-- The history of a model.
create index model_alerts_model_type_machine_id_alert_timestamp_idx
    on perf.model_alerts (model_type, machine_id, alert_timestamp desc);

-- The history of all, and what retention removes.
create index model_alerts_alert_timestamp_idx on perf.model_alerts (alert_timestamp desc);

-- What ended lately.
create index model_alerts_resolved_timestamp_idx on perf.model_alerts (resolved_timestamp)
    where is_resolved;

create table perf.alert_events (
    id bigint generated always as identity primary key,
    alert_id bigint not null references perf.model_alerts (id) on delete cascade,
    event text not null,
    severity text not null,
    happened_at timestamptz not null,
    caller text,
    note text,
    constraint event_is_known check (
        event in ('opened', 'escalated', 'eased', 'acknowledged', 'resolved')
    ),
    constraint severity_is_known check (severity in ('info', 'warning', 'critical'))
);

comment on table perf.alert_events is 'What happened to an alert, one row a change. Triggers write it.';
comment on column perf.alert_events.id is 'Key of the event.';
comment on column perf.alert_events.alert_id is 'The alert.';
comment on column perf.alert_events.event is
    'opened, escalated (more severe), eased (less severe), acknowledged or resolved.';
comment on column perf.alert_events.severity is 'The severity from then on.';
comment on column perf.alert_events.happened_at is 'When it happened.';
comment on column perf.alert_events.caller is 'Who did it; null for an evaluation.';
comment on column perf.alert_events.note is 'What was said: by a person or a check that ended it, else the message of the alert at that time. Null for nothing.';

-- For the foreign key, and for the events of an alert.
create index alert_events_alert_id_idx on perf.alert_events (alert_id, id);

create table perf.performance_alert_thresholds (
    id bigint generated always as identity primary key,
    -- Deferred, because a migration deletes all metrics and adds them again.
    metric_name text not null references perf.metrics (metric) deferrable initially deferred,
    scope_type text not null default 'global',
    scope_id bigint,
    warning_threshold double precision not null,
    critical_threshold double precision not null,
    enabled boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    scope_labels jsonb not null default '{}',
    group_by text[] not null default '{}',
    statistic text not null,
    direction text not null,
    time_window interval not null default '15 minutes',
    minimum_sample bigint not null default 1,
    for_duration interval not null default '0',
    keep_firing_for interval not null default '0',
    recovery_threshold double precision,
    no_data text not null default 'keep',
    baseline text,
    description text,
    runbook_url text,
    created_by text,
    -- Foreign keys of what scope_id means.
    workflow_id bigint references perf.workflows (id)
        generated always as (case when scope_type = 'workflow' then scope_id end) stored,
    worker_id bigint references perf.workers (id)
        generated always as (case when scope_type = 'worker' then scope_id end) stored,
    constraint scope_type_is_known check (
        scope_type in ('global', 'workflow', 'worker', 'labels')
    ),
    constraint scope_id_names_a_workflow_or_worker check (
        (scope_type in ('workflow', 'worker')) = (scope_id is not null)
    ),
    constraint scope_labels_are_of_scope_type_labels check (
        jsonb_typeof(scope_labels) = 'object'
        and (scope_type = 'labels') = (scope_labels <> '{}')
    ),
    constraint statistic_is_known check (
        statistic in ('avg', 'min', 'max', 'p50', 'p95', 'p99', 'sum', 'rate', 'count')
    ),
    constraint direction_is_above_or_below check (
        direction in ('above', 'below') or direction = 'both' and baseline is not null
    ),
    constraint critical_is_further_out_than_warning check (
        case when direction = 'below' and baseline is null
            then critical_threshold < warning_threshold
            else critical_threshold > warning_threshold
        end
    ),
    constraint thresholds_are_finite check (
        abs(warning_threshold) < 'Infinity' and abs(critical_threshold) < 'Infinity'
    ),
    constraint deviations_are_positive check (baseline is null or warning_threshold > 0),
    constraint recovery_threshold_is_within_warning check (
        case when direction = 'below' and baseline is null
            then recovery_threshold >= warning_threshold
            else recovery_threshold <= warning_threshold
        end
    ),
    constraint recovery_threshold_of_both_directions_is_not_negative check (
        direction <> 'both' or recovery_threshold >= 0
    ),
    constraint recovery_threshold_is_finite check (abs(recovery_threshold) < 'Infinity'),
    constraint time_window_is_1_minute_to_90_days check (
        time_window between interval '1 minute' and interval '90 days'
    ),
    constraint minimum_sample_is_positive check (minimum_sample >= 1),
    constraint for_duration_is_0_to_7_days check (
        for_duration between interval '0' and interval '7 days'
    ),
    constraint keep_firing_for_is_0_to_7_days check (
        keep_firing_for between interval '0' and interval '7 days'
    ),
    constraint no_data_is_known check (no_data in ('keep', 'resolve', 'alert')),
    constraint baseline_is_known check (baseline in ('hour_of_week')),
    -- The past is made of hours around the same hour of each week.
    constraint time_window_of_a_baseline_is_up_to_a_day check (
        baseline is null or time_window <= interval '1 day'
    )
);

comment on table perf.performance_alert_thresholds is
    'Limits of a metric. perf.check_alert_thresholds() compares them with what was measured.';
comment on column perf.performance_alert_thresholds.id is 'Key of the threshold.';
comment on column perf.performance_alert_thresholds.metric_name is 'A metric of perf.metrics.';
comment on column perf.performance_alert_thresholds.scope_type is
    'Which series it is for: global (all of the pipeline of the metric), workflow, worker, or labels. A threshold of the same metric whose scope is narrower takes the series that it matches out of a wider one.';
comment on column perf.performance_alert_thresholds.scope_id is
    'The workflow or worker of the scope; else null.';
comment on column perf.performance_alert_thresholds.warning_threshold is
    'A value beyond it is a warning. In the unit of the metric; with a baseline in deviations.';
comment on column perf.performance_alert_thresholds.critical_threshold is
    'A value beyond it is critical. Further out than warning_threshold.';
comment on column perf.performance_alert_thresholds.enabled is 'Whether it is evaluated.';
comment on column perf.performance_alert_thresholds.created_at is 'When it was made.';
comment on column perf.performance_alert_thresholds.updated_at is 'When it was last changed.';
comment on column perf.performance_alert_thresholds.scope_labels is
    'The labels that a series must have, for scope_type labels: {"model": "openai/gpt-4o"}.';
comment on column perf.performance_alert_thresholds.group_by is
    'Names of labels: each combination of their values is evaluated by itself. Empty: all series together.';
comment on column perf.performance_alert_thresholds.statistic is
    'What of the values of the window is compared: avg, min, max, p50, p95, p99, sum, count, or rate (of a share such as error_rate the share, of another metric values per second). By default rate for a share, else avg.';
comment on column perf.performance_alert_thresholds.direction is
    'Which values are bad: above or below the thresholds; with a baseline also both. By default the worse ones by perf.metrics.';
comment on column perf.performance_alert_thresholds.time_window is
    'How much time before the evaluation counts.';
comment on column perf.performance_alert_thresholds.minimum_sample is
    'With fewer values in the window there is no data. For statistic count and sum without effect.';
comment on column perf.performance_alert_thresholds.for_duration is
    'How long a value must be beyond a threshold before the alert opens. As for in Prometheus.';
comment on column perf.performance_alert_thresholds.keep_firing_for is
    'How long the alert stays open after the last value beyond. As keep_firing_for in Prometheus.';
comment on column perf.performance_alert_thresholds.recovery_threshold is
    'An open alert stays open until the value is on the good side of it; null: of warning_threshold.';
comment on column perf.performance_alert_thresholds.no_data is
    'What it means that there is no data: keep (nothing changes), resolve (as a good value) or alert (as a critical value).';
comment on column perf.performance_alert_thresholds.baseline is
    'Null: the value itself is compared. hour_of_week: how many robust standard deviations it is from its own past at this hour of the week.';
comment on column perf.performance_alert_thresholds.description is 'Why it exists; null for nothing.';
comment on column perf.performance_alert_thresholds.runbook_url is
    'Where it says what to do; null for nothing. Notifications show it.';
comment on column perf.performance_alert_thresholds.created_by is 'Who made it.';
comment on column perf.performance_alert_thresholds.workflow_id is 'scope_id of a workflow.';
comment on column perf.performance_alert_thresholds.worker_id is 'scope_id of a worker.';

-- For the foreign keys, and for the thresholds of a metric.
create index performance_alert_thresholds_metric_name_idx
    on perf.performance_alert_thresholds (metric_name);
create index performance_alert_thresholds_workflow_id_idx
    on perf.performance_alert_thresholds (workflow_id) where workflow_id is not null;
create index performance_alert_thresholds_worker_id_idx
    on perf.performance_alert_thresholds (worker_id) where worker_id is not null;

-- What perf_internal.check_new_jobs() asks at every job that is recorded.
create index performance_alert_thresholds_id_idx
    on perf.performance_alert_thresholds (id)
    where enabled
        and for_duration = '0'
        and minimum_sample = 1
        and baseline is null
        and (statistic = 'max' and direction = 'above' or statistic = 'min' and direction = 'below');

create table perf.slo_objectives (
    id bigint generated always as identity primary key,
    objective_name text not null unique,
    -- Deferred, because a migration deletes all metrics and adds them again.
    metric_name text not null references perf.metrics (metric) deferrable initially deferred,
    faster_than double precision,
    target double precision not null,
    time_window interval not null default '30 days',
    scope_labels jsonb not null default '{}',
    group_by text[] not null default '{}',
    minimum_sample bigint not null default 1,
    enabled boolean not null default true,
    description text,
    runbook_url text,
    created_by text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint objective_name_is_1_to_200_characters check (
        objective_name ~ '^[^ [:cntrl:]]([^[:cntrl:]]*[^ [:cntrl:]])?$'
        and length(objective_name) <= 200
    ),
    constraint faster_than_is_positive check (faster_than > 0 and faster_than < 'Infinity'),
    constraint target_is_between_0_and_1 check (target > 0 and target < 1),
    constraint time_window_is_1_to_90_days check (
        time_window between interval '1 day' and interval '90 days'
    ),
    constraint scope_labels_are_an_object check (jsonb_typeof(scope_labels) = 'object'),
    constraint minimum_sample_is_positive check (minimum_sample >= 1)
);

comment on table perf.slo_objectives is
    'Service level objectives: which share of the values of a metric must be good over a time window.';
comment on column perf.slo_objectives.id is 'Key of the objective.';
comment on column perf.slo_objectives.objective_name is 'Unique.';
comment on column perf.slo_objectives.metric_name is
    'With faster_than any metric that has a sketch, for example response_time_ms. Without, a share: success_rate (that share is good) or failure_rate (the rest is good).';
comment on column perf.slo_objectives.faster_than is
    'A value up to it is good. In the unit of the metric; null for a share.';
comment on column perf.slo_objectives.target is 'Share that must be good, for example 0.99.';
comment on column perf.slo_objectives.time_window is 'The time over which it must be good.';
comment on column perf.slo_objectives.scope_labels is
    'The labels that a series must have: {"model": "openai/gpt-4o"}. Empty: all series.';
comment on column perf.slo_objectives.group_by is
    'Names of labels: each combination of their values has an error budget of its own.';
comment on column perf.slo_objectives.minimum_sample is
    'With fewer values in the long window of a pair, the pair does not alert.';
comment on column perf.slo_objectives.enabled is 'Whether it is evaluated.';
comment on column perf.slo_objectives.description is 'Why it exists; null for nothing.';
comment on column perf.slo_objectives.runbook_url is
    'Where it says what to do; null for nothing. Notifications show it.';
comment on column perf.slo_objectives.created_by is 'Who made it.';
comment on column perf.slo_objectives.created_at is 'When it was made.';
comment on column perf.slo_objectives.updated_at is 'When it was last changed.';

create index slo_objectives_metric_name_idx on perf.slo_objectives (metric_name);

create table perf_internal.alert_states (
    alert_type text not null,
    rule_id bigint not null,
    labels jsonb not null,
    warning_state text not null,
    warning_since timestamptz,
    critical_state text not null,
    critical_since timestamptz,
    alert_id bigint references perf.model_alerts (id) on delete cascade,
    primary key (alert_type, rule_id, labels),
    constraint states_are_known check (
        warning_state in ('ok', 'pending', 'firing', 'recovering')
        and critical_state in ('ok', 'pending', 'firing', 'recovering')
    ),
    constraint only_ok_has_no_time check (
        (warning_state = 'ok') = (warning_since is null)
        and (critical_state = 'ok') = (critical_since is null)
    )
)
with (fillfactor = 70);

comment on table perf_internal.alert_states is
    'The series of a rule that are not ok. A series without a row is ok. Warning and critical are two state machines over the same values.';
comment on column perf_internal.alert_states.rule_id is
    'Of perf.performance_alert_thresholds for threshold and anomaly, of perf.slo_objectives for slo_burn_rate, of perf.budgets for budget.';
comment on column perf_internal.alert_states.labels is 'Those of its alert, see perf.model_alerts.';
comment on column perf_internal.alert_states.warning_since is
    'pending: since when it is beyond the threshold; firing: since when it fires; recovering: since when it is not beyond any more.';

-- For the foreign key.
create index alert_states_alert_id_idx on perf_internal.alert_states (alert_id);

create table perf_internal.alert_runs (
    is_only boolean primary key default true,
    last_run_at timestamptz,
    last_run_ms double precision,
    series_count bigint not null default 0,
    problem text,
    failed_since timestamptz,
    busy_locks integer[] not null default '{}',
    constraint there_is_one_row check (is_only)
)
with (fillfactor = 50);

comment on table perf_internal.alert_runs is
    'One row: the last evaluation of thresholds and objectives. An evaluation locks it.';
comment on column perf_internal.alert_runs.problem is
    'Why rules could not be evaluated; null where all were.';

comment on column perf_internal.alert_runs.failed_since is
    'Since when thresholds or objectives fail as a whole; null where they do not.';
comment on column perf_internal.alert_runs.busy_locks is
    'Locks of series that sessions held in the last run.';

insert into perf_internal.alert_runs default values;

-- Rows, because every login could take an advisory lock.
create table perf_internal.alert_locks (
    id integer primary key
)
with (fillfactor = 50);

comment on table perf_internal.alert_locks is
    'A fixed number of locks. Who opens the alert of a series holds the row that perf_internal.get_alert_lock() names.';

insert into perf_internal.alert_locks (id)
select n from generate_series(0, 255) as n;

create table perf.alert_silences (
    id bigint generated always as identity primary key,
    matcher jsonb not null,
    starts_at timestamptz not null default now(),
    ends_at timestamptz not null,
    reason text not null,
    created_by text,
    created_at timestamptz not null default now(),
    ended_by text,
    constraint matcher_is_an_object check (jsonb_typeof(matcher) = 'object' and matcher <> '{}'),
    -- A silence that is ended before it started has no time left.
    constraint ends_at_is_not_before_starts_at check (ends_at >= starts_at),
    constraint reason_is_1_to_1000_characters check (
        btrim(reason) <> '' and length(reason) <= 1000
    )
);

comment on table perf.alert_silences is
    'From when until when nobody is told of alerts that match. The alerts open and resolve all the same.';
comment on column perf.alert_silences.id is 'Key of the silence.';
comment on column perf.alert_silences.matcher is
    'Labels and the values that match: {"alert_type": "threshold", "model": ["a", "b"]}. A value, or an array of which one matches. Beside the labels of an alert: alert_type, severity, model_type, machine_id.';
comment on column perf.alert_silences.starts_at is 'From when it holds.';
comment on column perf.alert_silences.ends_at is 'Until when it holds.';
comment on column perf.alert_silences.reason is 'Why.';
comment on column perf.alert_silences.created_by is 'Who made it.';
comment on column perf.alert_silences.created_at is 'When it was made.';
comment on column perf.alert_silences.ended_by is 'Who ended it early; null for nobody.';

-- For the silences that hold now.
create index alert_silences_ends_at_idx on perf.alert_silences (ends_at);

create table perf.alert_receivers (
    id bigint generated always as identity primary key,
    receiver_name text not null unique,
    kind text not null,
    matcher jsonb not null default '{}',
    minimum_severity text not null default 'warning',
    group_by text[] not null default '{alert_type}',
    group_wait interval not null default '0',
    repeat_interval interval not null default '4 hours',
    send_resolved boolean not null default true,
    timeout interval not null default '10 seconds',
    enabled boolean not null default true,
    created_by text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    address_changed_at timestamptz not null default now(),
    constraint receiver_name_is_1_to_200_characters check (
        receiver_name ~ '^[^ [:cntrl:]]([^[:cntrl:]]*[^ [:cntrl:]])?$'
        and length(receiver_name) <= 200
    ),
    constraint kind_is_known check (kind in ('webhook', 'alertmanager', 'slack', 'email')),
    constraint matcher_is_an_object check (jsonb_typeof(matcher) = 'object'),
    constraint minimum_severity_is_known check (
        minimum_severity in ('info', 'warning', 'critical')
    ),
    constraint group_wait_is_0_to_1_hour check (
        group_wait between interval '0' and interval '1 hour'
    ),
    constraint repeat_interval_is_1_minute_to_30_days check (
        repeat_interval between interval '1 minute' and interval '30 days'
    ),
    constraint timeout_is_1_to_60_seconds check (
        timeout between interval '1 second' and interval '60 seconds'
    )
);

comment on table perf.alert_receivers is
    'Who is told of alerts. Addresses and passwords are elsewhere: no API role can read them.';
comment on column perf.alert_receivers.id is 'Key of the receiver.';
comment on column perf.alert_receivers.receiver_name is 'Unique.';
comment on column perf.alert_receivers.kind is
    'webhook (JSON of ours), alertmanager (JSON of its webhooks), slack (and what takes the same) or email (SMTP).';
comment on column perf.alert_receivers.matcher is
    'Which alerts it is told of, as in perf.alert_silences; {} for all.';
comment on column perf.alert_receivers.minimum_severity is 'It is told of this severity and above.';
comment on column perf.alert_receivers.group_by is
    'Names of labels: alerts with the same values of them go in one message. Empty: all in one.';
comment on column perf.alert_receivers.group_wait is
    'How long a message waits for further alerts of its group.';
comment on column perf.alert_receivers.repeat_interval is
    'After this time it is told again of alerts that are open and not acknowledged.';
comment on column perf.alert_receivers.send_resolved is 'Whether it is told that an alert is over.';
comment on column perf.alert_receivers.timeout is 'How long one attempt may take.';
comment on column perf.alert_receivers.enabled is 'Whether it is told.';
comment on column perf.alert_receivers.created_by is 'Who made it.';
comment on column perf.alert_receivers.created_at is 'When it was made.';
comment on column perf.alert_receivers.updated_at is 'When it was last changed.';
comment on column perf.alert_receivers.address_changed_at is
    'When its address or headers were last changed.';

create table perf_internal.receiver_addresses (
    receiver_id bigint primary key references perf.alert_receivers (id) on delete cascade,
    address text not null,
    headers jsonb not null default '{}',
    constraint headers_are_an_object check (jsonb_typeof(headers) = 'object')
);

comment on table perf_internal.receiver_addresses is
    'Where a receiver is reached. Secret: only pgkit worker reads it, as perf_notifier or as the owner.';
comment on column perf_internal.receiver_addresses.address is
    'An http or https URL; for email smtp://user:password@host:port/?from=...&to=...; or env:PGKIT_RECEIVER_..., a variable of the environment of the worker that holds it.';
comment on column perf_internal.receiver_addresses.headers is
    'Further headers of a webhook, for example {"Authorization": "Bearer ..."}. A value env:PGKIT_RECEIVER_... is a variable of the environment of the worker, whose name begins with that of the address and __.';

create table perf_internal.alert_deliveries (
    id uuid primary key default gen_random_uuid(),
    receiver_id bigint not null references perf.alert_receivers (id) on delete cascade,
    group_labels jsonb not null,
    payload jsonb not null,
    created_at timestamptz not null,
    attempt_count integer not null default 0,
    next_attempt_at timestamptz not null,
    claimed_by text,
    lease_expires_at timestamptz,
    delivered_at timestamptz,
    gave_up_at timestamptz,
    repeat_after timestamptz,
    last_error text,
    constraint a_delivery_has_one_end check (delivered_at is null or gave_up_at is null)
)
with (fillfactor = 70);

comment on table perf_internal.alert_deliveries is
    'Messages to receivers. The id is the idempotency key: every attempt of a message shows the same.';
comment on column perf_internal.alert_deliveries.next_attempt_at is
    'From when a worker may claim it. While one has it, the end of its lease.';
comment on column perf_internal.alert_deliveries.repeat_after is
    'From when its group is told again of alerts that are open and not acknowledged. Null for never: no alert is open, or a later message tells of the group.';

-- One message of a group at a time, so that messages arrive in order.
create unique index alert_deliveries_receiver_id_group_labels_idx
    on perf_internal.alert_deliveries (receiver_id, group_labels)
    where delivered_at is null and gave_up_at is null;
-- For what is due, what is out, and what is to be repeated.
create index alert_deliveries_receiver_id_next_attempt_at_idx
    on perf_internal.alert_deliveries (receiver_id, next_attempt_at)
    where delivered_at is null and gave_up_at is null;
create index alert_deliveries_receiver_id_lease_expires_at_idx
    on perf_internal.alert_deliveries (receiver_id, lease_expires_at)
    where lease_expires_at is not null;
create index alert_deliveries_receiver_id_repeat_after_idx
    on perf_internal.alert_deliveries (receiver_id, repeat_after)
    where repeat_after is not null;
-- For the newest, and for the foreign key.
create index alert_deliveries_receiver_id_created_at_idx
    on perf_internal.alert_deliveries (receiver_id, created_at desc);

-- Written in the transaction of the event, so that none is lost.
create table perf_internal.alert_outbox (
    event_id bigint not null references perf.alert_events (id) on delete cascade,
    receiver_id bigint not null references perf.alert_receivers (id) on delete cascade,
    group_labels jsonb not null,
    deliver_after timestamptz not null,
    delivery_id uuid references perf_internal.alert_deliveries (id) on delete set null,
    dropped_at timestamptz,
    primary key (event_id, receiver_id)
)
with (fillfactor = 70);

comment on table perf_internal.alert_outbox is
    'Which receiver is to be told of which event. delivery_id is the message that tells it.';
comment on column perf_internal.alert_outbox.dropped_at is
    'When it was found that nobody needs to be told: the alert was muted until it was over, it was over before a receiver without send_resolved was told of it, or the receiver was disabled.';

-- For what waits, and for the foreign keys.
create index alert_outbox_receiver_id_group_labels_idx
    on perf_internal.alert_outbox (receiver_id, group_labels)
    where delivery_id is null and dropped_at is null;
create index alert_outbox_receiver_id_idx on perf_internal.alert_outbox (receiver_id);
create index alert_outbox_delivery_id_idx on perf_internal.alert_outbox (delivery_id);

-- Alerts that are over, with their events and messages.
insert into perf.retention (pipeline, level, keep) values ('alerts', 'alert_history', '2 years');
