begin;
select plan(4);

select is(
    perf_internal.record_model_metrics_batch(
        '[{"model_type": "energy", "evaluation_date": "2020-01-06T10:00:00Z", "rmse": 2.5}]'
    ),
    1::bigint,
    'records a batch'
);
select is(
    perf_internal.record_model_metrics_batch(
        '{"evaluations": [{"model_type": "energy", "evaluation_date": "2020-01-06T10:00:00Z", "mae": 1}]}'
    ),
    0::bigint,
    'or finds that all of it was recorded before'
);
set local role perf_analyst;
select throws_ok(
    $$ select perf_internal.record_model_metrics_batch('[]') $$, '42501', null, 'an analyst may not'
);
reset role;
grant execute on function perf_internal.record_model_metrics_batch to perf_analyst;
set local role perf_analyst;
select throws_ok(
    $$ select perf_internal.record_model_metrics_batch('[]') $$,
    '42501',
    'this needs the role recorder',
    'also where somebody granted it: it asks itself'
);

select * from finish();
rollback;
