begin;
select plan(3);

select perf.save_model_config('sdxl', 'one', '{}');
select perf.request_activation(perf.find_model_config('sdxl@1'));

select is(
    (select status
    from perf_internal.lock_open_request((select max(id)
    from perf.model_config_requests))),
    'open',
    'returns an open request'
);

select throws_ok(
    $$ select perf_internal.lock_open_request(null) $$,
    'PT404',
    'no activation request null',
    'refuses null'
);

select perf.reject_activation((select max(id) from perf.model_config_requests));

select throws_ok(
    $$ select perf_internal.lock_open_request((select max(id) from perf.model_config_requests)) $$,
    'PT409',
    null,
    'refuses a request that is not open'
);

select * from finish();
rollback;
