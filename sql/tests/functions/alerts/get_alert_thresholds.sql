begin;
select plan(10);

select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'analyst', 'ben');
select perf.grant_role('c0000000-0000-4000-8000-000000000000', 'recorder', 'cleo');
insert into perf.workflows (name) values ('portrait');
insert into perf.workers (name) values ('gpu-1');

select is_empty('select * from perf.get_alert_thresholds()', 'at first there is none');

select perf.create_alert_threshold(
    'vram_peak_mb', 1, 2, 'worker', (select w.id from perf.workers as w)
);
select perf.create_alert_threshold(
    'vram_peak_mb', 1, 2, 'workflow', (select f.id from perf.workflows as f)
);
select perf.create_alert_threshold('vram_peak_mb', 1, 2, scope_labels => '{"model_type": "sdxl"}');
select perf.create_alert_threshold('vram_peak_mb', 1, 2);
select perf.create_alert_threshold('failure_rate', 0.1, 0.2);
insert into perf_internal.alert_states (
    alert_type, rule_id, labels, warning_state, warning_since, critical_state, critical_since
)
select s.alert_type, t.id, s.labels, s.state, '2020-01-06 10:00+00', 'ok', null
from perf.performance_alert_thresholds as t
cross join (
    values
        ('threshold', '{"n": 1}'::jsonb, 'firing'),
        ('threshold', '{"n": 2}', 'recovering'),
        ('threshold', '{"n": 3}', 'pending'),
        ('anomaly', '{"n": 3}', 'firing'),
        ('slo_burn_rate', '{"n": 1}', 'firing')
) as s (alert_type, labels, state)
where t.metric_name = 'failure_rate';

select results_eq(
    $$ select g.metric_name, g.scope_type, g.scope_name, g.firing_count, g.pending_count
       from perf.get_alert_thresholds() as g $$,
    $$ values
        ('failure_rate', 'global', null::text, 3::bigint, 1::bigint),
        ('vram_peak_mb', 'global', null, 0, 0),
        ('vram_peak_mb', 'labels', null, 0, 0),
        ('vram_peak_mb', 'workflow', 'portrait', 0, 0),
        ('vram_peak_mb', 'worker', 'gpu-1', 0, 0) $$,
    'lists them by metric, the widest scope first, with what fires and what may'
);
select results_eq(
    $$ select to_jsonb(g) - '{scope_name,firing_count,pending_count}'::text[]
       from perf.get_alert_thresholds() as g order by g.id $$,
    $$ select to_jsonb(t) - '{workflow_id,worker_id}'::text[]
       from perf.performance_alert_thresholds as t order by t.id $$,
    'with all that they have'
);
select results_eq(
    $$ select distinct g.metric_name from perf.get_alert_thresholds(' failure_rate ') as g $$,
    $$ values ('failure_rate') $$,
    'of one metric'
);
select is_empty(
    $$ select * from perf.get_alert_thresholds('nope') $$, 'of an unknown metric there is none'
);
select is(
    (select count(*) from perf.get_alert_thresholds(max_rows => 2)), 2::bigint,
    'no more than max_rows'
);
select throws_ok(
    'select perf.get_alert_thresholds(max_rows => 0)', '22023', null, 'which is at least 1'
);
set local role authenticated;
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select is((select count(*) from perf.get_alert_thresholds()), 5::bigint, 'an analyst reads them');
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select throws_ok('select perf.get_alert_thresholds()', '42501', null, 'a recorder does not');
set local role perf_analyst;
select is((select count(*) from perf.get_alert_thresholds()), 5::bigint, 'perf_analyst does');
reset role;

select * from finish();
rollback;
