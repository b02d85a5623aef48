-- Trained models: how good evaluations found them, what their features look like, whether they drift,
-- and when they were trained. A name has no control characters and no spaces around it.
create table perf_internal.trained_models (
    id uuid primary key default gen_random_uuid(),
    model_type text not null,
    machine_id uuid,
    created_at timestamptz not null default now(),
    unique nulls not distinct (model_type, machine_id),
    constraint trained_model_type_is_1_to_200_characters check (
        model_type ~ '^[^ [:cntrl:]]([^[:cntrl:]]*[^ [:cntrl:]])?$'
        and length(model_type) <= 200
    )
);

comment on table perf_internal.trained_models is
    'A type of model on a machine, in whatever version: a series of rollups. Never deleted.';

create sequence perf_internal.model_performance_metrics_id_seq;

-- The order of the columns leaves no gaps for alignment. No foreign key: recording functions find the
-- series, and a trigger checks that of direct writes.
create table perf.model_performance_metrics (
    series_id uuid not null,
    evaluation_date timestamptz not null default now(),
    transaction_id bigint not null default txid_current(),
    id bigint not null default nextval('perf_internal.model_performance_metrics_id_seq'),
    model_id uuid,
    machine_id uuid,
    r_squared double precision,
    rmse double precision,
    mae double precision,
    mape double precision,
    precision double precision,
    recall double precision,
    f1_score double precision,
    data_completeness double precision,
    sample_count bigint,
    drift_score double precision,
    drift_detected boolean,
    model_type text not null,
    model_version text,
    metrics jsonb,
    drift_details jsonb,
    created_at timestamptz not null default now(),
    primary key (id, evaluation_date, series_id),
    -- A retry of an evaluation with its time changes nothing.
    unique nulls not distinct (series_id, evaluation_date, model_id, model_version),
    constraint r_squared_is_at_most_1 check (r_squared between -1e15 and 1),
    constraint rmse_is_0_to_1e15 check (rmse between 0 and 1e15),
    constraint mae_is_0_to_1e15 check (mae between 0 and 1e15),
    constraint mape_is_0_to_1e15 check (mape between 0 and 1e15),
    constraint precision_is_0_to_1 check (precision between 0 and 1),
    constraint recall_is_0_to_1 check (recall between 0 and 1),
    constraint f1_score_is_0_to_1 check (f1_score between 0 and 1),
    constraint data_completeness_is_0_to_1 check (data_completeness between 0 and 1),
    constraint sample_count_is_not_negative check (sample_count >= 0),
    constraint drift_score_is_0_to_1 check (drift_score between 0 and 1),
    constraint evaluated_version_is_1_to_200_characters check (
        model_version ~ '^[^ [:cntrl:]]([^[:cntrl:]]*[^ [:cntrl:]])?$'
        and length(model_version) <= 200
    ),
    constraint metrics_are_an_object check (jsonb_typeof(metrics) = 'object'),
    constraint drift_details_are_an_object check (jsonb_typeof(drift_details) = 'object')
) partition by range (evaluation_date);

comment on table perf.model_performance_metrics is
    'One evaluation of a trained model. Written only by functions; kept for ever.';
comment on column perf.model_performance_metrics.series_id is
    'Model type and machine: the series of its rollups.';
comment on column perf.model_performance_metrics.evaluation_date is 'When it was evaluated.';
comment on column perf.model_performance_metrics.transaction_id is
    'Id of the transaction that recorded it; 0 if it was rolled up before a restore.';
comment on column perf.model_performance_metrics.id is 'Key, together with evaluation_date.';
comment on column perf.model_performance_metrics.model_id is
    'Key of the model at its owner; null for none.';
comment on column perf.model_performance_metrics.machine_id is
    'The machine that the model is for; null for none.';
comment on column perf.model_performance_metrics.r_squared is
    'Coefficient of determination, at most 1; below 0 it is worse than the mean.';
comment on column perf.model_performance_metrics.rmse is
    'Root of the mean squared error, in the unit of what is predicted.';
comment on column perf.model_performance_metrics.mae is
    'Mean absolute error, in the unit of what is predicted.';
comment on column perf.model_performance_metrics.mape is
    'Mean absolute percentage error, in percent.';
comment on column perf.model_performance_metrics.precision is
    'True positives over all that were predicted to be positive, 0 to 1.';
comment on column perf.model_performance_metrics.recall is
    'True positives over all that are positive, 0 to 1.';
comment on column perf.model_performance_metrics.f1_score is
    'Harmonic mean of precision and recall, 0 to 1.';
