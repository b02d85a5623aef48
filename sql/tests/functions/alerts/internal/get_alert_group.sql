begin;
select plan(4);

select is(
    perf_internal.get_alert_group('{model,alert_type}', '{"model": "a", "alert_type": "threshold", "x": 1}'),
    '{"model": "a", "alert_type": "threshold"}',
    'a group is the values of its labels'
);
select is(
    perf_internal.get_alert_group('{model,n}', '{"n": 7}'), '{"n": 7}', 'a label that is absent is left out'
);
select is(perf_internal.get_alert_group('{}', '{"n": 7}'), '{}', 'without labels all are one group');
select is(perf_internal.get_alert_group('{n}', '{}'), '{}', 'so are alerts without labels');

select * from finish();
rollback;
