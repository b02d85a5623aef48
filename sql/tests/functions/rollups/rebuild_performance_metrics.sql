begin;
select plan(33);

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

-- Monday, Tuesday and Wednesday of one week.
create temporary table recorded as
select perf.record_call('acme/one', 'chat', c.ms, input_tokens => 10, call_timestamp => c.called_at)
from (
    values
        (100, timestamptz '2020-01-06 10:00'),
        (300, '2020-01-06 23:59:59.999999'),
        (500, '2020-01-07 00:00'),
        (700, '2020-01-08 12:00')
) as c (ms, called_at);

create view pg_temp.counts as
select r.granularity, to_char(r.time_bucket, 'MM-DD HH24') as bucket, r.count
from perf_internal.rollups as r
where r.metric = 'response_time_ms'
order by 1, 2;

select is(
    perf.rebuild_performance_metrics('2020-01-06', '2020-01-07'),
    0::bigint,
    'rows of its own transaction wait for a run'
);

select pg_temp.end_recording();
select is(
    perf.rebuild_performance_metrics('2020-01-06', '2020-01-07'),
    2::bigint,
    'returns how many rows the days hold'
);

create function pg_temp.get_measures()
returns table (granularity text, time_bucket timestamptz, measures jsonb)
language sql
as $$
    select r.granularity, r.time_bucket, to_jsonb(r) - '{created_at,m2}'::text[]
        || jsonb_build_object('m2', round(r.m2::numeric, 6))
    from perf_internal.rollups as r
$$;
create temporary table expected as select * from pg_temp.get_measures();

create function pg_temp.differs()
returns bigint
language sql
as $$
    select greatest(
        count(*) filter (where e.measures is null), count(*) filter (where m.measures is null)
    )
    from expected as e
    full join pg_temp.get_measures() as m on m.measures = e.measures
$$;

select results_eq(
    'select * from pg_temp.counts',
    $$ values ('daily', '01-06 00', 2::bigint), ('daily', '01-07 00', 1), ('daily', '01-08 00', 1),
        ('hourly', '01-06 10', 1), ('hourly', '01-06 23', 1), ('hourly', '01-07 00', 1),
        ('hourly', '01-08 12', 1), ('weekly', '01-06 00', 4) $$,
    'rolls up pending rows of all days, and the week keeps its other days'
);

select is_empty(
    $$ select * from perf.verify_performance_metrics('2020-01-06', '2020-01-13') $$,
    'every bucket says what its calls say'
);

update perf_internal.rollups as r
set count = 5, sum = 1, last_bin = 1, sketch = 5
where r.granularity = 'hourly'
    and r.time_bucket = '2020-01-06 10:00'
    and r.metric = 'response_time_ms';

select isnt(pg_temp.differs(), 0::bigint, 'a row that was tampered with differs');
select is(
    perf.rebuild_performance_metrics('2020-01-06', '2020-01-07'), 2::bigint, 'rebuilds its day'
);
select is(pg_temp.differs(), 0::bigint, 'and it is as before');

delete from perf_internal.rollups as r
where (r.granularity = 'hourly' and r.time_bucket = '2020-01-06 10:00')
    or (r.granularity = 'daily' and r.time_bucket = '2020-01-06 00:00')
    or r.granularity = 'weekly';
select is(
    perf.rebuild_performance_metrics('2020-01-06', '2020-01-07'), 2::bigint, 'rebuilds lost rows'
);
select is((select count(*) from pg_temp.counts), 8::bigint, 'all are there again');
select is(pg_temp.differs(), 0::bigint, 'and as before');

update perf_internal.rollups as r
set time_bucket = '2020-01-06 15:00'
where r.granularity = 'hourly'
    and r.time_bucket = '2020-01-06 10:00';
select is(
    perf.rebuild_performance_metrics('2020-01-06 12:00', '2020-01-06 12:30'),
    2::bigint,
    'of a range within a day the whole day is rebuilt'
);
select is(pg_temp.differs(), 0::bigint, 'so that a row of an hour without calls goes');

update perf_internal.rollups as r
set count = 5
where r.granularity = 'hourly'
    and r.time_bucket = '2020-01-07 00:00'
    and r.metric = 'response_time_ms';
select is(
    perf.rebuild_performance_metrics('2020-01-06', '2020-01-07 00:00'),
    2::bigint,
    'the day that starts with the end is not in the range'
);
select is(pg_temp.differs(), 1::bigint, 'and stays as it is');
select is(
    perf.rebuild_performance_metrics('2020-01-06', '2020-01-07 00:00:00.000001'),
    3::bigint,
    'a microsecond later it is'
);
select is(pg_temp.differs(), 0::bigint, 'and repaired');

select is(
    perf.rebuild_performance_metrics('2020-02-03', '2020-02-10'),
    0::bigint,
    'a range without calls holds none'
);
select is(
    perf.rebuild_performance_metrics('2020-01-06', '2020-01-06'),
    0::bigint,
    'an empty range holds none'
);

