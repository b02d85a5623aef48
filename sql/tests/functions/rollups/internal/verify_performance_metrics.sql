begin;
select plan(2);

create temporary table recorded as
select perf.record_call('acme/one', 'chat', 1, call_timestamp => '2020-01-06 10:00+00');

select is_empty(
    $$ select * from perf_internal.verify_performance_metrics('2020-01-06', '2020-01-07', 'calls') $$,
    'a call that is not rolled up is no difference'
);

set transaction read only;

select is_empty(
    $$ select * from perf_internal.verify_performance_metrics('2020-01-06', '2020-01-07', 'jobs') $$,
    'it locks, and writes nothing'
);

select * from finish();
rollback;