comment on column perf.model_performance_metrics.data_completeness is
    'Share of the data that was there, 0 to 1.';
comment on column perf.model_performance_metrics.sample_count is 'How many cases it was evaluated on.';
comment on column perf.model_performance_metrics.drift_score is
    'Of the last drift check of this evaluation, 0 to 1; null before one.';
comment on column perf.model_performance_metrics.drift_detected is
    'Whether the last drift check of this evaluation found drift; null before one.';
comment on column perf.model_performance_metrics.model_type is 'What kind of model it is.';
comment on column perf.model_performance_metrics.model_version is
    'Version of the model; null if unknown.';
comment on column perf.model_performance_metrics.metrics is
    'Further metrics by name, for example {"auc": 0.91}; null for none.';
comment on column perf.model_performance_metrics.drift_details is
    'What the last drift check of this evaluation found; see perf.check_model_drift().';
comment on column perf.model_performance_metrics.created_at is 'When the row was written.';

-- Finds rows that no run has read.
create index model_performance_metrics_transaction_id_idx
    on perf.model_performance_metrics using brin (transaction_id) with (pages_per_range = 64);

create table perf_internal.model_performance_metrics_default
    partition of perf.model_performance_metrics default;

comment on table perf_internal.model_performance_metrics_default is
    'Evaluations outside every monthly partition, until ensure_partitions() moves them.';

create type perf_internal.value_summary as (
    value_count bigint,
    value_sum double precision,
    m2 double precision,
    minimum double precision,
    maximum double precision,
    sketch numeric
);

comment on type perf_internal.value_summary is
    'What is kept of many values: the parts of a rollup. The sketch is null where all values are 0.';

create type perf_internal.feature_batch as (
    model_type text,
    machine_id uuid,
    feature text,
    "values" double precision[],
    categories jsonb,
    observed_at timestamptz,
    batch_id uuid
);

comment on type perf_internal.feature_batch is
    'A call of perf.record_feature_values(): its arguments.';

create type perf_internal.feature_part as (
    position bigint,
    trained_model_id uuid,
    feature text,
    kind text,
    category text,
    value_count bigint,
    value_sum double precision,
    m2 double precision,
    minimum double precision,
    maximum double precision,
    sketch numeric,
    observed_at timestamptz,
    batch_id uuid
);

comment on type perf_internal.feature_part is
    'What is kept of the numbers, of one category or of the missing values of a batch; position counts the batches of a call from 1.';

-- kind number: values. category: how many values are this category. missing: how many are null.
create table perf_internal.feature_series (
    id uuid primary key default gen_random_uuid(),
    trained_model_id uuid not null references perf_internal.trained_models (id),
    feature text not null,
    kind text not null,
    category text,
    created_at timestamptz not null default now(),
    unique nulls not distinct (trained_model_id, feature, kind, category),
    constraint feature_is_1_to_200_characters check (
        feature ~ '^[^ [:cntrl:]]([^[:cntrl:]]*[^ [:cntrl:]])?$'
        and length(feature) <= 200
    ),
    constraint kind_is_known check (kind in ('number', 'category', 'missing')),
    constraint categories_have_a_name check ((kind = 'category') = (category is not null))
);

comment on table perf_internal.feature_series is
    'A feature of a trained model, each of its categories, and its missing values: a series of rollups. Never deleted.';

-- The order of the columns leaves no gaps for alignment. No foreign key: recording functions find the
-- series, and a trigger checks that of direct writes.
create table perf_internal.feature_summaries (
    series_id uuid not null,
    created_at timestamptz not null default now(),
    transaction_id bigint not null default txid_current(),
    id uuid not null default gen_random_uuid(),
    count bigint not null,
    sum double precision not null,
    m2 double precision not null,
    min double precision not null,
    max double precision not null,
    sketch numeric,
    primary key (id, created_at, series_id),
    constraint count_is_positive check (count > 0),
    -- What would stop the runs: no number, and a square that no double precision holds.
    constraint values_are_at_most_1e15 check (min >= -1e15 and min <= max and max <= 1e15),
    constraint sum_is_0_or_1e_117_to_1e31 check (sum = 0 or abs(sum) between 1e-117 and 1e31),
    constraint m2_is_0_to_1e47 check (m2 between 0 and 1e47),
    constraint sketch_is_not_negative check (sketch >= 0 and sketch < '1e121296')
) partition by range (created_at);

comment on table perf_internal.feature_summaries is
    'What is kept of a batch of values of a feature: the parts of a rollup, never the values. Written only by functions; kept 7 days, because rollups keep what drift checks need.';
