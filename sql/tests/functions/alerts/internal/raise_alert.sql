begin;
select plan(12);

create temporary table raised as
select
    perf_internal.raise_alert(
        'model_drift', 'warning', 'sdxl', null, 'It drifts.', '{"score": 0.4}',
        as_of => '2020-01-06 10:00+00'
    ) as id;

select results_eq(
    $$ select a.id, a.alert_type, a.severity, a.model_type, a.machine_id, a.alert_message,
           a.alert_timestamp, a.alert_details, a.is_resolved, a.auto_action_taken, a.repeat_count,
           a.last_seen_at
       from perf.model_alerts as a $$,
    $$ select r.id, 'model_drift', 'warning', 'sdxl', null::uuid, 'It drifts.',
           '2020-01-06 10:00+00'::timestamptz, '{"score": 0.4}'::jsonb, false, null::text, 0::bigint,
           '2020-01-06 10:00+00'::timestamptz
       from raised as r $$,
    'opens an alert'
);
select is(
    perf_internal.raise_alert(
        'model_drift', 'critical', 'sdxl', null, 'It drifts far.', '{"score": 0.9}', 'retraining',
        '2020-01-06 11:00+00'
    ),
    (select r.id from raised as r),
    'a repetition is the same alert'
);
select results_eq(
    $$ select a.severity, a.alert_message, a.alert_timestamp, a.alert_details, a.auto_action_taken,
           a.repeat_count, a.last_seen_at
       from perf.model_alerts as a $$,
    $$ values ('critical', 'It drifts far.', '2020-01-06 10:00+00'::timestamptz,
           '{"score": 0.9}'::jsonb, 'retraining', 1::bigint, '2020-01-06 11:00+00'::timestamptz) $$,
    'with what is known now'
);
select is(
    perf_internal.raise_alert(
        'model_drift', 'info', 'sdxl', null, 'It drifts a bit.', null,
        as_of => '2020-01-06 09:00+00'
    ),
    (select r.id from raised as r),
    'given a repetition that is less severe, and late'
);
select results_eq(
    $$ select a.severity, a.alert_message, a.alert_details, a.auto_action_taken, a.repeat_count,
           a.last_seen_at
       from perf.model_alerts as a $$,
    $$ values ('critical', 'It drifts a bit.', '{}'::jsonb, 'retraining', 2::bigint,
           '2020-01-06 11:00+00'::timestamptz) $$,
    'severity, action and time of an open alert do not fall'
);
select isnt(
    perf_internal.raise_alert('training_failed', 'warning', 'sdxl', null, 'It failed.'),
    (select r.id from raised as r),
    'another type is another alert'
);
select isnt(
    perf_internal.raise_alert(
        'model_drift', 'warning', 'sdxl', 'e0000000-0000-4000-8000-000000000000', 'It drifts.'
    ),
    (select r.id from raised as r),
    'so is another machine'
);
select isnt(
    perf_internal.raise_alert('model_drift', 'warning', null, null, 'All drift.'),
    (select r.id from raised as r),
    'and no model type'
);
select ok(
    perf_internal.clear_alert('model_drift', 'sdxl', null, 'over'), 'given that it is resolved'
);
select isnt(
    perf_internal.raise_alert('model_drift', 'warning', 'sdxl', null, 'It drifts again.'),
    (select r.id from raised as r),
    'the next one is new'
);
select throws_ok(
    $$ select perf_internal.raise_alert('model_drift', 'huge', 'sdxl', null, 'It drifts.') $$,
    '23514',
    null,
    'refuses an unknown severity'
);

set local role perf_admin;

select throws_ok(
    $$ select perf_internal.raise_alert('model_drift', 'info', 'sdxl', null, 'It drifts.') $$,
    '42501',
    null,
    'only our functions call it'
);

select * from finish();
rollback;
