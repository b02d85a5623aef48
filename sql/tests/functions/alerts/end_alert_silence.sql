begin;
select plan(11);

select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin', 'ada');
select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'analyst', 'ben');
select perf.grant_role('c0000000-0000-4000-8000-000000000000', 'recorder', 'cleo');

select perf_internal.create_alert_silence('{"model": "a"}', now() + interval '1 hour', 'We know.');

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';

select ok(perf.end_alert_silence(s.id), 'an admin ends a silence')
from perf.alert_silences as s;
select results_eq(
    'select s.ends_at, s.ended_by from perf.alert_silences as s',
    $$ values (now(), 'ada') $$,
    'now, by name'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.end_alert_silence(0) $$, 'PT404', null, 'an admin may ask'
);
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.end_alert_silence(0) $$, '42501', null, 'an analyst may not'
);
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.end_alert_silence(0) $$, '42501', null, 'a recorder may not'
);
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.end_alert_silence(0) $$, '42501', null, 'a stranger may not'
);
set local role perf_admin;
select throws_ok(
    $$ select perf.end_alert_silence(0) $$, 'PT404', null, 'perf_admin may ask'
);
set local role service_role;
select throws_ok(
    $$ select perf.end_alert_silence(0) $$, 'PT404', null, 'service_role may ask'
);
set local role perf_recorder;
select throws_ok(
    $$ select perf.end_alert_silence(0) $$, '42501', null, 'perf_recorder may not'
);
set local role perf_analyst;
select throws_ok(
    $$ select perf.end_alert_silence(0) $$, '42501', null, 'perf_analyst may not'
);
set local role anon;
select throws_ok(
    $$ select perf.end_alert_silence(0) $$, '42501', null, 'anon may not'
);

select * from finish();
rollback;