comment on column perf_internal.feature_summaries.series_id is
    'Model type, machine, feature and category: the series of its rollups.';
comment on column perf_internal.feature_summaries.created_at is 'When the model was given the values.';
comment on column perf_internal.feature_summaries.transaction_id is
    'Id of the transaction that recorded it; 0 if it was rolled up before a restore.';
comment on column perf_internal.feature_summaries.id is 'The batch; key, together with created_at and series_id.';
comment on column perf_internal.feature_summaries.count is 'How many values.';
comment on column perf_internal.feature_summaries.sum is 'Their sum.';
comment on column perf_internal.feature_summaries.m2 is 'Sum of the squared differences from their mean.';
comment on column perf_internal.feature_summaries.min is 'The smallest.';
comment on column perf_internal.feature_summaries.max is 'The largest.';
comment on column perf_internal.feature_summaries.sketch is
    'See perf_internal.make_sketch; null where all values are 0.';

-- Finds rows that no run has read.
create index feature_summaries_transaction_id_idx
    on perf_internal.feature_summaries using brin (transaction_id) with (pages_per_range = 64);

create table perf_internal.feature_summaries_default
    partition of perf_internal.feature_summaries default;

comment on table perf_internal.feature_summaries_default is
    'Batches outside every daily partition, until ensure_partitions() moves them.';

-- A sketch of values of both signs has tens of kilobytes, mostly zeros: see perf_internal.rollups.
do $$
begin
    if exists (
        select 1
        from pg_catalog.pg_settings as s
        where s.name = 'default_toast_compression'
            and 'lz4' = any(s.enumvals)
    ) then
        alter table perf_internal.feature_summaries alter column sketch set compression lz4;
        alter table perf_internal.feature_summaries_default
            alter column sketch set compression lz4;
    end if;
end
$$;

create table perf.drift_references (
    trained_model_id uuid primary key references perf_internal.trained_models (id),
    kind text not null,
    start_time timestamptz,
    end_time timestamptz,
    set_at timestamptz not null default now(),
    set_by text,
    constraint kind_is_known check (kind in ('window', 'profile')),
    constraint windows_have_times check (
        (kind = 'window') = (start_time is not null)
        and (kind = 'window') = (end_time is not null)
    ),
    constraint reference_starts_before_it_ends check (start_time < end_time),
    constraint start_time_is_finite check (isfinite(start_time)),
    constraint end_time_is_finite check (isfinite(end_time))
);

comment on table perf.drift_references is
    'What a trained model is compared with when it is checked for drift.';
comment on column perf.drift_references.trained_model_id is 'The model type on its machine.';
comment on column perf.drift_references.kind is
    'window: the features of a time range; profile: perf_internal.feature_profiles.';
comment on column perf.drift_references.start_time is
    'Start of the range of features, evaluations, calls and jobs; null for a profile.';
comment on column perf.drift_references.end_time is 'End of the range, excluded.';
comment on column perf.drift_references.set_at is 'When it was set.';
comment on column perf.drift_references.set_by is 'Who set it.';

create table perf_internal.feature_profiles (
    id bigint generated always as identity primary key,
    trained_model_id uuid not null references perf_internal.trained_models (id),
    feature text not null,
    kind text not null,
    category text,
    count bigint not null,
    sum double precision not null,
    m2 double precision not null,
    min double precision not null,
    max double precision not null,
    sketch numeric,
    saved_at timestamptz not null default now(),
    unique nulls not distinct (trained_model_id, feature, kind, category),
    constraint feature_is_1_to_200_characters check (
        feature ~ '^[^ [:cntrl:]]([^[:cntrl:]]*[^ [:cntrl:]])?$'
        and length(feature) <= 200
    ),
    constraint kind_is_known check (kind in ('number', 'category', 'missing')),
    constraint categories_have_a_name check ((kind = 'category') = (category is not null)),
    constraint count_is_positive check (count > 0)
);

comment on table perf_internal.feature_profiles is
    'What a feature should look like, for example in the training data: the reference of drift checks where no time range is.';
comment on column perf_internal.feature_profiles.id is 'Key of the row.';
comment on column perf_internal.feature_profiles.trained_model_id is 'The model type on its machine.';
comment on column perf_internal.feature_profiles.feature is 'Name of the feature.';
comment on column perf_internal.feature_profiles.kind is
    'number: values; category: values of one category; missing: null values.';
