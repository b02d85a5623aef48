begin;
select plan(7);

select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'analyst', 'ben');
select perf.grant_role('c0000000-0000-4000-8000-000000000000', 'recorder', 'cleo');
select perf.set_alert_receiver(
    'ops', 'webhook', 'https://h.example/very-secret', '{"model": "a"}', headers => '{"Authorization": "very-secret"}'
);
select perf.set_alert_receiver('mail', 'email', 'smtp://u:very-secret@h/?from=a&to=b');
select results_eq(
    $$ select r.receiver_name, r.kind, r.matcher, r.minimum_severity, r.enabled, r.waiting_count from perf.get_alert_receivers() as r $$,
    $$ values ('mail', 'email', '{}'::jsonb, 'warning', true, 0::bigint), ('ops', 'webhook', '{"model": "a"}', 'warning', true, 0) $$,
    'lists receivers by name'
);
select is_empty($$ select from perf.get_alert_receivers() as r where r::text like '%secret%' $$, 'without their secrets');
select perf.send_test_alert('ops');
select is(
    (select r.waiting_count from perf.get_alert_receivers() as r where r.receiver_name = 'ops'), 1::bigint, 'with what waits'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select results_eq(
    $$ select r.waiting_count from perf.get_alert_receivers() as r $$, array[0, 1]::bigint[], 'an analyst by token reads them'
);
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select throws_ok('select perf.get_alert_receivers()', '42501', 'this needs the role analyst', 'a recorder does not');
set local role perf_analyst;
select lives_ok('select perf.get_alert_receivers()', 'perf_analyst does');
set local role anon;
select throws_ok('select perf.get_alert_receivers()', '42501', null, 'anon does not');

select * from finish();
rollback;
