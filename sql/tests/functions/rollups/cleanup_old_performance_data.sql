begin;
select plan(47);

-- Messages show times as the session does.
set local datestyle = 'ISO';

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

-- Seven days before Wednesday the 15th, whole days of raw calls go before the 8th.
create temporary table recorded as
select perf.record_call('acme/one', 'chat', c.ms, call_timestamp => c.called_at)
from (
    values
        (1, timestamptz '2020-01-06 00:00'),
        (2, '2020-01-06 12:00'),
        (3, '2020-01-07 23:59:59.999999'),
        (4, '2020-01-08 00:00')
) as c (ms, called_at);
create temporary table made as select * from perf.ensure_partitions('2020-01-08 12:00', 0);
create temporary table strays as
select perf.record_call('acme/one', 'chat', 5, call_timestamp => '2019-12-30 12:00');

select is_empty(
    $$ select * from perf.cleanup_old_performance_data('2019-12-30 12:00') $$,
    'while all is kept nothing goes'
);
select is_empty(
    $$ select * from perf.cleanup_old_performance_data('2020-01-06 23:59:59.999999') $$,
    'nor while part of a day is kept'
);
select is((select count(*) from perf.performance_metrics_raw), 5::bigint, 'every call is there');

select set_eq(
    $$ select kept_because
       from perf.cleanup_old_performance_data('2020-01-15 23:59:59.999999') $$,
    array['some of its rows are not rolled up yet'],
    'before a run a day stays'
);
select pg_temp.end_recording();
select is(perf.aggregate_performance_metrics(), 5::bigint, 'a run reads all');

select results_eq(
    $$ select pipeline, level, name, dropped_rows, freed_bytes > 0, kept_because
       from perf.cleanup_old_performance_data('2020-01-15 23:59:59.999999') $$,
    $$ values
        ('calls', 'raw', 'performance_metrics_raw_20200106', 2::bigint, true, null::text),
        ('calls', 'raw', 'performance_metrics_raw_20200107', 1, true, null),
        ('calls', 'raw', 'performance_metrics_raw_default', 1, true, null) $$,
    'whole days older than seven go, with what they took'
);
select results_eq(
    'select r.response_time_ms from perf.performance_metrics_raw as r',
    'values (4::float8)',
    'a call on the boundary stays'
);
select hasnt_table('perf_internal', 'performance_metrics_raw_20200106', 'partitions are dropped');
select results_eq(
    $$ select x.pipeline, x.range_start, x.range_end, x.row_count
       from perf_internal.dropped_ranges as x
       order by 2 $$,
    $$ values
        ('calls', timestamptz '2019-12-30', timestamptz '2019-12-31', 1::bigint),
        ('calls', '2020-01-06', '2020-01-07', 2),
        ('calls', '2020-01-07', '2020-01-08', 1) $$,
    'which days went is noted'
);
select is(
    (select sum(call_count) from perf.performance_metrics_hourly),
    5::numeric,
    'their calls are still counted'
);
select is_empty(
    $$ select * from perf.verify_performance_metrics('2019-12-23', '2020-01-20') $$,
    'nothing differs afterwards'
);
select is_empty(
    $$ select * from perf.cleanup_old_performance_data('2020-01-15 23:59:59.999999') $$,
    'a second run finds nothing'
);

create temporary table late as
select perf.record_call('acme/one', 'chat', 6, call_timestamp => '2020-01-06 12:30');
select pg_temp.end_recording();
select is(perf.aggregate_performance_metrics(), 1::bigint, 'a late call of a dropped day is new');
select is(perf.aggregate_performance_metrics(), 0::bigint, 'once');
select is(
    (select call_count from perf.performance_metrics_daily where time_bucket = '2020-01-06'),
    3::bigint,
    'and counts with those dropped'
);
select is_empty(
    $$ select * from perf.verify_performance_metrics('2020-01-06', '2020-01-13') $$,
    'which is no difference'
);
select results_eq(
    $$ select name, dropped_rows
       from perf.cleanup_old_performance_data('2020-01-15 23:59:59.999999') $$,
    $$ values ('performance_metrics_raw_default', 1::bigint) $$,
    'the next run removes it'
);
select is(
    (select sum(call_count) from perf.performance_metrics_weekly),
    6::numeric,
    'and it stays counted once'
);