comment on column perf_internal.feature_profiles.category is 'The category; null unless kind is category.';
comment on column perf_internal.feature_profiles.count is 'How many values.';
comment on column perf_internal.feature_profiles.sum is 'Their sum.';
comment on column perf_internal.feature_profiles.m2 is 'Sum of the squared differences from their mean.';
comment on column perf_internal.feature_profiles.min is 'The smallest.';
comment on column perf_internal.feature_profiles.max is 'The largest.';
comment on column perf_internal.feature_profiles.sketch is
    'See perf_internal.make_sketch; null where all values are 0.';
comment on column perf_internal.feature_profiles.saved_at is 'When it was saved.';

create table perf.model_training_history (
    id uuid primary key default gen_random_uuid(),
    model_type text not null,
    machine_id uuid,
    training_status text not null default 'pending',
    trigger_type text not null,
    trigger_reason text,
    requested_at timestamptz not null default now(),
    requested_by text,
    training_start timestamptz,
    training_end timestamptz,
    training_data_start timestamptz,
    training_data_end timestamptz,
    sample_count bigint,
    model_id uuid,
    model_version text,
    hyperparameters jsonb,
    metrics jsonb,
    improvement_metric text,
    performance_improvement double precision,
    error_message text,
    claimed_by text,
    lease_id uuid,
    lease_expires_at timestamptz,
    attempt_count integer not null default 0,
    max_attempts integer not null default 3,
    constraint training_model_type_is_1_to_200_characters check (
        model_type ~ '^[^ [:cntrl:]]([^[:cntrl:]]*[^ [:cntrl:]])?$'
        and length(model_type) <= 200
    ),
    constraint training_status_is_known check (
        training_status in ('pending', 'running', 'completed', 'failed', 'cancelled')
    ),
    constraint trigger_type_is_known check (
        trigger_type in ('manual', 'scheduled', 'drift', 'degradation')
    ),
    constraint trained_version_is_1_to_200_characters check (
        model_version ~ '^[^ [:cntrl:]]([^[:cntrl:]]*[^ [:cntrl:]])?$'
        and length(model_version) <= 200
    ),
    constraint running_trainings_have_a_lease check (
        (training_status = 'running') = (lease_expires_at is not null)
        and (training_status <> 'running' or lease_id is not null)
    ),
    constraint trainings_with_a_lease_have_a_trainer check (
        (lease_id is null) = (claimed_by is null)
    ),
    constraint finished_trainings_have_an_end check (
        (training_status in ('completed', 'failed', 'cancelled')) = (training_end is not null)
    ),
    constraint completed_trainings_have_a_version check (
        training_status <> 'completed' or model_version is not null
    ),
    constraint training_starts_before_it_ends check (training_start <= training_end),
    constraint training_data_start_before_they_end check (
        training_data_start <= training_data_end
    ),
    constraint sample_count_is_not_negative check (sample_count >= 0),
    constraint attempts_are_at_most_max_attempts check (
        attempt_count between 0 and max_attempts
    ),
    constraint max_attempts_is_1_to_100 check (max_attempts between 1 and 100),
    constraint hyperparameters_are_an_object check (jsonb_typeof(hyperparameters) = 'object'),
    constraint training_metrics_are_an_object check (jsonb_typeof(metrics) = 'object')
);

comment on table perf.model_training_history is
    'One training of a model: asked for, claimed by a trainer, completed, failed or cancelled.';
comment on column perf.model_training_history.id is 'Key of the training.';
comment on column perf.model_training_history.model_type is 'What kind of model is trained.';
comment on column perf.model_training_history.machine_id is
    'The machine that the model is for; null for none.';
comment on column perf.model_training_history.training_status is
    'pending, running, completed, failed or cancelled.';
comment on column perf.model_training_history.trigger_type is
    'Why it was asked for: manual, scheduled, drift or degradation.';
comment on column perf.model_training_history.trigger_reason is 'Why, in words.';
comment on column perf.model_training_history.requested_at is 'When it was asked for.';
comment on column perf.model_training_history.requested_by is 'Who asked for it.';
comment on column perf.model_training_history.training_start is
    'When a trainer claimed it, the last time; null before.';
comment on column perf.model_training_history.training_end is
    'When it completed, failed or was cancelled; null before.';
comment on column perf.model_training_history.training_data_start is
    'Time of the first data it was trained on; null if unknown.';
comment on column perf.model_training_history.training_data_end is
    'Time of the last data it was trained on; null if unknown.';
comment on column perf.model_training_history.sample_count is
    'How many cases it was trained on; null if unknown.';
comment on column perf.model_training_history.model_id is
    'Key of the new model at its owner; null for none.';
