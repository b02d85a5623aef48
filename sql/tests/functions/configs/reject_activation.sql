begin;
select plan(8);

select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin', 'ada');
select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'admin', 'ben');
select perf.save_model_config('sdxl', 'one', '{}');
set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select perf.request_activation(perf.find_model_config('sdxl@1'));

select results_eq(
    $$ select status, decision_notes
       from perf.reject_activation((select max(id) from perf.model_config_requests), 'not now') $$,
    $$ values ('withdrawn', 'not now') $$,
    'the requester withdraws'
);

select perf.request_activation(perf.find_model_config('sdxl@1'));
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';

select is(
    (select status from perf.reject_activation((select max(id) from perf.model_config_requests))),
    'rejected',
    'another admin rejects'
);

select throws_ok(
    $$ select perf.reject_activation((select max(id) from perf.model_config_requests)) $$,
    'PT409',
    null,
    'refuses a request that is decided'
);

select is((select count(*) from perf.model_config_activations), 0::bigint, 'nothing is activated');

select throws_ok($$ select perf.reject_activation(null) $$, 'PT404', null, 'refuses null');

reset role;
create role perf_test_authenticator login noinherit;
grant authenticated, service_role to perf_test_authenticator;
set local session authorization perf_test_authenticator;
set local role authenticated;
select perf.request_activation(perf.find_model_config('sdxl@1'));
set local role service_role;
set local request.jwt.claims = '{"role": "service_role"}';

select is(
    (select status from perf.reject_activation((select max(id) from perf.model_config_requests))),
    'rejected',
    'the service key rejects what a person asked for through the same login'
);

select perf.request_activation(perf.find_model_config('sdxl@1'));

select is(
    (select status from perf.reject_activation((select max(id) from perf.model_config_requests))),
    'withdrawn',
    'and withdraws what it asked for'
);

reset session authorization;
set local role perf_analyst;

select throws_ok(
    $$ select perf.reject_activation(1) $$,
    '42501',
    null,
    'an analyst does not reject'
);

select * from finish();
rollback;
