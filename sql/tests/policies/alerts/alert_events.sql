begin;
select plan(22);

select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin', 'ada');
select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'analyst', 'ben');
select perf.grant_role('c0000000-0000-4000-8000-000000000000', 'recorder', 'cleo');
select perf_internal.raise_alert('drift', 'warning', 'sdxl', null, 'It drifts.');

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select is((select count(*) from perf.alert_events), 1::bigint, 'an admin by token reads');
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select is((select count(*) from perf.alert_events), 1::bigint, 'an analyst by token reads');
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select is((select count(*) from perf.alert_events), 0::bigint, 'a recorder by token reads nothing back');
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select is((select count(*) from perf.alert_events), 0::bigint, 'a stranger with a token reads nothing');
set local role perf_admin;
select is((select count(*) from perf.alert_events), 1::bigint, 'perf_admin reads');
set local role perf_analyst;
select is((select count(*) from perf.alert_events), 1::bigint, 'perf_analyst reads');
set local role service_role;
select is((select count(*) from perf.alert_events), 1::bigint, 'service_role reads');
set local role perf_recorder;
select throws_ok('select * from perf.alert_events', '42501', null, 'perf_recorder reads nothing');
set local role perf_notifier;
select throws_ok('select * from perf.alert_events', '42501', null, 'perf_notifier reads nothing');
set local role anon;
select throws_ok('select * from perf.alert_events', '42501', null, 'anon reads nothing');

set local role perf_admin;
select throws_ok(
    'insert into perf.alert_events default values',
    '42501',
    null,
    'perf_admin writes only by functions: insert'
);
select throws_ok(
    'update perf.alert_events set note = note',
    '42501',
    null,
    'perf_admin writes only by functions: update'
);
select throws_ok(
    'delete from perf.alert_events',
    '42501',
    null,
    'perf_admin writes only by functions: delete'
);
set local role service_role;
select throws_ok(
    'insert into perf.alert_events default values',
    '42501',
    null,
    'service_role writes only by functions: insert'
);
select throws_ok(
    'update perf.alert_events set note = note',
    '42501',
    null,
    'service_role writes only by functions: update'
);
select throws_ok(
    'delete from perf.alert_events',
    '42501',
    null,
    'service_role writes only by functions: delete'
);
set local role perf_analyst;
select throws_ok(
    'insert into perf.alert_events default values',
    '42501',
    null,
    'perf_analyst writes only by functions: insert'
);
select throws_ok(
    'update perf.alert_events set note = note',
    '42501',
    null,
    'perf_analyst writes only by functions: update'
);
select throws_ok(
    'delete from perf.alert_events',
    '42501',
    null,
    'perf_analyst writes only by functions: delete'
);
set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    'insert into perf.alert_events default values', '42501', null, 'an admin by token does so too: insert'
);
select throws_ok(
    'update perf.alert_events set note = note', '42501', null, 'an admin by token does so too: update'
);
select throws_ok(
    'delete from perf.alert_events', '42501', null, 'an admin by token does so too: delete'
);

select * from finish();
rollback;
