begin;
select plan(6);

select is(
    perf_internal.get_pending_start('calls', '2020-01-01', '2020-02-01'),
    'infinity'::timestamptz,
    'infinity without a row'
);
select perf.record_call('m', 'chat', 1, call_timestamp => t)
from unnest('{2020-01-06 10:00+00,2020-01-07 10:00+00}'::timestamptz[]) as t;
select is(
    perf_internal.get_pending_start('calls', '2020-01-01', '2020-02-01'),
    '2020-01-06 10:00+00'::timestamptz,
    'the time of the first row that no run has read'
);
select is(
    perf_internal.get_pending_start('calls', '2020-01-06 11:00+00', '2020-01-07 10:00+00'),
    'infinity'::timestamptz,
    'of the range, without its end'
);
select is(
    perf_internal.get_pending_start(
        'calls', '2020-01-01', '2020-02-01',
        array(select distinct r.model_tool_config_id from perf.performance_metrics_raw as r)
    ),
    '2020-01-06 10:00+00'::timestamptz,
    'also of some series'
);
select is(
    perf_internal.get_pending_start('calls', '2020-01-01', '2020-02-01', '{}'),
    'infinity'::timestamptz,
    'and of none'
);
select throws_ok(
    $$ select perf_internal.get_pending_start('none', '2020-01-01', '2020-02-01') $$,
    'PT404', null, 'refuses a pipeline that is not there'
);

select * from finish();
rollback;
