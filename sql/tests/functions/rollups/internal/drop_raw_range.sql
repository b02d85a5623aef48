begin;
select plan(12);

set local timezone = 'UTC';

create function pg_temp.end_recording()
returns void
language plpgsql
as $$
declare
    -- As if another transaction, which the last run saw in progress, had recorded the rows.
    v_id bigint := 11 + coalesce(
        (
            select max(r.transaction_id)
            from perf.performance_metrics_raw as r
            where r.transaction_id < txid_current()
        ),
        0
    );
begin
    update perf_internal.rollup_state as s
    set in_progress = s.in_progress || v_id
    where s.pipeline = 'calls';
    update perf.performance_metrics_raw as r
    set transaction_id = v_id
    where r.transaction_id = txid_current();
end
$$;

create function pg_temp.drop_day(
    day timestamptz,
    partition_name text,
    out dropped_rows bigint,
    out has_freed boolean,
    out kept_because text
)
language sql
as $$
    select d.dropped_rows, d.freed_bytes > 0, d.kept_because
    from perf_internal.drop_raw_range(
        'calls', day, day + interval '24 hours', partition_name, '1 second'
    ) as d
$$;

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
    $$ select * from pg_temp.drop_day('2020-01-06', 'performance_metrics_raw_20200106') $$,
    $$ values (0::bigint, false, 'some of its rows are not rolled up yet') $$,
    'keeps a partition of which a row is not rolled up'
);

select pg_temp.end_recording();
select perf.aggregate_performance_metrics();
select results_eq(
    $$ select * from pg_temp.drop_day('2020-01-06', 'performance_metrics_raw_20200106') $$,
    'values (2::bigint, true, null::text)',
    'drops a partition'
);
select hasnt_table(
    'perf_internal', 'performance_metrics_raw_20200106', 'which is gone'
);
select results_eq(
    $$ select p.partition_name
       from perf_internal.raw_partitions as p
       where p.pipeline = 'calls' $$,
    $$ values ('performance_metrics_raw_20200107') $$,
    'the list of partitions forgets it'
);
select results_eq(
    $$ select x.pipeline, x.range_start, x.range_end, x.row_count, x.bytes > 0
       from perf_internal.dropped_ranges as x $$,
    $$ values ('calls', timestamptz '2020-01-06', timestamptz '2020-01-07', 2::bigint, true) $$,
    'the list of dropped ranges has it'
);
select is(
    (select call_count from perf.performance_metrics_daily where time_bucket = '2020-01-06'),
    2::bigint,
    'its rows are still counted'
);

create temporary table late as
select perf.record_call('acme/one', 'chat', 1, call_timestamp => d)
from (
    values
        (timestamptz '2020-01-06 12:00'),
        ('2020-01-05 23:59:59.999999'),
        ('2020-01-08 00:00')
) as c (d);
select results_eq(
    $$ select * from pg_temp.drop_day('2020-01-06', 'performance_metrics_raw_default') $$,
    $$ values (0::bigint, false, 'some of its rows are not rolled up yet') $$,
    'keeps a range of which a row is not rolled up'
);
update perf.performance_metrics_raw as r
set transaction_id = 0
where r.call_timestamp = '2020-01-06 12:00';
select results_eq(
    $$ select * from pg_temp.drop_day('2020-01-06', 'performance_metrics_raw_default') $$,
    'values (1::bigint, true, null::text)',
    'deletes late rows of the range from the default partition'
);
select is(
    (select count(*) from perf_internal.performance_metrics_raw_default),
    2::bigint,
    'and of no other'
);
select results_eq(
    'select x.range_start, x.row_count from perf_internal.dropped_ranges as x',
    $$ values (timestamptz '2020-01-06', 3::bigint) $$,
    'and adds them to the dropped range'
);

create view pg_temp.dependent
as
select count(*) from perf_internal.performance_metrics_raw_20200107;
select results_eq(
    $$ select * from pg_temp.drop_day('2020-01-07', 'performance_metrics_raw_20200107') $$,
    $$ values (0::bigint, false, 'a view or foreign key depends on it') $$,
    'keeps a partition that something depends on'
);

set local role perf_admin;
select throws_ok(
    $$ select perf_internal.drop_raw_range(
           'calls', '2020-01-07', '2020-01-08', 'performance_metrics_raw_20200107', '1 second'
       ) $$,
    '42501',
    null,
    'only the owner may call it'
);

select * from finish();
rollback;
