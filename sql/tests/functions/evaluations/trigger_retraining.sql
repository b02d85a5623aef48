begin;
select plan(8);

select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'analyst', 'ben');
select perf.grant_role('c0000000-0000-4000-8000-000000000000', 'recorder', 'cleo');

set local role authenticated;
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';

create temporary table asked as
select perf.trigger_retraining('sdxl') as id;

select is(
    perf.trigger_retraining(
        model_type => ' sdxl ', trigger_type => 'drift', reason => 'it drifts', max_attempts => 5
    ),
    (select a.id from asked as a),
    'a second call returns the first training'
);

set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';

select results_eq(
    $$ select h.id, h.model_type, h.machine_id, h.training_status, h.trigger_type, h.trigger_reason,
           h.requested_at, h.requested_by, h.attempt_count, h.max_attempts
       from perf.model_training_history as h $$,
    $$ select a.id, 'sdxl', null::uuid, 'pending', 'manual', null, now(), 'cleo', 0, 3
       from asked as a $$,
    'and changes nothing of it'
);

select throws_ok(
    $$ select perf.trigger_retraining('sdxl') $$,
    '42501',
    'this needs the role recorder',
    'an analyst may not'
);

set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';

select throws_ok($$ select perf.trigger_retraining('sdxl') $$, '42501', null, 'a stranger may not');

set local role perf_recorder;

select isnt(perf.trigger_retraining('other'), null, 'perf_recorder may');

set local role perf_admin;

select isnt(perf.trigger_retraining('other'), null, 'perf_admin may');

set local role perf_analyst;

select throws_ok($$ select perf.trigger_retraining('sdxl') $$, '42501', null, 'perf_analyst may not');

set local role anon;

select throws_ok($$ select perf.trigger_retraining('sdxl') $$, '42501', null, 'anon may not');

select * from finish();
rollback;
