begin;
select plan(14);

select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin', 'ada');
select perf.grant_role('c0000000-0000-4000-8000-000000000000', 'recorder', 'cleo');
insert into perf.model_training_history (
    id, model_type, trigger_type, training_status, training_start, training_end, claimed_by,
    lease_id, lease_expires_at, attempt_count, model_version
)
values
    ('10000000-0000-4000-8000-000000000000', 'energi', 'manual', 'pending', null, null, null,
        null, null, 0, null),
    ('20000000-0000-4000-8000-000000000000', 'sdxl', 'manual', 'running', '2020-01-06 10:00+00',
        null, 't-1', 'f0000000-0000-4000-8000-000000000000', '2020-01-06 10:05+00', 1, null),
    ('30000000-0000-4000-8000-000000000000', 'wan', 'manual', 'completed', '2020-01-06 10:00+00',
        '2020-01-06 11:00+00', 't-1', 'e0000000-0000-4000-8000-000000000000', null, 1, 'v1');

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select ok(
    perf.cancel_training('10000000-0000-4000-8000-000000000000', E'a typo\n'),
    'an admin withdraws a training'
);
select is(
    perf.cancel_training('10000000-0000-4000-8000-000000000000'),
    false,
    'a second time changes nothing'
);
reset role;
select results_eq(
    $$ select h.training_status, h.error_message, h.training_end = now()
       from perf.model_training_history as h
       where h.model_type = 'energi' $$,
    $$ values ('cancelled', 'a typo', true) $$,
    'it is cancelled, with the reason'
);
select ok(
    perf.cancel_training('20000000-0000-4000-8000-000000000000'),
    'one that runs is cancelled too'
);
select throws_ok(
    $$ select perf.heartbeat_training(
           '20000000-0000-4000-8000-000000000000', 'f0000000-0000-4000-8000-000000000000'
       ) $$,
    'PT409',
    'training 20000000-0000-4000-8000-000000000000 is cancelled',
    'its trainer is told with the next heartbeat'
);
select throws_ok(
    $$ select perf.complete_training(
           '20000000-0000-4000-8000-000000000000', 'f0000000-0000-4000-8000-000000000000', 'v2'
       ) $$,
    'PT409',
    'training 20000000-0000-4000-8000-000000000000 is cancelled',
    'and cannot complete it'
);
select throws_ok(
    $$ select perf.fail_training(
           '20000000-0000-4000-8000-000000000000', 'f0000000-0000-4000-8000-000000000000', 'x'
       ) $$,
    'PT409',
    'training 20000000-0000-4000-8000-000000000000 is cancelled',
    'nor fail it'
);
select is_empty(
    $$ select perf.claim_training('t-2') $$,
    'what was cancelled cannot be claimed'
);
select is_empty('select from perf.model_alerts', 'and is no alert');
select isnt(
    perf.trigger_retraining('sdxl'),
    '20000000-0000-4000-8000-000000000000'::uuid,
    'another one may be asked for'
);
select throws_ok(
    $$ select perf.cancel_training('30000000-0000-4000-8000-000000000000') $$,
    'PT409',
    'training 30000000-0000-4000-8000-000000000000 is completed',
    'refuses one that completed'
);
select throws_ok(
    $$ select perf.cancel_training(null) $$,
    'PT404',
    'there is no training null',
    'refuses null'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.cancel_training('10000000-0000-4000-8000-000000000000') $$,
    '42501',
    'this needs the role admin',
    'a recorder may not'
);
set local role perf_recorder;
select throws_ok(
    $$ select perf.cancel_training('10000000-0000-4000-8000-000000000000') $$,
    '42501',
    null,
    'nor may perf_recorder'
);

select * from finish();
rollback;
