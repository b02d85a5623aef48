begin;
select plan(7);

select results_eq(
    $$ select p.pipeline, p.raw_table, p.series_column, p.time_column, p.partition_width
       from perf_internal.get_pipeline('calls') as p $$,
    $$ values (
        'calls', 'perf.performance_metrics_raw', 'model_tool_config_id', 'call_timestamp',
        interval '1 day'
    ) $$,
    'tells where the raw rows of a pipeline are'
);

select throws_ok(
    $$ select perf_internal.get_pipeline('cals') $$,
    'PT404',
    'there is no pipeline "cals"',
    'refuses a name that is none'
);
select throws_ok(
    $$ select perf_internal.get_pipeline('Calls') $$,
    'PT404',
    'there is no pipeline "Calls"',
    'capitals are another name'
);
select throws_ok(
    $$ select perf_internal.get_pipeline('') $$,
    'PT404',
    'there is no pipeline ""',
    'refuses an empty name'
);
select throws_ok(
    'select perf_internal.get_pipeline(null)',
    'PT404',
    'there is no pipeline null',
    'refuses null'
);

set local role perf_analyst;
select is(
    (perf_internal.get_pipeline('calls')).pipeline, 'calls', 'perf_analyst may ask'
);

set local role perf_recorder;
select throws_ok(
    $$ select perf_internal.get_pipeline('calls') $$, '42501', null, 'perf_recorder may not'
);

select * from finish();
rollback;
