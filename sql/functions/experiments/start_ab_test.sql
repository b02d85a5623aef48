create or replace function perf.start_ab_test(
    test_name text,
    model_type text,
    model_a_version text,
    model_b_version text,
    metrics jsonb,
    traffic_split double precision default 0.5,
    machine_id uuid default null,
    model_a_id uuid default null,
    model_b_id uuid default null,
    planned_units bigint default null,
    test_start timestamptz default now()
)
returns uuid
language sql
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.start_ab_test(
        start_ab_test.test_name,
        start_ab_test.model_type,
        start_ab_test.model_a_version,
        start_ab_test.model_b_version,
        start_ab_test.metrics,
        start_ab_test.traffic_split,
        start_ab_test.machine_id,
        start_ab_test.model_a_id,
        start_ab_test.model_b_id,
        start_ab_test.planned_units,
        start_ab_test.test_start
    );
$$;

comment on function perf.start_ab_test is
    'Starts an A/B test of model A, which is in use, against model B, and returns its id. metrics is an array of {"metric", "role", "better", "minimum_effect", "source_metric", "above"}. One metric has the role primary, which decides; guardrail metrics must not become worse; others, which is the default, are shown. better is higher or lower. minimum_effect is the smallest difference of the means that matters, in the unit of the metric; primary and guardrail metrics need one. With source_metric and above the metric is the share of outcomes of source_metric above that limit. traffic_split is the share of units that get B. planned_units is for both together, see perf.get_ab_sample_size(). Split, models and metrics stay as they are. Errors: 22023 bad argument, PT409 the name is taken, 42501 not an admin.';

revoke execute on function perf.start_ab_test from public;
grant execute on function perf.start_ab_test to authenticated, service_role, perf_admin;
