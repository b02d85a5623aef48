begin;
select plan(31);

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

-- The retention of seven days reaches from Monday the 6th back to the 30th.
create temporary table recorded as
select perf.record_call(
    'acme/one', 'chat', c.ms, call_timestamp => c.called_at,
    call_id => 'c0000000-0000-4000-8000-000000000001'
)
from (
    values
        (1, timestamptz '2019-12-29 23:59:59.999999'),
        (2, '2019-12-30 00:00'),
        (3, '2020-01-06 00:00'),
        (4, '2020-01-06 23:59:59.999999'),
        (5, '2020-01-09 12:00')
) as c (ms, called_at);

select pg_temp.end_recording();
select is(perf.aggregate_performance_metrics(), 5::bigint, 'five calls are rolled up');

select results_eq(
    $$ select *
       from perf.ensure_partitions('2020-01-06 12:00', 2)
       where partition_name ~ '^performance' $$,
    $$ values
        ('performance_metrics_raw_20191230', 1::bigint),
        ('performance_metrics_raw_20200106', 2),
        ('performance_metrics_raw_20200107', 0),
        ('performance_metrics_raw_20200108', 0),
        ('performance_metrics_raw_20200109', 1),
        ('performance_metrics_20200101', 0) $$,
    'makes today, the days ahead and days of calls without a partition, moving those, and the month of jobs'
);

select results_eq(
    $$ select r.tableoid::regclass::text, r.response_time_ms
       from perf.performance_metrics_raw as r
       order by 2 $$,
    $$ values
        ('perf_internal.performance_metrics_raw_default', 1::float8),
        ('perf_internal.performance_metrics_raw_20191230', 2),
        ('perf_internal.performance_metrics_raw_20200106', 3),
        ('perf_internal.performance_metrics_raw_20200106', 4),
        ('perf_internal.performance_metrics_raw_20200109', 5) $$,
    'every call is there once, the one that retention drops next where it was'
);

select results_eq(
    $$ select p.partition_name, p.pipeline, p.range_start, p.range_end
       from perf_internal.raw_partitions as p
       where p.pipeline in ('calls', 'jobs')
       order by 2, 3 $$,
    $$ values
        ('performance_metrics_raw_20191230', 'calls', timestamptz '2019-12-30',
            timestamptz '2019-12-31'),
        ('performance_metrics_raw_20200106', 'calls', '2020-01-06', '2020-01-07'),
        ('performance_metrics_raw_20200107', 'calls', '2020-01-07', '2020-01-08'),
        ('performance_metrics_raw_20200108', 'calls', '2020-01-08', '2020-01-09'),
        ('performance_metrics_raw_20200109', 'calls', '2020-01-09', '2020-01-10'),
        ('performance_metrics_20200101', 'jobs', '2020-01-01', '2020-02-01') $$,
    'and notes which days and months there are'
);

select is(
    perf.aggregate_performance_metrics(), 0::bigint, 'calls that moved are not rolled up again'
);

select is_empty(
    $$ select * from perf.verify_performance_metrics('2019-12-23', '2020-01-13') $$,
    'and none is missing'
);

select is_empty(
    $$ select * from perf.ensure_partitions('2020-01-06 12:00', 2) $$,
    'a second run makes nothing'
);

select results_eq(
    $$ select partition_name from perf.ensure_partitions('2020-01-07 00:00', 3) $$,
    $$ values
        ('performance_metrics_raw_20200110'),
        ('ab_outcomes_20200109'),
        ('ab_outcomes_20200110'),
        ('feature_summaries_20200109'),
        ('feature_summaries_20200110'),
        ('otlp_summaries_20200109'),
        ('otlp_summaries_20200110') $$,
    'the next day it makes what is missing then'
);

select is(
    perf.record_call('acme/one', 'chat', 6, call_timestamp => '2020-01-07 00:00'),
    true,
    'the first moment of a day can be recorded'
);
select is(
    (select r.tableoid::regclass::text from perf.performance_metrics_raw as r
     where r.response_time_ms = 6),
    'perf_internal.performance_metrics_raw_20200107',
    'and goes to its partition'
);
select is(
    perf.record_call(
        'acme/one', 'chat', 7, call_timestamp => '2020-01-06 00:00',
        call_id => 'c0000000-0000-4000-8000-000000000001'
    ),
    false,
    'a call that moved is still known by its call_id'
);
select pg_temp.end_recording();
select is(perf.aggregate_performance_metrics(), 1::bigint, 'a call of a partition is rolled up');

