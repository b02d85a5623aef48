-- A/B tests of two versions of a model: the tests, what they measure, and the outcomes of units. A
-- name has no control characters and no spaces around it.
create table perf.model_ab_tests (
    id uuid primary key default gen_random_uuid(),
    test_name text not null unique,
    model_type text not null,
    machine_id uuid,
    model_a_id uuid,
    model_a_version text not null,
    model_b_id uuid,
    model_b_version text not null,
    test_start timestamptz not null default now(),
    test_end timestamptz,
    test_status text not null default 'running',
    traffic_split double precision not null default 0.5,
    planned_units bigint,
    winner_model text,
    winner_metrics jsonb,
    created_at timestamptz not null default now(),
    created_by text,
    stopped_by text,
    stop_reason text,
    constraint test_name_is_1_to_200_characters check (
        test_name ~ '^[^ [:cntrl:]]([^[:cntrl:]]*[^ [:cntrl:]])?$'
        and length(test_name) <= 200
    ),
    constraint test_model_type_is_1_to_200_characters check (
        model_type ~ '^[^ [:cntrl:]]([^[:cntrl:]]*[^ [:cntrl:]])?$'
        and length(model_type) <= 200
    ),
    constraint model_a_version_is_1_to_200_characters check (
        model_a_version ~ '^[^ [:cntrl:]]([^[:cntrl:]]*[^ [:cntrl:]])?$'
        and length(model_a_version) <= 200
    ),
    constraint model_b_version_is_1_to_200_characters check (
        model_b_version ~ '^[^ [:cntrl:]]([^[:cntrl:]]*[^ [:cntrl:]])?$'
        and length(model_b_version) <= 200
    ),
    constraint variants_differ check (
        (model_a_id, model_a_version) is distinct from (model_b_id, model_b_version)
    ),
    constraint test_status_is_known check (test_status in ('running', 'completed')),
    constraint completed_tests_have_an_end check (
        (test_status = 'completed') = (test_end is not null)
    ),
    constraint test_starts_before_it_ends check (test_start <= test_end),
    constraint test_start_is_finite check (isfinite(test_start)),
    constraint test_end_is_finite check (isfinite(test_end)),
    constraint traffic_split_is_between_0_and_1 check (
        traffic_split > 0 and traffic_split < 1
    ),
    constraint planned_units_are_positive check (planned_units > 0),
    constraint winner_is_a_b_or_none check (winner_model in ('a', 'b', 'none')),
    constraint completed_tests_have_a_winner check (
        (test_status = 'completed') = (winner_model is not null)
        and (test_status = 'completed') = (winner_metrics is not null)
    )
);

comment on table perf.model_ab_tests is
    'An A/B test: model A, which is in use, against model B, which may replace it.';
comment on column perf.model_ab_tests.id is 'Key of the test.';
comment on column perf.model_ab_tests.test_name is 'Unique.';
comment on column perf.model_ab_tests.model_type is 'What kind of model both are.';
comment on column perf.model_ab_tests.machine_id is
    'The machine that the models are for; null for all.';
comment on column perf.model_ab_tests.model_a_id is 'Key of model A at its owner; null for none.';
comment on column perf.model_ab_tests.model_a_version is 'Version of model A.';
comment on column perf.model_ab_tests.model_b_id is 'Key of model B at its owner; null for none.';
comment on column perf.model_ab_tests.model_b_version is 'Version of model B.';
comment on column perf.model_ab_tests.test_start is 'Since when units are assigned.';
comment on column perf.model_ab_tests.test_end is 'When it was stopped; null while it runs.';
comment on column perf.model_ab_tests.test_status is 'running or completed.';
comment on column perf.model_ab_tests.traffic_split is
    'Share of the units that get model B, between 0 and 1.';
comment on column perf.model_ab_tests.planned_units is
    'How many units both variants together need, as perf.get_ab_sample_size() says; null if not planned.';
comment on column perf.model_ab_tests.winner_model is
    'a, b, or none where neither was shown to be better; null while it runs.';
comment on column perf.model_ab_tests.winner_metrics is
    'What perf.get_ab_test_results() gave when the test was stopped; null while it runs.';
comment on column perf.model_ab_tests.created_at is 'When the row was written.';
comment on column perf.model_ab_tests.created_by is 'Who started it.';
comment on column perf.model_ab_tests.stopped_by is 'Who stopped it; null while it runs.';
comment on column perf.model_ab_tests.stop_reason is 'Why it was stopped, in words.';

-- The tests of a model.
create index model_ab_tests_model_type_machine_id_idx
    on perf.model_ab_tests (model_type, machine_id);

create table perf.ab_test_metrics (
    test_id uuid not null references perf.model_ab_tests (id),
    metric text not null,
    role text not null,
    better text not null,
    minimum_effect double precision,
    source_metric text,
    above double precision,
    primary key (test_id, metric),
    constraint ab_metric_is_1_to_100_characters check (
        metric ~ '^[^ [:cntrl:]]([^[:cntrl:]]*[^ [:cntrl:]])?$'
        and length(metric) <= 100
    ),
    constraint role_is_known check (role in ('primary', 'guardrail', 'other')),
    constraint better_is_higher_or_lower check (better in ('higher', 'lower')),
    constraint minimum_effect_is_positive check (
        minimum_effect > 0 and minimum_effect <= 1e15
    ),
    constraint decisive_metrics_have_a_minimum_effect check (
        role = 'other' or minimum_effect is not null
    ),
    constraint shares_have_a_metric_and_a_limit check (
        (source_metric is null) = (above is null)
    ),
    constraint above_is_finite check (above between -1e15 and 1e15)
);