savepoint tampered;
update perf_internal.rollups as r
set count = 7
where r.granularity = 'hourly'
    and r.time_bucket = '2020-01-08 00:00';
select results_eq(
    $$ select level, name, dropped_rows, freed_bytes, kept_because
       from perf.cleanup_old_performance_data('2020-01-16 00:00')
       where pipeline = 'calls' $$,
    $$ values (
        'raw', 'performance_metrics_raw_20200108', 0::bigint, 0::bigint,
        '1 buckets differ from their raw rows, first 2020-01-08 00:00:00+00'
    ) $$,
    'a day whose rollup was tampered with stays, and why is said'
);
select is((select count(*) from perf.performance_metrics_raw), 1::bigint, 'with its raw call');
select is(
    perf.rebuild_performance_metrics('2020-01-08', '2020-01-09'), 1::bigint, 'after a rebuild'
);
select results_eq(
    $$ select name, dropped_rows from perf.cleanup_old_performance_data('2020-01-16 00:00') $$,
    $$ values ('performance_metrics_raw_20200108', 1::bigint) $$,
    'it goes'
);
rollback to savepoint tampered;

-- 90 days after 2020-01-06 12:00 is 2020-04-05 12:00.
update perf.retention set keep = null where pipeline = 'calls' and level = 'raw';
select results_eq(
    $$ select level, name, dropped_rows, freed_bytes > 0
       from perf.cleanup_old_performance_data('2020-04-05 12:30')
       where pipeline = 'calls' $$,
    $$ values ('hourly', 'rollups', 2::bigint, true) $$,
    'hours go after 90 days; raw calls stay where they are kept for ever'
);
select is(
    (select min(time_bucket) from perf.performance_metrics_hourly),
    '2020-01-06 12:00'::timestamptz,
    'an hour exactly 90 days old stays'
);
select is(
    (
        select deleted_before
        from perf.retention
        where pipeline = 'calls'
            and level = 'hourly'
    ),
    '2020-01-06 12:00'::timestamptz,
    'before which time hours are gone is noted'
);
select is_empty(
    $$ select * from perf.cleanup_old_performance_data('2020-04-05 12:30') $$,
    'a second run deletes none'
);
select is_empty(
    $$ select * from perf.verify_performance_metrics('2019-12-23', '2020-01-13') $$,
    'hours that are gone are no difference'
);

savepoint jobs;
-- Jobs keep theirs by months: January goes when its last job is 90 days old, at the end of April.
insert into perf.workflows (name) values ('portrait');
insert into perf_internal.job_kinds (workflow_id) select w.id from perf.workflows as w;
insert into perf.performance_metrics (series_id, job_id, workflow_id, created_at)
select k.id, 1, k.workflow_id, d
from perf_internal.job_kinds as k
cross join unnest('{2019-12-31 23:59, 2020-01-01, 2020-01-31 23:59}'::timestamptz[]) as d;
select set_eq(
    $$ select name, kept_because
       from perf.cleanup_old_performance_data('2020-05-01 00:00')
       where pipeline = 'jobs' $$,
    $$ values
        ('performance_metrics_default', 'some of its rows are not rolled up yet'),
        ('performance_metrics_20200101', 'some of its rows are not rolled up yet') $$,
    'a month of jobs stays before a run'
);
-- As if another transaction, which the last run saw in progress, had recorded them.
update perf_internal.rollup_state set in_progress = in_progress || 7::bigint where pipeline = 'jobs';
update perf.performance_metrics set transaction_id = 7;
select is(perf.aggregate_performance_metrics('jobs'), 3::bigint, 'a run reads the jobs');
select results_eq(
    $$ select level, name, dropped_rows, kept_because
       from perf.cleanup_old_performance_data('2020-04-30 23:59:59.999999')
       where pipeline = 'jobs' and level = 'raw' $$,
    $$ values ('raw', 'performance_metrics_default', 1::bigint, null::text) $$,
    'after it a month without a partition goes'
);
select results_eq(
    $$ select level, name, dropped_rows, freed_bytes > 0, kept_because
       from perf.cleanup_old_performance_data('2020-05-01 00:00')
       where pipeline = 'jobs' and level = 'raw' $$,
    $$ values ('raw', 'performance_metrics_20200101', 2::bigint, true, null::text) $$,
    'and one with a partition, with what they took'
);
select is(
    (
        select sum(q.count)
        from perf.query_metrics('jobs', '2019-12-01', '2020-02-01') as q
    ),
    3::numeric,
    'their jobs are still counted'
);
select is_empty(
    $$ select * from perf.verify_performance_metrics('2019-12-01', '2020-02-01', 'jobs') $$,
    'nothing differs afterwards'
);
rollback to savepoint jobs;

