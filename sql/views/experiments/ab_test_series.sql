create or replace view perf_internal.ab_test_series
with (security_invoker = true)
as
select
    s.id as series_id,
    jsonb_build_object(
        'test', t.test_name,
        'variant', s.variant,
        'metric', s.metric,
        'model_type', t.model_type,
        'machine_id', t.machine_id
    ) as labels
from perf_internal.ab_series as s
join perf.model_ab_tests as t on t.id = s.test_id;

comment on view perf_internal.ab_test_series is
    'The labels of each series of outcomes: test, variant, metric, model_type, machine_id.';

grant select on perf_internal.ab_test_series
    to authenticated, service_role, perf_admin, perf_analyst;
