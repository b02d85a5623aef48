begin;
select plan(11);

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

-- Through the login of PostgREST, as everybody with a token or the service key.
reset role;
create role perf_test_authenticator login noinherit;
grant authenticated, service_role to perf_test_authenticator;
create role perf_test_admin login;
grant perf_admin to perf_test_admin;
select perf.save_model_config('sdxl', 'two', '{"n": 2}');
set local session authorization perf_test_authenticator;
set local role service_role;
set local request.jwt.claims = '{"role": "service_role"}';
select perf.request_activation(perf.find_model_config('sdxl@2'), 'from CI');

select throws_like(
    $$ select perf.approve_activation((select max(id) from perf.model_config_requests)) $$,
    'the service key names nobody, so it does not approve request % through the same login',
    'the service key does not approve what it asked for'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';

select is(
    (select activated_by::text
    from perf.approve_activation((select max(id) from perf.model_config_requests))),
    'b0000000-0000-4000-8000-000000000000',
    'a person does'
);

select perf.request_activation(perf.find_model_config('sdxl@1'), 'again');
set local role service_role;
set local request.jwt.claims = '{"role": "service_role"}';

select throws_ok(
    $$ select perf.approve_activation((select max(id) from perf.model_config_requests)) $$,
    '42501',
    null,
    'the service key does not approve what a person asked for through the same login'
);

set local session authorization perf_test_admin;
set local request.jwt.claims = '';

select lives_ok(
    $$ select perf.approve_activation((select max(id) from perf.model_config_requests)) $$,
    'a login of its own does'
);

select perf.request_activation(perf.find_model_config('sdxl@2'));
set local role perf_admin;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';

select throws_like(
    $$ select perf.approve_activation((select max(id) from perf.model_config_requests)) $$,
    'request % came through the same login "perf_test_admin", and no token says who made it %',
    'but not its own request, also by another role and with claims that it made up'
);

reset session authorization;
set local role perf_analyst;

select throws_ok(
    $$ select perf.approve_activation(1) $$,
    '42501',
    null,
    'an analyst does not approve'
);

select * from finish();
rollback;
