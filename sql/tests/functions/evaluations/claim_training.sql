begin;
select plan(11);

set local intervalstyle = 'postgres';

select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin', 'ada');
select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'analyst', 'ben');
select perf.grant_role('c0000000-0000-4000-8000-000000000000', 'recorder', 'cleo');
select perf.trigger_retraining('sdxl', 'e0000000-0000-4000-8000-000000000000', 'drift', 'it drifts');

create temporary table claims as
select c.* from perf.claim_training('t-1', array['sdxl'], '1 hour') as c;

select results_eq(
    $$ select c.lease_expires_at, c.model_type, c.machine_id, c.trigger_type, c.trigger_reason,
           c.requested_at, c.attempt_count, c.max_attempts
       from claims as c
       join perf.model_training_history as h on h.id = c.training_id and h.lease_id = c.lease_id $$,
    $$ values (
        now() + interval '1 hour', 'sdxl', 'e0000000-0000-4000-8000-000000000000'::uuid, 'drift',
        'it drifts', now(), 1, 3
    ) $$,
    'gives a training with its lease from now'
);
select is_empty($$ select * from perf.claim_training('t-2') $$, 'and nobody else gets it');

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.claim_training('t-1', lease => '0') $$, '22023', null, 'an admin may ask'
);
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.claim_training('t-1', lease => '0') $$, '42501', null, 'an analyst may not'
);
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.claim_training('t-1', lease => '0') $$, '22023', null, 'a recorder may ask'
);
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.claim_training('t-1', lease => '0') $$, '42501', null, 'a stranger may not'
);
set local role perf_admin;
select throws_ok(
    $$ select perf.claim_training('t-1', lease => '0') $$, '22023', null, 'perf_admin may ask'
);
set local role service_role;
select throws_ok(
    $$ select perf.claim_training('t-1', lease => '0') $$, '22023', null, 'service_role may ask'
);
set local role perf_recorder;
select throws_ok(
    $$ select perf.claim_training('t-1', lease => '0') $$, '22023', null, 'perf_recorder may ask'
);
set local role perf_analyst;
select throws_ok(
    $$ select perf.claim_training('t-1', lease => '0') $$, '42501', null, 'perf_analyst may not'
);
set local role anon;
select throws_ok(
    $$ select perf.claim_training('t-1', lease => '0') $$, '42501', null, 'anon may not'
);

select * from finish();
rollback;
