begin;
select plan(10);

set local intervalstyle = 'postgres';

select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin', 'ada');
select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'analyst', 'ben');
select perf.grant_role('c0000000-0000-4000-8000-000000000000', 'recorder', 'cleo');
insert into perf.model_training_history (
    id, model_type, trigger_type, training_status, training_start, claimed_by, lease_id,
    lease_expires_at, attempt_count
)
values (
    '10000000-0000-4000-8000-000000000000', 'sdxl', 'manual', 'running', '2020-01-06 10:00+00', 't-1',
    'f0000000-0000-4000-8000-000000000000', '2020-01-06 10:05+00', 1
);

select is(
    perf.heartbeat_training(
        '10000000-0000-4000-8000-000000000000', 'f0000000-0000-4000-8000-000000000000',
        '1 minute'
    ),
    now() + interval '1 minute',
    'holds the training from now on'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.heartbeat_training(null, null) $$, 'PT404', null, 'an admin may ask'
);
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.heartbeat_training(null, null) $$, '42501', null, 'an analyst may not'
);
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.heartbeat_training(null, null) $$, 'PT404', null, 'a recorder may ask'
);
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.heartbeat_training(null, null) $$, '42501', null, 'a stranger may not'
);
set local role perf_admin;
select throws_ok(
    $$ select perf.heartbeat_training(null, null) $$, 'PT404', null, 'perf_admin may ask'
);
set local role service_role;
select throws_ok(
    $$ select perf.heartbeat_training(null, null) $$, 'PT404', null, 'service_role may ask'
);
set local role perf_recorder;
select throws_ok(
    $$ select perf.heartbeat_training(null, null) $$, 'PT404', null, 'perf_recorder may ask'
);
set local role perf_analyst;
select throws_ok(
    $$ select perf.heartbeat_training(null, null) $$, '42501', null, 'perf_analyst may not'
);
set local role anon;
select throws_ok(
    $$ select perf.heartbeat_training(null, null) $$, '42501', null, 'anon may not'
);

select * from finish();
rollback;
