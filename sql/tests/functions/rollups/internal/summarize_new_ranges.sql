begin;
select plan(10);

select lives_ok(
    $$ select perf_internal.summarize_new_ranges('calls') $$, 'without partitions there is no work'
);

create temporary table made as select * from perf.ensure_partitions('2020-01-06 12:00+00', 0);

-- A page has room for fewer than 150 rows, a range has 64 pages.
insert into perf.performance_metrics_raw
    (model_tool_config_id, call_timestamp, response_time_ms, success)
select c.id, '2020-01-06 12:00+00', 1, true
from perf_internal.add_config('acme/one', 'chat', null, '{}') as c (id)
cross join generate_series(1, 25000);

create temporary table expected as
select (pg_relation_size('perf_internal.performance_metrics_raw_20200106') / 8192 / 64)::integer
    as full_ranges;

select cmp_ok((select full_ranges from expected), '>=', 2, 'the rows fill more than two ranges');

select perf_internal.summarize_new_ranges('calls');

select is(
    (
        select summarized_ranges
        from perf_internal.raw_partitions
        where pipeline = 'calls'
    ),
    (select full_ranges from expected),
    'notes how many ranges are full'
);

select results_eq(
    $$
        select brin_summarize_new_values(i.indexrelid)
        from pg_index as i
        join pg_class as c on c.oid = i.indexrelid
        join pg_am as a on a.oid = c.relam and a.amname = 'brin'
        where i.indrelid = 'perf_internal.performance_metrics_raw_20200106'::regclass
    $$,
    'values (1), (1)',
    'and leaves only the range that is not full, of both indexes'
);

select cmp_ok(
    (
        select s.correlation
        from pg_stats as s
        where s.schemaname = 'perf_internal'
            and s.tablename = 'performance_metrics_raw_20200106'
            and s.attname = 'transaction_id'
    ),
    '>',
    0.99::real,
    'the planner knows that rows of a transaction lie together'
);

select lives_ok(
    $$ select perf_internal.summarize_new_ranges('calls') $$, 'a second run is no error'
);

select is(
    (
        select summarized_ranges
        from perf_internal.raw_partitions
        where pipeline = 'calls'
    ),
    (select full_ranges from expected),
    'and changes nothing'
);

-- An earlier partition is full.
select perf.ensure_partitions('2020-01-07 12:00+00', 0);
insert into perf.performance_metrics_raw
    (model_tool_config_id, call_timestamp, response_time_ms, success)
select c.id, '2020-01-07 12:00+00', 1, true
from perf_internal.add_config('acme/one', 'chat', null, '{}') as c (id);
select perf_internal.summarize_new_ranges('calls');
select results_eq(
    $$ select p.partition_name, p.summarized_ranges
       from perf_internal.raw_partitions as p
       where p.pipeline = 'calls'
       order by 1 $$,
    $$ select 'performance_metrics_raw_20200106', full_ranges + 1 from expected
       union all
       values ('performance_metrics_raw_20200107', 0) $$,
    'of a partition before the newest one it summarises the begun range too'
);

update perf_internal.raw_partitions set summarized_ranges = 0;
select perf_internal.summarize_new_ranges('other');
select is(
    (select sum(p.summarized_ranges) from perf_internal.raw_partitions as p),
    0::bigint,
    'those of another pipeline are left alone'
);

set local role perf_admin;
select throws_ok(
    $$ select perf_internal.summarize_new_ranges('calls') $$,
    '42501',
    null,
    'only the owner may call it'
);

select * from finish();
rollback;
