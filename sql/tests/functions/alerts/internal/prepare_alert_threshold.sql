begin;
select plan(21);

select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin', 'ada');
select perf.record_job_metrics('portrait', 'gpu-1', time_per_frame_ms => 1);
delete from perf_internal.audit_queue;

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
insert into perf.performance_alert_thresholds (
    metric_name, scope_type, scope_id, warning_threshold, critical_threshold, created_by,
    created_at, updated_at, description, runbook_url
)
values (
    ' failure_rate ', 'global', null, 0.1, 0.2, 'somebody else',
    '2020-01-06 10:00+00', '2020-01-06 10:00+00', ' ', ' '
);
select results_eq(
    $$ select t.metric_name, t.statistic, t.direction, t.created_by, t.created_at, t.updated_at,
           t.description, t.runbook_url
       from perf.performance_alert_thresholds as t $$,
    $$ values ('failure_rate', 'rate', 'above', 'ada', '2020-01-06 10:00+00'::timestamptz,
        '2020-01-06 10:00+00'::timestamptz, null::text, null::text) $$,
    'an insert gets statistic and direction of the metric, and the caller'
);
update perf.performance_alert_thresholds set enabled = true, updated_at = '2020-01-07 10:00+00';
select is(
    (select t.updated_at from perf.performance_alert_thresholds as t),
    '2020-01-06 10:00+00'::timestamptz,
    'an update that changes nothing is none'
);
update perf.performance_alert_thresholds
set enabled = false, created_by = 'x', created_at = '2020-01-01 10:00+00';
select results_eq(
    $$ select t.created_by, t.created_at, t.updated_at = now()
       from perf.performance_alert_thresholds as t $$,
    $$ values ('ada', '2020-01-06 10:00+00'::timestamptz, true) $$,
    'one that changes something notes when, and who made it stays'
);
update perf.performance_alert_thresholds
set statistic = null, direction = null, metric_name = 'quality_rating', warning_threshold = 0.8,
    critical_threshold = 0.5;
select results_eq(
    $$ select t.statistic, t.direction from perf.performance_alert_thresholds as t $$,
    $$ values ('avg', 'below') $$,
    'an update fills in what the new metric has'
);
reset role;
set local request.jwt.claims = '';
select is(
    (select count(*) from perf_internal.audit_queue), 3::bigint,
    'each change is in the audit log, and no other'
);
delete from perf.performance_alert_thresholds;
set constraints perf.performance_alert_thresholds_metric_name_fkey immediate;
truncate perf.performance_alert_thresholds;
select results_eq(
    $$ select q.action, q.caller is not null, q.old_values ->> 'metric_name',
           q.new_values ->> 'metric_name', q.new_values -> 'enabled'
       from perf_internal.audit_queue as q
       where q.table_name = 'performance_alert_thresholds' order by q.id $$,
    $$ values
        ('insert', true, null, 'failure_rate', 'true'::jsonb),
        ('update', true, null, null, 'false'),
        ('update', true, 'failure_rate', 'quality_rating', null),
        ('delete', false, 'quality_rating', null, null),
        ('truncate', false, null, null, null) $$,
    'with what was changed by whom'
);

insert into perf.performance_alert_thresholds (
    metric_name, scope_labels, warning_threshold, critical_threshold
)
values ('vram_peak_mb', '{"worker": "gpu-1"}', 1, 2);
select is(
    (select t.scope_type from perf.performance_alert_thresholds as t), 'labels',
    'labels of an insert make a global scope one of labels'
);
select throws_ok(
    $$ update perf.performance_alert_thresholds set scope_type = 'global' $$, '23514', null,
    'an update of the scope does not hide labels'
);
select throws_ok(
    $$ update perf.performance_alert_thresholds set scope_labels = '{}' $$, '23514', null,
    'and labels that are taken away make no threshold global'
);
select lives_ok(
    $$ update perf.performance_alert_thresholds set scope_type = 'global', scope_labels = '{}' $$,
    'unless both are said'
);
select throws_ok(
    format(
        $$ insert into perf.performance_alert_thresholds
               (metric_name, scope_type, warning_threshold, critical_threshold)
           values ('vram_peak_mb', %L, 1, 2) $$,
        s
    ),
    c, null, 'a scope of type ' || coalesce(s, 'null') || ' is refused without a scope'
)
from (
    values
        ('labels', '23514'), ('workflow', '23503'), ('worker', '23503'), ('x', '22023'),
        (null, '23502')
) as t (s, c);
select throws_ok(
    $$ update perf.performance_alert_thresholds set group_by = '{nope}' $$,
    '22023', 'labels and group_by must name labels, got "nope"',
    'a label that no series has is refused'
);

-- As a migration may do.
update perf.metrics set is_sketched = false where metric = 'frame_count';
insert into perf.performance_alert_thresholds (
    metric_name, statistic, direction, warning_threshold, critical_threshold
)
values ('frame_count', 'max', 'above', 1, 2);
update perf.metrics set is_sketched = true where metric = 'frame_count';
update perf.performance_alert_thresholds set statistic = 'p95' where metric_name = 'frame_count';
update perf.metrics set is_sketched = false where metric = 'frame_count';
select lives_ok(
    $$ update perf.performance_alert_thresholds set enabled = false
       where metric_name = 'frame_count' $$,
    'a threshold can be disabled whatever became of its metric'
);
select throws_ok(
    $$ update perf.performance_alert_thresholds set statistic = 'p99'
       where metric_name = 'frame_count' $$,
    '22023', null, 'but not get what the metric has not'
);

grant insert, update on perf.performance_alert_thresholds to perf_recorder, perf_analyst;
set local role perf_analyst;
select throws_ok(
    $$ insert into perf.performance_alert_thresholds
           (metric_name, warning_threshold, critical_threshold)
       values ('nope', 1, 2) $$,
    '42501', 'this needs the role admin',
    'whatever was granted, a role that is no admin is refused'
);
set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ insert into perf.performance_alert_thresholds
           (metric_name, warning_threshold, critical_threshold)
       values ('nope', 1, 2) $$,
    '42501', 'this needs the role admin',
    'and a stranger learns nothing from the message'
);
reset role;
set local request.jwt.claims = '';
select is(
    (select count(*) from perf.performance_alert_thresholds), 2::bigint, 'two are left'
);

select * from finish();
rollback;
