begin;
select plan(3);

select is(
    perf_internal.get_default_partition('perf.performance_metrics_raw'),
    'performance_metrics_raw_default',
    'is named like the raw table, without its schema'
);

select has_table(
    'perf_internal',
    perf_internal.get_default_partition('perf.performance_metrics_raw')::name,
    'that of calls is there'
);

set local role perf_recorder;
select throws_ok(
    $$ select perf_internal.get_default_partition('perf.performance_metrics_raw') $$,
    '42501',
    null,
    'perf_recorder may not ask'
);

select * from finish();
rollback;
