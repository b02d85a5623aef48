begin;
select plan(12);

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

select results_eq(
    $$ select dropped_rows, freed_bytes > 0, kept_because
       from perf_internal.drop_raw_day('2020-01-06', 'performance_metrics_raw_20200106') $$,
    'values (2::bigint, true, null::text)',
    'drops a partition, after rolling its calls up'
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
    $$ select dropped_rows, freed_bytes > 0, kept_because
       from perf_internal.drop_raw_day('2020-01-06', 'performance_metrics_raw_default') $$,
    'values (1::bigint, true, null::text)',
    'deletes late calls of the day from the default partition'
);
select results_eq(
    'select x.day, x.calls from perf_internal.dropped_days as x',
    $$ values ('2020-01-06'::date, 3::bigint) $$,
    'and adds them to the dropped day'
);
select is(
    (select call_count from perf.performance_metrics_daily where time_bucket = '2020-01-06'),
    3::bigint,
    'they are counted too'
);

update perf.performance_metrics_hourly set call_count = 9 where time_bucket = '2020-01-07 00:00';
select results_eq(
    $$ select *
       from perf_internal.drop_raw_day('2020-01-07', 'performance_metrics_raw_20200107') $$,
    $$ values (
        0::bigint, 0::bigint,
        '1 buckets differ from their raw calls, first 2020-01-07 00:00:00+00'
    ) $$,
    'keeps a day whose rollups say something else, and says so'
);
select has_table('perf_internal', 'performance_metrics_raw_20200107', 'the partition is there');
select is(
    (select count(*) from perf_internal.dropped_days where day = '2020-01-07'),
    0::bigint,
    'and not among the dropped days'
);

set local role perf_admin;
select throws_ok(
    $$ select perf_internal.drop_raw_day('2020-01-07', 'performance_metrics_raw_20200107') $$,
    '42501',
    null,
    'only the owner may call it'
);

select * from finish();
rollback;