comment on table perf.ab_test_metrics is 'What an A/B test measures of each unit.';
comment on column perf.ab_test_metrics.test_id is 'The test.';
comment on column perf.ab_test_metrics.metric is
    'Name of the metric, as the keys of the outcomes of perf.record_ab_outcome().';
comment on column perf.ab_test_metrics.role is
    'primary: decides the test; guardrail: must not become worse; other: is shown.';
comment on column perf.ab_test_metrics.better is 'Whether higher or lower values are better.';
comment on column perf.ab_test_metrics.minimum_effect is
    'The smallest difference of the means of B and A that matters, in the unit of the metric.';
comment on column perf.ab_test_metrics.source_metric is
    'For the share of outcomes above a limit: the outcome that is compared with it, for example response_time_ms.';
comment on column perf.ab_test_metrics.above is
    'The limit: an outcome of source_metric counts as 1 above it, else as 0.';

-- A test has one primary metric.
create unique index ab_test_metrics_test_id_idx
    on perf.ab_test_metrics (test_id) where role = 'primary';

create table perf_internal.ab_series (
    id uuid primary key default gen_random_uuid(),
    test_id uuid not null,
    variant text not null,
    metric text not null,
    unique (test_id, metric, variant),
    foreign key (test_id, metric) references perf.ab_test_metrics (test_id, metric),
    constraint variant_is_a_or_b check (variant in ('a', 'b'))
);

comment on table perf_internal.ab_series is
    'A metric of a variant of an A/B test: a series of rollups. Never deleted.';

create table perf_internal.ab_units (
    series_id uuid not null,
    unit_key text not null,
    outcome_sum double precision not null,
    outcome_count integer not null,
    has_ids boolean not null,
    primary key (series_id, unit_key)
);

comment on table perf_internal.ab_units is
    'What a unit of a running A/B test has had of a metric: how many outcomes, and their sum.';
comment on column perf_internal.ab_units.has_ids is
    'Whether its first outcome came with an id; without one it has one outcome, until one with an id comes.';

create table perf_internal.ab_outcome_ids (
    series_id uuid not null,
    outcome_id text not null,
    primary key (series_id, outcome_id)
);

comment on table perf_internal.ab_outcome_ids is
    'Outcomes of running A/B tests that came with an id: each counts once.';

create type perf_internal.ab_outcome as (
    test_id uuid,
    unit_key text,
    outcomes jsonb,
    outcome_id text,
    observed_at timestamptz,
    place text
);

comment on type perf_internal.ab_outcome is
    'What record_ab_outcome() takes, and each element of record_ab_outcomes(); and how messages name the element.';

create type perf_internal.ab_value as (
    series_id uuid,
    unit_key text,
    outcome_id text,
    value double precision,
    observed_at timestamptz,
    number integer
);

comment on type perf_internal.ab_value is
    'An outcome of one metric, and the number of the element that it came with.';

create sequence perf_internal.ab_outcomes_id_seq;

-- The order of the columns leaves no gaps for alignment. No foreign key: recording functions find the
-- series, and a trigger checks that of direct writes.
create table perf.ab_outcomes (
    series_id uuid not null,
    created_at timestamptz not null default now(),
    transaction_id bigint not null default txid_current(),
    id bigint not null default nextval('perf_internal.ab_outcomes_id_seq'),
    value double precision not null,
    earlier_sum double precision not null default 0,
    earlier_count integer not null default 0,
    primary key (id, created_at, series_id),
    constraint value_is_0_or_1e_100_to_1e15 check (
        value = 0 or abs(value) between 1e-100 and 1e15
    ),
    constraint earlier_count_is_not_negative check (earlier_count >= 0)
) partition by range (created_at);

comment on table perf.ab_outcomes is
    'One outcome of a unit of an A/B test, of one metric. Written only by functions; kept 7 days, because rollups keep what tests need.';
comment on column perf.ab_outcomes.series_id is
    'Test, variant and metric: the series of its rollups.';
comment on column perf.ab_outcomes.created_at is 'When it came about.';
comment on column perf.ab_outcomes.transaction_id is
    'Id of the transaction that recorded it; 0 if it was rolled up before a restore.';
comment on column perf.ab_outcomes.id is 'Key, together with created_at.';
comment on column perf.ab_outcomes.value is 'The outcome, in the unit of its metric.';
comment on column perf.ab_outcomes.earlier_sum is
    'Sum of the outcomes of this unit that were recorded before.';
comment on column perf.ab_outcomes.earlier_count is
    'How many outcomes of this unit were recorded before.';

-- Finds rows that no run has read.
create index ab_outcomes_transaction_id_idx
    on perf.ab_outcomes using brin (transaction_id) with (pages_per_range = 64);

create table perf_internal.ab_outcomes_default partition of perf.ab_outcomes default;

comment on table perf_internal.ab_outcomes_default is
    'Outcomes outside every daily partition, until ensure_partitions() moves them.';
