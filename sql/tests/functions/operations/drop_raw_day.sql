begin;
select plan(9);

set local timezone = 'UTC';

create temporary table recorded as
select perf.record_call('acme/one', 'chat', 1, call_timestamp => d)
from (
    values
        (timestamptz '2020-01-06 00:00'),
        ('2020-01-06 23:59:59.999999'),
        ('2020-01-07 00:00')
) as c (d);
create temporary table made as select * from perf.ensure_partitions('2020-01-07 12:00', 0);
select perf.aggregate_performance_metrics();

select results_eq(
    $$ select dropped_rows, freed_bytes > 0, kept_because
       from perf_internal.drop_raw_day('2020-01-06', 'performance_metrics_raw_20200106', '1 s') $$,
    'values (2::bigint, true, null::text)',
    'drops a partition'
);
select hasnt_table(
    'perf_internal', 'performance_metrics_raw_20200106', 'which is gone'
);
select results_eq(
    'select p.partition_name from perf_internal.raw_partitions as p',
    $$ values ('performance_metrics_raw_20200107') $$,
    'the list of partitions forgets it'
);
select results_eq(
    'select x.day, x.calls, x.bytes > 0 from perf_internal.dropped_days as x',
    $$ values ('2020-01-06'::date, 2::bigint, true) $$,
    'the list of dropped days has it'
);
select is(
    (select call_count from perf.performance_metrics_daily where time_bucket = '2020-01-06'),
    2::bigint,
    'its calls are still counted'
);

create temporary table late as
select perf.record_call('acme/one', 'chat', 1, call_timestamp => '2020-01-06 12:00');
select results_eq(
    $$ select *
       from perf_internal.drop_raw_day('2020-01-06', 'performance_metrics_raw_default', '1 s') $$,
    $$ values (0::bigint, 0::bigint, 'some of its calls are not rolled up yet') $$,
    'keeps a day of which a call is not rolled up'
);
select perf.aggregate_performance_metrics();
select results_eq(
    $$ select dropped_rows, freed_bytes > 0, kept_because
       from perf_internal.drop_raw_day('2020-01-06', 'performance_metrics_raw_default', '1 s') $$,
    'values (1::bigint, true, null::text)',
    'deletes late calls of the day from the default partition'
);
select results_eq(
    'select x.day, x.calls from perf_internal.dropped_days as x',
    $$ values ('2020-01-06'::date, 3::bigint) $$,
    'and adds them to the dropped day'
);

set local role perf_admin;
select throws_ok(
    $$ select perf_internal.drop_raw_day('2020-01-07', 'performance_metrics_raw_20200107', '1 s') $$,
    '42501',
    null,
    'only the owner may call it'
);

select * from finish();
rollback;