-- Two years after 2020-01-07 is 2022-01-07.
select results_eq(
    $$ select level, dropped_rows
       from perf.cleanup_old_performance_data('2022-01-07 00:00')
       where pipeline = 'calls' $$,
    $$ values ('hourly', 3::bigint), ('daily', 2) $$,
    'days go after two years'
);
select results_eq(
    $$ select pipeline, level, deleted_before
       from perf.retention
       where pipeline = 'calls' and deleted_before is not null
       order by 2 $$,
    $$ values
        ('calls', 'daily', '2020-01-07 00:00'::timestamptz),
        ('calls', 'hourly', '2021-10-09 00:00') $$,
    'a day exactly two years old stays'
);
select is(
    (select sum(call_count) from perf.performance_metrics_weekly),
    6::numeric,
    'weeks stay for ever'
);
select is_empty(
    $$ select * from perf.verify_performance_metrics('2019-12-23', '2020-01-13') $$,
    'days that are gone are no difference'
);

-- Another pipeline keeps its own.
insert into perf_internal.pipelines
select 'other', p.raw_table, p.series_column, p.time_column, p.series_view, null, p.partition_width
from perf_internal.pipelines as p
where p.pipeline = 'calls';
insert into perf_internal.rollup_state (pipeline) values ('other');
insert into perf.metrics (metric, pipeline, kind, unit, meaning, expression)
values ('size_mb', 'other', 'measured', 'mb', 'Size.', 'r.size');
insert into perf_internal.rollups (
    series_id, granularity, time_bucket, metric, count, sum, m2, min, max, p50, p95, p99
)
values (gen_random_uuid(), 'hourly', '2019-12-30 12:00', 'size_mb', 1, 0, 0, 0, 0, 0, 0, 0);
insert into perf.retention (pipeline, level, keep) values ('other', 'hourly', '3 years');
select is_empty(
    $$ select * from perf.cleanup_old_performance_data('2022-01-07 00:00') $$,
    'what another pipeline keeps longer stays'
);
select results_eq(
    $$ select pipeline, level, dropped_rows
       from perf.cleanup_old_performance_data('2023-01-01 00:00')
       where pipeline = 'other' $$,
    $$ values ('other', 'hourly', 1::bigint) $$,
    'until it is older than that'
);

select throws_ok(
    $$ select * from perf.cleanup_old_performance_data(null) $$,
    '22023',
    'as_of must be a point in time, got null',
    'refuses null for a time'
);
select throws_ok(
    $$ select * from perf.cleanup_old_performance_data('infinity') $$,
    '22023',
    'as_of must be a point in time, got infinity',
    'refuses an infinite time'
);

select throws_ok(
    $$ select perf.cleanup_old_performance_data('2100-01-01 00:00+00') $$,
    '22023',
    'as_of must not be in the future, got 2100-01-01 00:00:00+00',
    'refuses a time at which everything would be old'
);

select lives_ok(
    $$ select perf.cleanup_old_performance_data(now() + interval '1 hour') $$,
    'the clock of a caller may be an hour ahead'
);

set local role perf_analyst;
select throws_ok(
    $$ select * from perf.cleanup_old_performance_data('2020-01-15') $$,
    '42501',
    null,
    'perf_analyst may not'
);

set local role service_role;
select lives_ok(
    $$ select * from perf.cleanup_old_performance_data('2020-01-06') $$, 'service_role may'
);

reset role;
insert into perf.profiles (id, username) values ('a0000000-0000-4000-8000-000000000000', 'ada');
insert into perf.user_roles (user_id, role)
values ('a0000000-0000-4000-8000-000000000000', 'admin');
set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select lives_ok(
    $$ select * from perf.cleanup_old_performance_data('2020-01-06') $$,
    'an admin by token may'
);

set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select * from perf.cleanup_old_performance_data('2020-01-06') $$,
    '42501',
    'this needs the role admin',
    'a stranger with a token may not'
);

select * from finish();
rollback;
