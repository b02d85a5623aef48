begin;
select plan(4);

insert into perf_internal.raw_partitions (partition_name, day) values
    ('five', '2020-01-05'),
    ('six', '2020-01-06');

create temporary table recorded as
select perf.record_call('acme/one', 'chat', 1, call_timestamp => d)
from (
    values
        (timestamptz '2020-01-03 10:00+00'),
        ('2020-01-03 11:00+00'),
        ('2020-01-05 23:59:59.999999+00'),
        ('2020-01-06 00:00+00')
) as c (d);

select results_eq(
    $$ select * from perf_internal.get_droppable_days('2020-01-06 00:00+00') order by 1, 2 $$,
    $$ values
        ('2020-01-03'::date, 'performance_metrics_raw_default'),
        ('2020-01-05', 'five'),
        ('2020-01-05', 'performance_metrics_raw_default') $$,
    'whole days before the cutoff, by partition and in the default partition, each once'
);
select is(
    (select count(*) from perf_internal.get_droppable_days('2020-01-07 00:00+00')),
    5::bigint,
    'a day later one more of each'
);
select is_empty(
    $$ select * from perf_internal.get_droppable_days('2020-01-03 00:00+00') $$,
    'before all calls none'
);
select is_empty('select * from perf_internal.get_droppable_days(null)', 'null has none');

select * from finish();
rollback;
