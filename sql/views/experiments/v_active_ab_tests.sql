create or replace view perf.v_active_ab_tests
with (security_invoker = true)
as
select
    t.id,
    t.test_name,
    t.model_type,
    t.machine_id,
    t.model_a_id,
    t.model_a_version,
    t.model_b_id,
    t.model_b_version,
    t.test_start,
    now() - t.test_start as age,
    t.traffic_split,
    t.planned_units,
    m.metric as primary_metric,
    m.better,
    m.minimum_effect,
    t.created_by
from perf.model_ab_tests as t
left join perf.ab_test_metrics as m
    on m.test_id = t.id
    and m.role = 'primary'
where t.test_status = 'running';

comment on view perf.v_active_ab_tests is
    'A/B tests that run, with their models and what decides them.';
comment on column perf.v_active_ab_tests.id is 'The test_id that functions take.';
comment on column perf.v_active_ab_tests.test_name is 'Unique.';
comment on column perf.v_active_ab_tests.model_type is 'What kind of model both are.';
comment on column perf.v_active_ab_tests.machine_id is
    'The machine that the models are for; null for all.';
comment on column perf.v_active_ab_tests.model_a_id is
    'Key of model A at its owner; null for none.';
comment on column perf.v_active_ab_tests.model_a_version is 'Version of model A, which is in use.';
comment on column perf.v_active_ab_tests.model_b_id is
    'Key of model B at its owner; null for none.';
comment on column perf.v_active_ab_tests.model_b_version is
    'Version of model B, which may replace it.';
comment on column perf.v_active_ab_tests.test_start is 'Since when units are assigned.';
comment on column perf.v_active_ab_tests.age is 'How long that is; negative before it.';
comment on column perf.v_active_ab_tests.traffic_split is
    'Share of the units that get model B, between 0 and 1.';
comment on column perf.v_active_ab_tests.planned_units is
    'How many units both variants together need; null if not planned.';
comment on column perf.v_active_ab_tests.primary_metric is 'The metric that decides.';
comment on column perf.v_active_ab_tests.better is
    'Whether higher or lower values of it are better.';
comment on column perf.v_active_ab_tests.minimum_effect is
    'The smallest difference of its means that matters, in its unit.';
comment on column perf.v_active_ab_tests.created_by is 'Who started it.';

grant select on perf.v_active_ab_tests
    to authenticated, service_role, perf_admin, perf_analyst;
