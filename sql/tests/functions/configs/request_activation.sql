begin;
select plan(4);

select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin', 'ada');
select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'admin', 'ben');
select perf.save_model_config('sdxl', 'one', '{}');
set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';

select results_eq(
    $$ select status, notes, requested_by::text, decided_at
       from perf.request_activation(perf.find_model_config('sdxl@1'), 'please') $$,
    $$ values ('open', 'please', 'a0000000-0000-4000-8000-000000000000', null::timestamptz) $$,
    'returns an open request of the caller'
);

select throws_ok(
    $$ select perf.request_activation('c0000000-0000-4000-8000-000000000000') $$,
    'PT404',
    null,
    'refuses an unknown version'
);

select throws_ok(
    $$ select perf.request_activation(perf.find_model_config('sdxl@1'), guard => '{"metric": 1}') $$,
    '22023',
    null,
    'refuses a bad guard at once'
);

set local role perf_analyst;

select throws_ok(
    $$ select perf.request_activation(perf.find_model_config('sdxl@1')) $$,
    '42501',
    null,
    'an analyst does not ask'
);

select * from finish();
rollback;
