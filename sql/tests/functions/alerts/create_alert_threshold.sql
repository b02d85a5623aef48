begin;
select plan(26);

select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin', 'ada');
select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'analyst', 'ben');
select perf.grant_role('c0000000-0000-4000-8000-000000000000', 'recorder', 'cleo');
insert into perf.workflows (name) values ('portrait');

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
create temporary table made as select perf.create_alert_threshold('time_per_frame_ms', 100, 200) as id;
select results_eq(
    'select m.id from made as m',
    'select t.id from perf.performance_alert_thresholds as t',
    'returns the id of a new threshold'
);
insert into perf.performance_alert_thresholds (
    metric_name, scope_type, scope_id, warning_threshold, critical_threshold
)
values ('time_per_frame_ms', 'global', null, 100, 200);
select is(
    (select count(distinct to_jsonb(t) - 'id') from perf.performance_alert_thresholds as t),
    1::bigint,
    'which is what an insert of the columns of the seed makes'
);
select results_eq(
    $$ select distinct t.scope_type, t.statistic, t.direction, t.enabled, t.time_window,
           t.minimum_sample, t.for_duration, t.keep_firing_for, t.no_data, t.created_by
       from perf.performance_alert_thresholds as t $$,
    $$ values ('global', 'avg', 'above', true, interval '15 minutes', 1::bigint, interval '0',
        interval '0', 'keep', 'ada') $$,
    'with the mean of 15 minutes, what is worse by the metric, and who made it'
);
select perf.create_alert_threshold(
    'time_per_frame_ms', 10, 20, 'workflow', (select f.id from perf.workflows as f), '{}',
    '{worker}', 'p95', 'above', '1 hour', 5, '5 minutes', '10 minutes', 8, 'alert', 'hour_of_week',
    ' Slow frames. ', ' https://wiki.example/frames ', false
);
select results_eq(
    $$ select t.scope_type, f.name, t.group_by, t.statistic, t.direction, t.time_window,
           t.minimum_sample, t.for_duration, t.keep_firing_for, t.recovery_threshold, t.no_data,
           t.baseline, t.description, t.runbook_url, t.enabled
       from perf.performance_alert_thresholds as t
       join perf.workflows as f on f.id = t.workflow_id $$,
    $$ values ('workflow', 'portrait', '{worker}'::text[], 'p95', 'above', interval '1 hour',
        5::bigint, interval '5 minutes', interval '10 minutes', 8::float8, 'alert', 'hour_of_week',
        'Slow frames.', 'https://wiki.example/frames', false) $$,
    'keeps all that is said, texts without the spaces around them'
);
select isnt(
    perf.create_alert_threshold('time_per_frame_ms', 100, 200),
    perf.create_alert_threshold('time_per_frame_ms', 100, 200),
    'a second call adds a second threshold'
);
select lives_ok(
    $$ select perf.create_alert_threshold('quality_rating', 0.8, 0.5) $$,
    'where higher is better, critical is lower'
);
select throws_ok(
    $$ select perf.create_alert_threshold('quality_rating', 0.5, 0.8) $$,
    '23514', null, 'and not higher'
);
select throws_ok(
    $$ select perf.create_alert_threshold('time_per_frame_ms', 200, 100) $$,
    '23514', null, 'critical that is not beyond warning is refused'
);
select throws_ok(
    $$ select perf.create_alert_threshold('time_per_frame_ms', 200, 200) $$,
    '23514', null, 'nor may they be equal'
);
select throws_ok(
    format($$ select perf.create_alert_threshold('time_per_frame_ms', %L, 200) $$, w),
    '23514', null, format('a warning at %s is refused', w)
)
from unnest('{NaN,-Infinity}'::float8[]) as w;
select throws_ok(
    format($$ select perf.create_alert_threshold('time_per_frame_ms', 1, %L) $$, c),
    '23514', null, format('critical at %s is refused', c)
)
from unnest('{NaN,Infinity}'::float8[]) as c;
select throws_ok(
    $$ select perf.create_alert_threshold('time_per_frame_ms', 1, 2, recovery_threshold => 1.5) $$,
    '23514', null, 'recovery beyond warning is refused'
);
select throws_ok(
    $$ select perf.create_alert_threshold('time_per_frame_ms', 1, 2, recovery_threshold => 'NaN') $$,
    '23514', null, 'and one that is no number'
);
select throws_ok(
    $$ select perf.create_alert_threshold('nope', 1, 2) $$,
    'PT404', 'there is no metric "nope"', 'a metric that does not exist is refused'
);
select throws_ok(
    $$ select perf.create_alert_threshold('vram_peak_mb', 1, 2, 'worker', 0) $$,
    '23503', 'there is no worker 0', 'and a scope that does not exist'
);
select throws_ok(
    $$ select perf.create_alert_threshold('vram_peak_mb', 1, 2, 'workflow') $$,
    '23503', 'there is no workflow null', 'or is not said'
);
select throws_ok(
    $$ select perf.create_alert_threshold('vram_peak_mb', 1, 2, scope_id => 1) $$,
    '23514', null, 'a global threshold has no scope_id'
);
select throws_ok(
    $$ select perf.create_alert_threshold('vram_peak_mb', null, 2) $$,
    '22023', null, 'no limit may be missing'
);
select throws_ok(
    $$ select perf.create_alert_threshold('vram_peak_mb', 1, 2, time_window => '59 seconds') $$,
    '23514', null, 'a window has at least a minute'
);
select throws_ok(
    $$ select perf.create_alert_threshold('vram_peak_mb', 1, 2, for_duration => '-1 second') $$,
    '23514', null, 'no duration is negative'
);

set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.create_alert_threshold('vram_peak_mb', 1, 2) $$, '42501', null,
    'an analyst adds none'
);
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.create_alert_threshold('vram_peak_mb', 1, 2) $$, '42501', null,
    'nor does a recorder'
);
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.create_alert_threshold('nope', 1, 2) $$, '42501',
    'this needs the role admin', 'nor a stranger, who learns nothing'
);
set local role service_role;
select perf.create_alert_threshold('vram_peak_mb', 1, 2);
set local role perf_admin;
select perf.create_alert_threshold('vram_peak_mb', 1, 2);
select results_eq(
    $$ select t.created_by from perf.performance_alert_thresholds as t
       where t.metric_name = 'vram_peak_mb' order by t.id $$,
    $$ values ('service_role'), ('perf_admin') $$,
    'service_role and perf_admin may'
);
reset role;

select * from finish();
rollback;
