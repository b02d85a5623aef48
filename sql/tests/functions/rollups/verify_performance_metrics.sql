begin;
select plan(31);

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

create function pg_temp.verify(start_time timestamptz, end_time timestamptz)
returns table (
    granularity text, bucket text, metric text, expected bigint, rolled_up bigint, differs text
)
language sql
as $$
    select v.granularity, to_char(v.time_bucket, 'MM-DD HH24'), v.metric, v.expected_count,
        v.rolled_up_count, array_to_string(v.differs_in, ', ')
    from perf.verify_performance_metrics(start_time, end_time) as v
$$;

-- As a hand would that has the right.
create function pg_temp.tamper(
    granularity text,
    bucket timestamptz,
    change text,
    metric text default 'response_time_ms'
)
returns void
language plpgsql
as $$
begin
    execute format(
        'update perf_internal.rollups as r
        set %s
        where (r.granularity, r.time_bucket, r.metric) = (%L, %L, %L)',
        tamper.change, tamper.granularity, tamper.bucket, tamper.metric
    );
end
$$;

select is_empty(
    $$ select * from pg_temp.verify('2020-01-06', '2020-01-13') $$, 'without rows nothing differs'
);

create temporary table recorded as
select perf.record_call(
    'acme/one', 'chat', c.ms, input_tokens => 10, first_token_ms => 50,
    call_timestamp => c.called_at
)
from (
    values
        (100, timestamptz '2020-01-06 10:00'),
        (300, '2020-01-06 10:30'),
        (500, '2020-01-07 00:00'),
        (700, '2020-01-12 23:59:59.999999'),
        (900, '2020-01-13 00:00')
) as c (ms, called_at);

select is_empty(
    $$ select * from pg_temp.verify('2020-01-06', '2020-01-20') $$, 'nor while rows are pending'
);

select pg_temp.end_recording();
select perf.aggregate_performance_metrics();

select is_empty(
    $$ select * from pg_temp.verify('2020-01-06', '2020-01-20') $$, 'nor once they are rolled up'
);

create temporary table late as
select perf.record_call('acme/one', 'chat', 1, call_timestamp => '2020-01-06 10:00');
select is_empty(
    $$ select * from pg_temp.verify('2020-01-06', '2020-01-20') $$,
    'nor while a late row is pending'
);
select pg_temp.end_recording();
select perf.aggregate_performance_metrics();

savepoint intact;
select pg_temp.tamper('hourly', '2020-01-06 10:00', 'count = 4');
select results_eq(
    $$ select * from pg_temp.verify('2020-01-06', '2020-01-07') $$,
    $$ values ('hourly', '01-06 10', 'response_time_ms', 3::bigint, 4::bigint, 'count') $$,
    'names an hour that counts a row too many'
);
select is_empty(
    $$ select * from pg_temp.verify('2020-01-07', '2020-01-13') $$,
    'not where it was not asked'
);
select is(
    (
        select v.series_id
        from perf.verify_performance_metrics('2020-01-06', '2020-01-07') as v
    ),
    (select c.id from perf.model_tool_configs as c),
    'with its series'
);
rollback to savepoint intact;

select pg_temp.tamper('hourly', '2020-01-06 10:00', 'max = 301');
select pg_temp.tamper('hourly', '2020-01-06 10:00', 'sketch = null', 'first_token_ms');
select results_eq(
    $$ select * from pg_temp.verify('2020-01-06', '2020-01-07') $$,
    $$ values
        ('hourly', '01-06 10', 'first_token_ms', 2::bigint, 2::bigint, 'sketch'),
        ('hourly', '01-06 10', 'response_time_ms', 3, 3, 'extremes') $$,
    'names every metric that differs, and in what'
);
rollback to savepoint intact;

select pg_temp.tamper(
    'hourly', '2020-01-06 10:00', 'count = 4, sum = 402, m2 = 1, min = 0, last_bin = last_bin + 1'
);
select is(
    (select differs from pg_temp.verify('2020-01-06', '2020-01-07')),
    'count, sum, deviation, extremes, sketch',
    'which may be everything'
);
rollback to savepoint intact;

-- The sum is 401, the order of adding changes its last digits.
select pg_temp.tamper('hourly', '2020-01-06 10:00', 'sum = 401.0000001, m2 = m2 + 0.0001');
select is_empty(
    $$ select * from pg_temp.verify('2020-01-06', '2020-01-07') $$,
    'but not the last digits of a sum'
);
rollback to savepoint intact;
select pg_temp.tamper('hourly', '2020-01-06 10:00', 'sum = 401.000001');
select is(
    (select differs from pg_temp.verify('2020-01-06', '2020-01-07')), 'sum', 'more of it does'
);
rollback to savepoint intact;

delete from perf_internal.rollups as r
where r.granularity = 'hourly'
    and r.time_bucket = '2020-01-07 00:00'
    and r.metric = 'response_time_ms';
select results_eq(
    $$ select granularity, bucket, metric, expected, rolled_up
       from pg_temp.verify('2020-01-07', '2020-01-08') $$,
    $$ values ('hourly', '01-07 00', 'response_time_ms', 1::bigint, 0::bigint) $$,
    'names an hour that is missing'
);
rollback to savepoint intact;

insert into perf_internal.rollups (
    series_id, granularity, time_bucket, metric, count, sum, m2, min, max, p50, p95, p99
)
select c.id, 'hourly', '2020-01-06 15:00', 'response_time_ms', 2, 2, 0, 1, 1, 1, 1, 1
from perf.model_tool_configs as c;
select results_eq(
    $$ select granularity, bucket, expected, rolled_up
       from pg_temp.verify('2020-01-06', '2020-01-07') $$,
    $$ values ('hourly', '01-06 15', 0::bigint, 2::bigint) $$,
    'names an hour without rows'
);
rollback to savepoint intact;