select is(
    (select c.relrowsecurity from pg_class as c
     where c.oid = 'perf_internal.performance_metrics_raw_20200107'::regclass),
    true,
    'row level security is on for a partition'
);
select policies_are(
    'perf_internal',
    'performance_metrics_raw_20200107',
    array['performance_metrics_raw_20200107_all_nobody'],
    'and its policy lets nobody in'
);
select is(
    (select count(*) from pg_constraint as c
     where c.conrelid = 'perf_internal.performance_metrics_raw_20200107'::regclass
         and c.contype = 'c'),
    (select count(*) from pg_constraint as c
     where c.conrelid = 'perf.performance_metrics_raw'::regclass and c.contype = 'c'),
    'it has the checks of its parent'
);
select is(
    (select count(*) from pg_index as i
     where i.indrelid = 'perf_internal.performance_metrics_raw_20200107'::regclass),
    (select count(*) from pg_index as i
     where i.indrelid = 'perf.performance_metrics_raw'::regclass),
    'and its indexes'
);

select throws_ok(
    $$ select * from perf.ensure_partitions('2020-01-06', -1) $$,
    '22023',
    'days_ahead must be between 0 and 366, got -1',
    'refuses less than no days ahead'
);
select throws_ok(
    $$ select * from perf.ensure_partitions('2020-01-06', 367) $$,
    '22023',
    'days_ahead must be between 0 and 366, got 367',
    'refuses more than a leap year'
);
select throws_ok(
    $$ select * from perf.ensure_partitions('2020-01-06', null) $$,
    '22023',
    'days_ahead must be between 0 and 366, got null',
    'refuses null for them'
);
select throws_ok(
    $$ select * from perf.ensure_partitions(null) $$,
    '22023',
    'as_of must be a point in time, got null',
    'refuses null for a time'
);
select throws_ok(
    $$ select * from perf.ensure_partitions('infinity') $$,
    '22023',
    'as_of must be a point in time, got infinity',
    'refuses an infinite time'
);

select results_eq(
    $$ select partition_name from perf.ensure_partitions('2021-01-04 12:00', 0) $$,
    $$ values
        ('performance_metrics_raw_20210104'),
        ('model_performance_metrics_20210101'),
        ('ab_outcomes_20210104'),
        ('feature_summaries_20210104'),
        ('performance_metrics_20210101'),
        ('otlp_summaries_20210104') $$,
    'no days ahead is today alone, and its month'
);
select is(
    (select count(*) from perf.ensure_partitions('2021-06-01 12:00')),
    4 * 8 + 2::bigint,
    'by default it is today and a week ahead, and the month'
);

-- The retention of jobs reaches 90 days back from March 30, 2020: to December 31.
insert into perf.workflows (name) values ('portrait');
insert into perf_internal.job_kinds (workflow_id) select w.id from perf.workflows as w;
insert into perf.performance_metrics (series_id, job_id, workflow_id, created_at)
select k.id, 1, k.workflow_id, d
from perf_internal.job_kinds as k
cross join unnest('{2019-11-30 23:59, 2019-12-01 00:00, 2020-02-29 12:00}'::timestamptz[]) as d;
select results_eq(
    $$ select * from perf.ensure_partitions('2020-03-30 12:00', 2)
       where partition_name ~ '^performance_metrics_2' $$,
    $$ values
        ('performance_metrics_20191201', 1::bigint),
        ('performance_metrics_20200201', 1),
        ('performance_metrics_20200301', 0),
        ('performance_metrics_20200401', 0) $$,
    'jobs get their months, the next one too when it begins within days_ahead'
);
select results_eq(
    $$ select r.tableoid::regclass::text from perf.performance_metrics as r order by r.created_at $$,
    $$ values
        ('perf_internal.performance_metrics_default'),
        ('perf_internal.performance_metrics_20191201'),
        ('perf_internal.performance_metrics_20200201') $$,
    'every job is there once, that of a month which retention drops next where it was'
);

set local role service_role;
select lives_ok($$ select perf.ensure_partitions('2020-01-06', 0) $$, 'service_role may run it');

set local role perf_admin;
select lives_ok($$ select perf.ensure_partitions('2020-01-06', 0) $$, 'so may perf_admin');

set local role authenticated;
select throws_ok(
    $$ select perf.ensure_partitions('2020-01-06', 0) $$, '42501', null, 'authenticated may not'
);

set local role anon;
select throws_ok(
    $$ select perf.ensure_partitions('2020-01-06', 0) $$, '42501', null, 'nor may anon'
);

reset role;
insert into perf.profiles (id, username) values ('a0000000-0000-4000-8000-000000000000', 'ada');
insert into perf.user_roles (user_id, role)
values ('a0000000-0000-4000-8000-000000000000', 'admin');
set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select lives_ok(
    $$ select * from perf.ensure_partitions('2020-01-06', 0) $$,
    'an admin by token may'
);

set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select * from perf.ensure_partitions('2020-01-06', 0) $$,
    '42501',
    'this needs the role admin',
    'a stranger with a token may not'
);

select * from finish();
rollback;
