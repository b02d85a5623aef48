begin;
select plan(4);

select ok(
    perf_internal.record_model_metrics(
        'energy', '2020-01-06 10:00+00', null, null, null, null, 2.5, null, null, null, null, null,
        null, null, null
    ),
    'records an evaluation'
);
select is(
    perf_internal.record_model_metrics(
        'energy', '2020-01-06 10:00+00', null, null, null, null, 9, null, null, null, null, null,
        null, null, null
    ),
    false,
    'or finds that it was recorded before'
);
set local role perf_analyst;
select throws_ok(
    $$ select perf_internal.record_model_metrics(
           'energy', '2020-01-06 10:00+00', null, null, null, null, 2.5, null, null, null, null,
           null, null, null, null
       ) $$,
    '42501',
    null,
    'an analyst may not'
);
reset role;
grant execute on function perf_internal.record_model_metrics to perf_analyst;
set local role perf_analyst;
select throws_ok(
    $$ select perf_internal.record_model_metrics(
           'energy', '2020-01-06 10:00+00', null, null, null, null, 2.5, null, null, null, null,
           null, null, null, null
       ) $$,
    '42501',
    'this needs the role recorder',
    'also where somebody granted it: it asks itself'
);

select * from finish();
rollback;
