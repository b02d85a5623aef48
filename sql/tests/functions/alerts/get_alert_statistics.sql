begin;
select plan(13);

insert into perf.model_alerts (
    alert_type, severity, model_type, alert_message, labels, alert_timestamp, is_resolved,
    resolved_timestamp, resolved_by, acknowledged_at
)
select a.type, a.severity, a.model_type, 'It is.', a.labels::jsonb, a.opened_at::timestamptz,
    a.minutes is not null,
    a.opened_at::timestamptz + a.minutes * interval '1 minute',
    a.resolved_by,
    case when a.is_acknowledged then a.opened_at::timestamptz end
from (
    values
        -- Open for 5, 10, 20 and, until the end, 60 minutes.
        ('threshold', 'warning', null, '{"metric": "ms", "threshold_id": 1, "model": "a"}', '2020-01-06 10:00+00', 5, null, false),
        ('threshold', 'warning', null, '{"metric": "ms", "threshold_id": 1, "model": "b"}', '2020-01-06 11:00+00', 10, null, false),
        ('threshold', 'critical', null, '{"metric": "ms", "threshold_id": 1, "model": "a"}', '2020-01-06 12:00+00', 20, null, true),
        ('threshold', 'warning', null, '{"metric": "ms", "threshold_id": 1, "model": "c"}', '2020-01-06 23:00+00', null, null, false),
        -- By a person, so it does not flap.
        ('threshold', 'warning', null, '{"metric": "ms", "threshold_id": 2}', '2020-01-06 10:00+00', 5, 'ada', true),
        ('model_drift', 'warning', 'sdxl', '{}', '2020-01-06 00:00+00', 600, null, false),
        ('model_drift', 'warning', 'wan', '{"objective": "x"}', '2020-01-06 00:00+00', 600, null, false),
        ('old', 'warning', null, '{}', '2020-01-05 23:59:59+00', 600, null, false),
        ('new', 'warning', null, '{}', '2020-01-07 00:00+00', 600, null, false)
) as a (type, severity, model_type, labels, opened_at, minutes, resolved_by, is_acknowledged);
insert into perf.alert_silences (matcher, starts_at, ends_at, reason) values
    ('{"model": "a"}', '2020-01-06 10:00+00', '2020-01-06 12:00+00', 'We know.'),
    ('{"model": "a"}', '2020-01-06 09:00+00', '2020-01-06 12:00+00', 'We know, too.');

select results_eq(
    $$ select s.alert_type, s.rule, s.alert_count, s.critical_count, s.acknowledged_share,
           s.flapping_share, s.silenced_share, s.median_duration, s.last_alert_at
       from perf.get_alert_statistics('2020-01-06 00:00+00', '2020-01-07 00:00+00') as s $$,
    $$ values
        (
            'threshold', '{"metric": "ms", "threshold_id": 1}'::jsonb, 4::bigint, 1::bigint,
            0.25::float8, 0.5::float8, 0.25::float8, interval '15 minutes',
            '2020-01-06 23:00+00'::timestamptz
        ),
        ('model_drift', '{}', 2, 0, 0, 0, 0, '10 hours', '2020-01-06 00:00+00'),
        (
            'threshold', '{"metric": "ms", "threshold_id": 2}', 1, 0, 1, 0, 0, '5 minutes',
            '2020-01-06 10:00+00'
        ) $$,
    'says of each rule how often it alerts, and how much of it was in vain'
);
update perf.model_alerts set severity = 'warning' where severity = 'critical';
select is(
    (select max(s.critical_count) from perf.get_alert_statistics('2020-01-06 00:00+00', '2020-01-07 00:00+00') as s),
    1::bigint,
    'an alert that was critical counts, whatever it is now'
);
select is(
    (select count(*) from perf.get_alert_statistics('2020-01-06 00:00+00', '2020-01-07 00:00+00', 1)),
    1::bigint,
    'no more than max_rows'
);
select is_empty(
    $$ select * from perf.get_alert_statistics('2019-01-06 00:00+00', '2019-01-07 00:00+00') $$,
    'without alerts there is nothing'
);
select throws_ok(
    $$ select perf.get_alert_statistics('2020-01-07 00:00+00', '2020-01-06 00:00+00') $$,
    '22023',
    null,
    'refuses an end before the start'
);
select throws_ok(
    $$ select perf.get_alert_statistics('2020-01-06 00:00+00', max_rows => 0) $$, '22023', null, 'refuses no rows'
);

select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'analyst', 'ben');
select perf.grant_role('c0000000-0000-4000-8000-000000000000', 'recorder', 'cleo');
create function pg_temp.rules() returns bigint
language sql as $$ select count(*) from perf.get_alert_statistics('2020-01-06 00:00+00', '2020-01-07 00:00+00') $$;
set local role authenticated;
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select is(pg_temp.rules(), 3::bigint, 'an analyst reads');
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select throws_ok('select pg_temp.rules()', '42501', null, 'a recorder may not');
set local role service_role;
select is(pg_temp.rules(), 3::bigint, 'service_role reads');
set local role perf_admin;
select is(pg_temp.rules(), 3::bigint, 'perf_admin reads');
set local role perf_analyst;
select is(pg_temp.rules(), 3::bigint, 'perf_analyst reads');
set local role perf_recorder;
select throws_ok('select pg_temp.rules()', '42501', null, 'perf_recorder may not');
set local role anon;
select throws_ok('select pg_temp.rules()', '42501', null, 'anon may not');

select * from finish();
rollback;