select pg_temp.tamper('daily', '2020-01-07', 'sum = 7', 'input_tokens');
select results_eq(
    $$ select * from pg_temp.verify('2020-01-06', '2020-01-13') $$,
    $$ values
        ('daily', '01-07 00', 'input_tokens', 1::bigint, 1::bigint, 'sum'),
        ('weekly', '01-06 00', 'input_tokens', 4, 4, 'sum, deviation') $$,
    'a day is compared with its rows, a week with its days'
);
rollback to savepoint intact;

select pg_temp.tamper('weekly', '2020-01-06', 'count = 6');
select results_eq(
    $$ select * from pg_temp.verify('2020-01-08', '2020-01-09') $$,
    $$ values ('weekly', '01-06 00', 'response_time_ms', 5::bigint, 6::bigint, 'count') $$,
    'the week of a day is looked at'
);
select is_empty(
    $$ select * from pg_temp.verify('2020-01-13', '2020-01-14') $$,
    'not the week before'
);
rollback to savepoint intact;

select pg_temp.tamper('daily', '2020-01-13', 'count = 9');
select is_empty(
    $$ select * from pg_temp.verify('2020-01-06', '2020-01-13 00:00') $$,
    'the day that starts with the end is not in the range'
);
select is(
    (select count(*) from pg_temp.verify('2020-01-06', '2020-01-13 00:00:00.000001')),
    2::bigint,
    'a microsecond later it is, with its week'
);
rollback to savepoint intact;

select pg_temp.tamper('hourly', '2020-01-06 10:00', 'count = 4');
insert into perf_internal.dropped_ranges (pipeline, range_start, range_end, row_count, bytes)
values ('calls', '2020-01-06', '2020-01-07', 1, 1);
select is_empty(
    $$ select * from pg_temp.verify('2020-01-06', '2020-01-13') $$,
    'what retention has dropped raw rows of cannot be compared'
);
rollback to savepoint intact;

delete from perf_internal.rollups as r
where r.granularity = 'hourly'
    and r.time_bucket < '2020-01-06 11:00';
update perf.retention as t
set deleted_before = '2020-01-06 11:00'
where t.pipeline = 'calls'
    and t.level = 'hourly';
select is_empty(
    $$ select * from pg_temp.verify('2020-01-06', '2020-01-13') $$,
    'hours that retention has deleted are not missing'
);
rollback to savepoint intact;

delete from perf_internal.rollups as r
where r.granularity = 'daily'
    and r.time_bucket < '2020-01-07';
update perf.retention as t
set deleted_before = '2020-01-07'
where t.pipeline = 'calls'
    and t.level = 'daily';
select is_empty(
    $$ select * from pg_temp.verify('2020-01-06', '2020-01-13') $$,
    'nor days, nor weeks that have lost a day'
);
rollback to savepoint intact;

set local timezone = 'Europe/Berlin';
-- On Sunday 2020-03-29 the clocks of Berlin go forward.
create temporary table spring as
select perf.record_call('acme/one', 'chat', 1, call_timestamp => '2020-03-29 12:00+00');
select pg_temp.end_recording();
select perf.aggregate_performance_metrics();
select pg_temp.tamper('daily', '2020-03-29 00:00+00', 'count = 9');
select is(
    (
        select v.rolled_up_count
        from perf.verify_performance_metrics('2020-03-29 00:00+00', '2020-03-29 00:30+00') as v
        where v.granularity = 'daily'
    ),
    9::bigint,
    'a change to summer time in the zone of the session is of no matter'
);
set local timezone = 'UTC';
rollback to savepoint intact;

select is_empty(
    $$ select * from pg_temp.verify('2020-01-06', '2020-01-06') $$,
    'an empty range differs in nothing'
);

select throws_ok(
    $$ select * from pg_temp.verify('2020-01-07', '2020-01-06') $$,
    '22023',
    'end_time must not be before start_time, got 2020-01-07 00:00:00+00 and 2020-01-06 00:00:00+00',
    'refuses an end before the start'
);
select throws_ok(
    $$ select * from pg_temp.verify('2020-01-07', 'infinity') $$,
    '22023',
    'start_time and end_time must be points in time, got 2020-01-07 00:00:00+00 and infinity',
    'refuses an infinite end'
);

select is_empty(
    $$ select * from perf.verify_performance_metrics('2020-01-06', '2020-01-13', 'calls') $$,
    'the pipeline may be named'
);
select throws_ok(
    $$ select * from perf.verify_performance_metrics('2020-01-06', '2020-01-13', 'other') $$,
    'PT404',
    'there is no pipeline "other"',
    'refuses an unknown pipeline'
);
update perf_internal.database_origin set origin = gen_random_uuid();
select throws_ok(
    $$ select * from perf.verify_performance_metrics('2020-01-06', '2020-01-13') $$,
    'PT409',
    'rows of another cluster were restored here and not adopted',
    'refuses to judge while a restore is under way'
);
rollback to savepoint intact;

set local role perf_analyst;
select lives_ok(
    $$ select * from perf.verify_performance_metrics('2020-01-06', '2020-01-13') $$,
    'perf_analyst may ask'
);

set local role perf_recorder;
select throws_ok(
    $$ select * from perf.verify_performance_metrics('2020-01-06', '2020-01-13') $$,
    '42501',
    null,
    'perf_recorder may not'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select * from perf.verify_performance_metrics('2020-01-06', '2020-01-13', 'nothing') $$,
    '42501',
    'this needs the role analyst',
    'a stranger with a token may not ask'
);

select * from finish();
rollback;