comment on column perf.model_training_history.model_version is 'Version of the new model.';
comment on column perf.model_training_history.hyperparameters is 'What it was trained with.';
comment on column perf.model_training_history.metrics is
    'How good the new model is: metrics by name, as perf.record_model_metrics() takes them.';
comment on column perf.model_training_history.improvement_metric is
    'The metric that performance_improvement compares.';
comment on column perf.model_training_history.performance_improvement is
    'How much better improvement_metric is than that of the last completed training of the model that has it, over its absolute value: 0.1 is 10 % better, whether higher or lower is better. Null without one, over 0, and where perf.metrics does not say which is better.';
comment on column perf.model_training_history.error_message is
    'Why it failed, or its last attempt, or why it was cancelled; at most 2000 characters. Null when it completed.';
comment on column perf.model_training_history.claimed_by is
    'The trainer that has it, or had it last; null before.';
comment on column perf.model_training_history.lease_id is
    'Of the last claim. What the trainer shows to prove that it still has it; null before.';
comment on column perf.model_training_history.lease_expires_at is
    'When another trainer may claim it, unless perf.heartbeat_training() comes before; null unless it is running.';
comment on column perf.model_training_history.attempt_count is 'How often it was claimed.';
comment on column perf.model_training_history.max_attempts is
    'How often it may be claimed until it counts as failed.';

-- A model has one training at a time that is not over.
create unique index model_training_history_model_type_machine_id_idx
    on perf.model_training_history (model_type, machine_id)
    nulls not distinct
    where training_status in ('pending', 'running');

-- The trainings of a model, the last first.
create index model_training_history_model_type_machine_id_requested_at_idx
    on perf.model_training_history (model_type, machine_id, requested_at desc);

-- What a trainer may claim: pending trainings, the oldest first, and those whose lease is over.
create index model_training_history_training_status_requested_at_idx
    on perf.model_training_history (requested_at)
    where training_status in ('pending', 'running');

create table perf.model_drift_checks (
    id bigint generated always as identity primary key,
    trained_model_id uuid not null references perf_internal.trained_models (id),
    checked_at timestamptz not null default now(),
    start_time timestamptz not null,
    end_time timestamptz not null,
    reference_start timestamptz,
    reference_end timestamptz,
    drift_detected boolean,
    drift_score double precision,
    drift_details jsonb not null,
    training_id uuid references perf.model_training_history (id),
    constraint drift_score_is_0_to_1 check (drift_score between 0 and 1),
    constraint detected_drift_has_a_score check (
        (drift_detected is null) = (drift_score is null)
    ),
    constraint drift_details_are_an_object check (jsonb_typeof(drift_details) = 'object')
);

comment on table perf.model_drift_checks is 'What each check of a trained model for drift found.';
comment on column perf.model_drift_checks.id is 'Key of the check.';
comment on column perf.model_drift_checks.trained_model_id is 'The model type on its machine.';
comment on column perf.model_drift_checks.checked_at is 'When it was checked.';
comment on column perf.model_drift_checks.start_time is 'Start of the range that was checked.';
comment on column perf.model_drift_checks.end_time is 'End of the range, excluded.';
comment on column perf.model_drift_checks.reference_start is
    'Start of the range it was compared with; null for a profile.';
comment on column perf.model_drift_checks.reference_end is 'End of that range, excluded.';
comment on column perf.model_drift_checks.drift_detected is 'Whether anything drifted; null if nothing was tested.';
comment on column perf.model_drift_checks.drift_score is
    'The largest effect of what drifted, 0 (nothing) to 1; null if nothing was tested.';
comment on column perf.model_drift_checks.drift_details is
    'Each test with method, statistic, p-value, threshold and counts; see perf.check_model_drift().';
comment on column perf.model_drift_checks.training_id is
    'The training that the check asked for; null for none.';

-- The checks of a model, the last first; for the foreign keys.
create index model_drift_checks_trained_model_id_checked_at_idx
    on perf.model_drift_checks (trained_model_id, checked_at desc);
create index model_drift_checks_training_id_idx
    on perf.model_drift_checks (training_id) where training_id is not null;

create type perf_internal.drift_test as (
    kind text,
    name text,
    method text,
    statistic double precision,
    p_value double precision,
    effect double precision,
    threshold double precision,
    n_reference bigint,
    n_current bigint,
    reference_value double precision,
    current_value double precision,
    counts boolean,
    note text
);

comment on type perf_internal.drift_test is
    'One test of a drift check; see perf.check_model_drift(). counts: whether it is drift if it is significant. Without p_value nothing was tested, and note says why.';
