begin;
select plan(9);

set local timezone = 'Asia/Tokyo';

select is_empty(
    $$ select * from perf_internal.get_default_ranges('calls') $$, 'at first there are none'
);

create temporary table recorded as
select perf.record_call('acme/one', 'chat', 1, call_timestamp => d)
from (
    values
        (timestamptz '2020-01-03 10:00+00'),
        ('2020-01-05 23:59:59.999999+00'),
        ('2020-01-06 00:00+00'),
        ('2020-01-06 11:00+00')
) as c (d);

select results_eq(
    $$ select * from perf_internal.get_default_ranges('calls') order by 1 $$,
    $$ values
        (timestamptz '2020-01-03 00:00+00', timestamptz '2020-01-04 00:00+00', 1::bigint),
        ('2020-01-05 00:00+00', '2020-01-06 00:00+00', 1),
        ('2020-01-06 00:00+00', '2020-01-07 00:00+00', 2) $$,
    'days of UTC that have rows without a partition, and how many'
);

select perf.ensure_partitions('2020-01-06 12:00+00', 0);
select is_empty(
    $$ select * from perf_internal.get_default_ranges('calls') $$, 'rows with one do not count'
);

create temporary table late as
select perf.record_call('acme/one', 'chat', 1, call_timestamp => d)
from (values (timestamptz '2020-02-01 00:00+00'), ('2020-02-29 23:59+00')) as c (d);
select is(
    (select sum(d.row_count) from perf_internal.get_default_ranges('calls') as d),
    2::numeric,
    'later rows without one do'
);

delete from perf_internal.raw_partitions;
update perf_internal.pipelines as p set partition_width = '1 month' where p.pipeline = 'calls';
select results_eq(
    $$ select * from perf_internal.get_default_ranges('calls') $$,
    $$ values (timestamptz '2020-02-01 00:00+00', timestamptz '2020-03-01 00:00+00', 2::bigint) $$,
    'or months'
);

select throws_ok(
    $$ select * from perf_internal.get_default_ranges('other') $$,
    'PT404',
    'there is no pipeline "other"',
    'refuses an unknown pipeline'
);

set local role perf_analyst;
select is(
    (select d.row_count from perf_internal.get_default_ranges('calls') as d),
    2::bigint,
    'perf_analyst may ask'
);
select throws_ok(
    'select * from perf_internal.performance_metrics_raw_default', '42501', null, 'but not read it'
);

set local role perf_recorder;
select throws_ok(
    $$ select * from perf_internal.get_default_ranges('calls') $$,
    '42501',
    null,
    'perf_recorder may not ask'
);

select * from finish();
rollback;
