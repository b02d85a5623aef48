begin;
select plan(25);

select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin', 'ada');
select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'analyst', 'ben');
select perf.record_job_metrics('portrait', 'gpu-1', time_per_frame_ms => 1);
insert into perf.performance_alert_thresholds (
    metric_name, warning_threshold, critical_threshold, created_at, updated_at
)
values ('time_per_frame_ms', 100, 200, '2020-01-06 10:00+00', '2020-01-06 10:00+00');

create function pg_temp.change(changes jsonb)
returns boolean
language sql as $$
    select perf.update_alert_threshold(max(t.id), change.changes)
    from perf.performance_alert_thresholds as t
$$;

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';

select is(pg_temp.change('{}'), false, 'no change changes nothing');
select is(
    pg_temp.change('{"warning_threshold": 100, "statistic": "avg", "group_by": []}'),
    false,
    'nor do the values that it has'
);
select is(
    (select t.updated_at from perf.performance_alert_thresholds as t),
    '2020-01-06 10:00+00'::timestamptz,
    'the time of the last change stays'
);
select is(
    pg_temp.change('{
        "warning_threshold": 10, "critical_threshold": 20, "recovery_threshold": 9,
        "statistic": "p95", "time_window": "1 hour", "minimum_sample": 5,
        "for_duration": "5 minutes", "keep_firing_for": "10 minutes", "no_data": "alert",
        "group_by": ["worker"], "scope_labels": {"workflow": "portrait"},
        "description": "x", "runbook_url": "https://wiki.example/x", "enabled": false
    }'),
    true,
    'changes what is named'
);
select results_eq(
    $$ select t.metric_name, t.warning_threshold, t.critical_threshold, t.recovery_threshold,
           t.statistic, t.direction, t.time_window, t.minimum_sample, t.for_duration,
           t.keep_firing_for, t.no_data, t.group_by, t.scope_type, t.scope_labels, t.description,
           t.runbook_url, t.enabled, t.created_at, t.updated_at = now()
       from perf.performance_alert_thresholds as t $$,
    $$ values ('time_per_frame_ms', 10::float8, 20::float8, 9::float8, 'p95', 'above',
        interval '1 hour', 5::bigint, interval '5 minutes', interval '10 minutes', 'alert',
        '{worker}'::text[], 'labels', '{"workflow": "portrait"}'::jsonb, 'x',
        'https://wiki.example/x', false, '2020-01-06 10:00+00'::timestamptz, true) $$,
    'and keeps the rest'
);
select is(
    pg_temp.change('{"statistic": null, "recovery_threshold": null, "description": null}'),
    true,
    'null removes'
);
select results_eq(
    $$ select t.statistic, t.recovery_threshold, t.description
       from perf.performance_alert_thresholds as t $$,
    $$ values ('avg', null::float8, null::text) $$,
    'and of a statistic it means that of the metric'
);
select is(
    pg_temp.change('{"metric_name": "quality_rating", "direction": null,
        "warning_threshold": 0.8, "critical_threshold": 0.5}'),
    true,
    'another metric'
);
select is(
    (select t.direction from perf.performance_alert_thresholds as t), 'below',
    'has another direction'
);
select throws_ok(
    format($$ select pg_temp.change(%L) $$, c.changes), '22023', c.message, c.message
)
from (
    values
        ('[]', 'changes must be a JSON object, got "[]"'),
        (null, 'changes must be a JSON object, got null'),
        ('{"id": 5}', 'changes must have columns of a threshold as keys, got "id"'),
        ('{"enabled": "x"}', 'enabled must be true or false, got "x"'),
        ('{"statistic": "p90"}',
            'statistic must be one of avg, min, max, p50, p95, p99, sum, rate, count, got "p90"'),
        ('{"group_by": ["model"]}', 'labels and group_by must name labels, got "model"')
) as c (changes, message);
select throws_ok(
    $$ select pg_temp.change('{"critical_threshold": 0.9}') $$, '23514', null,
    'critical must stay beyond warning'
);
select throws_ok(
    $$ select pg_temp.change('{"warning_threshold": null}') $$, '22023', null,
    'a limit must be there'
);
select throws_ok(
    $$ select pg_temp.change('{"metric_name": "nope"}') $$, 'PT404', 'there is no metric "nope"',
    'a metric must exist'
);
select throws_ok(
    $$ select pg_temp.change('{"scope_type": "worker", "scope_id": 0, "scope_labels": {}}') $$,
    '23503', 'there is no worker 0', 'a scope too'
);
select throws_ok(
    $$ select perf.update_alert_threshold(0, '{}') $$,
    'PT404', 'there is no alert threshold 0', 'so must the threshold'
);
select throws_ok(
    $$ select perf.update_alert_threshold(null, '{}') $$,
    'PT404', 'there is no alert threshold null', 'null is none'
);
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select pg_temp.change('{}') $$, '42501', null, 'an analyst changes nothing'
);
set local role service_role;
select is(pg_temp.change('{"enabled": true}'), true, 'service_role may');
set local role perf_admin;
select is(pg_temp.change('{"enabled": false}'), true, 'perf_admin may');
set local role perf_recorder;
select throws_ok(
    $$ select perf.update_alert_threshold(1, '{}') $$, '42501', null, 'perf_recorder may not'
);
reset role;

select * from finish();
rollback;
