begin;
select plan(7);

set local timezone = 'UTC';

insert into perf_internal.raw_partitions (partition_name, pipeline, range_start, range_end) values
    ('five', 'calls', '2020-01-05', '2020-01-06'),
    ('six', 'calls', '2020-01-06', '2020-01-07');

create temporary table recorded as
select perf.record_call('acme/one', 'chat', 1, call_timestamp => d)
from (
    values
        (timestamptz '2020-01-03 10:00'),
        ('2020-01-03 11:00'),
        ('2020-01-05 23:59:59.999999'),
        ('2020-01-06 00:00')
) as c (d);

select results_eq(
    $$ select * from perf_internal.get_droppable_ranges('calls', '2020-01-06') order by 1, 3 $$,
    $$ values
        (timestamptz '2020-01-03', timestamptz '2020-01-04', 'performance_metrics_raw_default'),
        ('2020-01-05', '2020-01-06', 'five'),
        ('2020-01-05', '2020-01-06', 'performance_metrics_raw_default') $$,
    'whole days before the cutoff, by partition and in the default partition, each once'
);
select is(
    (
        select count(*)
        from perf_internal.get_droppable_ranges('calls', '2020-01-06 23:59:59.999999')
    ),
    3::bigint,
    'a day that is not over is none'
);
select is(
    (select count(*) from perf_internal.get_droppable_ranges('calls', '2020-01-07')),
    5::bigint,
    'a day later one more of each'
);
select is_empty(
    $$ select * from perf_internal.get_droppable_ranges('calls', '2020-01-03') $$,
    'before all rows none'
);
select is_empty(
    $$ select * from perf_internal.get_droppable_ranges('calls', null) $$, 'null has none'
);

delete from perf_internal.raw_partitions;
update perf_internal.pipelines as p set partition_width = '1 month' where p.pipeline = 'calls';
select results_eq(
    $$ select range_start, range_end
       from perf_internal.get_droppable_ranges('calls', '2020-02-01') $$,
    $$ values (timestamptz '2020-01-01', timestamptz '2020-02-01') $$,
    'or whole months'
);
select is_empty(
    $$ select * from perf_internal.get_droppable_ranges('calls', '2020-01-31 23:59:59.999999') $$,
    'once they are over'
);

select * from finish();
rollback;
