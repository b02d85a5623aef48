begin;
select plan(6);

select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin', 'ada');
select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'admin', 'ben');
select perf.save_model_config('sdxl', 'one', '{}');
select perf.set_config_approval('sdxl', true);
set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select perf.request_activation(perf.find_model_config('sdxl@1'), 'please');

select throws_ok(
    $$ select perf.approve_activation((select max(id) from perf.model_config_requests)) $$,
    '42501',
    'a request is approved by somebody else than who made it',
    'refuses the requester'
);

set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';

select results_eq(
    $$ select notes, activated_by::text
       from perf.approve_activation((select max(id) from perf.model_config_requests), 'fine') $$,
    $$ values ('please', 'b0000000-0000-4000-8000-000000000000') $$,
    'another admin activates by approving'
);

select results_eq(
    $$ select r.status, r.decided_by::text, r.decision_notes, a.config_id = r.config_id
       from perf.model_config_requests as r
       join perf.model_config_activations as a on a.id = r.activation_id $$,
    $$ values ('approved', 'b0000000-0000-4000-8000-000000000000', 'fine', true) $$,
    'the request names who approved, and the activation'
);

select throws_ok(
    $$ select perf.approve_activation((select max(id) from perf.model_config_requests)) $$,
    'PT409',
    null,
    'refuses a request that is decided'
);

select throws_ok(
    $$ select perf.approve_activation(-1) $$,
    'PT404',
    'no activation request -1',
    'refuses an unknown request'
);

set local role perf_analyst;

select throws_ok(
    $$ select perf.approve_activation(1) $$,
    '42501',
    null,
    'an analyst does not approve'
);

select * from finish();
rollback;
