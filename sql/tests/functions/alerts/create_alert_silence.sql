begin;
select plan(11);

select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin', 'ada');
select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'analyst', 'ben');
select perf.grant_role('c0000000-0000-4000-8000-000000000000', 'recorder', 'cleo');

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';

select ok(
    perf.create_alert_silence('{"model": "a"}', now() + interval '1 hour', 'We know.') > 0,
    'an admin silences alerts'
);
select results_eq(
    $$ select s.matcher, s.starts_at, s.ends_at, s.reason, s.created_by, s.created_at
       from perf.alert_silences as s $$,
    $$ values (
        '{"model": "a"}'::jsonb, now(), now() + interval '1 hour', 'We know.', 'ada', now()
    ) $$,
    'from now, by name, and says why'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.create_alert_silence('{}', now(), 'x') $$, '22023', null, 'an admin may ask'
);
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.create_alert_silence('{}', now(), 'x') $$, '42501', null, 'an analyst may not'
);
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.create_alert_silence('{}', now(), 'x') $$, '42501', null, 'a recorder may not'
);
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.create_alert_silence('{}', now(), 'x') $$, '42501', null, 'a stranger may not'
);
set local role perf_admin;
select throws_ok(
    $$ select perf.create_alert_silence('{}', now(), 'x') $$, '22023', null, 'perf_admin may ask'
);
set local role service_role;
select throws_ok(
    $$ select perf.create_alert_silence('{}', now(), 'x') $$, '22023', null, 'service_role may ask'
);
set local role perf_recorder;
select throws_ok(
    $$ select perf.create_alert_silence('{}', now(), 'x') $$, '42501', null, 'perf_recorder may not'
);
set local role perf_analyst;
select throws_ok(
    $$ select perf.create_alert_silence('{}', now(), 'x') $$, '42501', null, 'perf_analyst may not'
);
set local role anon;
select throws_ok(
    $$ select perf.create_alert_silence('{}', now(), 'x') $$, '42501', null, 'anon may not'
);

select * from finish();
rollback;