select throws_ok(
    $$ select perf.rebuild_performance_metrics('2020-01-07', '2020-01-06') $$,
    '22023',
    'end_time must not be before start_time, got 2020-01-07 00:00:00+00 and 2020-01-06 00:00:00+00',
    'refuses an end before the start'
);

savepoint whole;
insert into perf_internal.dropped_ranges (pipeline, range_start, range_end, row_count, bytes)
values ('calls', '2020-01-07', '2020-01-08', 1, 1);
select throws_ok(
    $$ select perf.rebuild_performance_metrics('2020-01-06', '2020-01-08') $$,
    '22023',
    'start_time and end_time must be covered by raw rows, but 2020-01-07 is not',
    'refuses a range with a day that retention has dropped'
);
select lives_ok(
    $$ select perf.rebuild_performance_metrics('2020-01-08', '2020-01-09') $$,
    'not the day after it'
);
select lives_ok(
    $$ select perf.rebuild_performance_metrics('2020-01-06', '2020-01-07') $$, 'nor the day before'
);
rollback to savepoint whole;

delete from perf.performance_metrics_raw where call_timestamp >= '2020-01-08';
select throws_ok(
    $$ select perf.rebuild_performance_metrics('2020-01-06', '2020-01-13') $$,
    '22023',
    'start_time and end_time must be covered by raw rows, but 2020-01-08 is not',
    'refuses a day whose rows are counted but gone'
);
rollback to savepoint whole;

-- The daily row of the 6th is gone, and with it what the week needs.
update perf.retention as t
set deleted_before = '2020-01-07'
where t.pipeline = 'calls'
    and t.level = 'daily';
select throws_ok(
    $$ select perf.rebuild_performance_metrics('2020-01-08', '2020-01-09') $$,
    '22023',
    'start_time and end_time must be covered by raw rows, but 2020-01-08 is not',
    'refuses a week of which retention has removed a day'
);
rollback to savepoint whole;

update perf.retention as t
set deleted_before = '2020-01-06 11:00'
where t.pipeline = 'calls'
    and t.level = 'hourly';
select is(
    perf.rebuild_performance_metrics('2020-01-06', '2020-01-07'),
    2::bigint,
    'computes a day again of which retention has removed an hour'
);
select results_eq(
    $$ select r.granularity, min(r.time_bucket)
       from perf_internal.rollups as r
       where r.time_bucket < '2020-01-07'
       group by 1
       order by 1 $$,
    $$ values
        ('daily', timestamptz '2020-01-06 00:00'),
        ('hourly', '2020-01-06 23:00'),
        ('weekly', '2020-01-06 00:00') $$,
    'but not that hour'
);
rollback to savepoint whole;

-- A metric that is added later counts what raw still has.
select perf_internal.add_metric(
    'calls', 'double_ms', 'r.response_time_ms * 2', unit => 'ms', better => 'lower', meaning => 'X.'
);
select is(
    perf.rebuild_performance_metrics('2020-01-06', '2020-01-07', 'calls'),
    2::bigint,
    'the pipeline may be named'
);
select results_eq(
    $$ select r.granularity, r.count, r.sum
       from perf_internal.rollups as r
       where r.metric = 'double_ms'
           and r.granularity <> 'hourly'
       order by 1 $$,
    $$ values ('daily', 2::bigint, 800::float8), ('weekly', 2, 800) $$,
    'a metric that is new is counted from raw rows'
);
rollback to savepoint whole;
select throws_ok(
    $$ select perf.rebuild_performance_metrics('2020-01-06', '2020-01-07', 'other') $$,
    'PT404',
    'there is no pipeline "other"',
    'refuses an unknown pipeline'
);

set local timezone = 'Europe/Berlin';
-- On Sunday 2020-03-29 the clocks of Berlin go forward.
create temporary table spring as
select perf.record_call('acme/one', 'chat', 1, call_timestamp => '2020-03-29 12:00+00');
select pg_temp.end_recording();
select is(
    perf.rebuild_performance_metrics('2020-03-29 00:00+00', '2020-03-29 00:30+00'),
    1::bigint,
    'a change to summer time in the zone of the session is of no matter'
);

set local role perf_analyst;
select throws_ok(
    $$ select perf.rebuild_performance_metrics('2020-01-06', '2020-01-07') $$,
    '42501',
    null,
    'perf_analyst may not'
);

reset role;
insert into perf.profiles (id, username) values ('a0000000-0000-4000-8000-000000000000', 'ada');
insert into perf.user_roles (user_id, role)
values ('a0000000-0000-4000-8000-000000000000', 'admin');
set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select lives_ok(
    $$ select perf.rebuild_performance_metrics('2020-01-06', '2020-01-07') $$,
    'an admin by token may'
);

set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.rebuild_performance_metrics('2020-01-06', '2020-01-07', 'nothing') $$,
    '42501',
    'this needs the role admin',
    'a stranger with a token may not'
);

select * from finish();
rollback;
