begin;
select plan(46);

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

create view pg_temp.rollups
as
select
    r.granularity,
    to_char(r.time_bucket at time zone 'UTC', 'DD HH24') as bucket,
    r.count,
    r.sum
from perf_internal.rollups as r
where r.metric = 'response_time_ms'
order by 1, 2;

select is(perf_internal.roll_up('calls'), 0::bigint, 'without rows a run adds none');

create temporary table recorded as
select perf.record_call('acme/one', 'chat', c.ms, call_timestamp => c.called_at)
from (
    values
        (100, timestamptz '2020-01-06 10:00+00'),
        (300, '2020-01-06 11:00+00'),
        (500, '2020-01-08 00:00+00')
) as c (ms, called_at);

-- A run in the transaction that recorded.
select is(perf_internal.roll_up('calls'), 0::bigint, 'rows of its own transaction wait');
select is_empty('select * from pg_temp.rollups', 'and are not counted');
select is(
    (select txid_current() = any(s.in_progress) from perf_internal.rollup_state as s
     where s.pipeline = 'calls'),
    true,
    'its own transaction counts as in progress'
);
select is(
    (select s.run_id = txid_current() from perf_internal.rollup_state as s
     where s.pipeline = 'calls'),
    true,
    'which the state names as the run'
);
select is(
    perf_internal.count_pending_rows('calls', '2020-01-06 00:00+00', '2020-01-09 00:00+00', 1),
    1::bigint,
    'so its rows stay pending'
);
select is(perf_internal.roll_up('calls'), 0::bigint, 'also in a second run');

-- As if another transaction had recorded them.
select pg_temp.end_recording();
-- Other sessions of the server may have transactions with lower ids than ours that are not over.
create temporary table before_run as select txid_snapshot_xmax(txid_current_snapshot()) as next_id;
select is(
    perf_internal.roll_up('calls'),
    3::bigint,
    'rows of a transaction that ended after the last run are added'
);
select results_eq(
    'select * from pg_temp.rollups',
    $$ values
        ('daily', '06 00', 2::bigint, 400::float8),
        ('daily', '08 00', 1, 500),
        ('hourly', '06 10', 1, 100),
        ('hourly', '06 11', 1, 300),
        ('hourly', '08 00', 1, 500),
        ('weekly', '06 00', 3, 900) $$,
    'to their hours, days and week'
);
select is(
    (select s.snapshot_xmax >= b.next_id from perf_internal.rollup_state as s
     cross join before_run as b
     where s.pipeline = 'calls'),
    true,
    'the state advances to the snapshot of the run'
);
select results_eq(
    $$ select s.last_run_rows, s.total_rows, s.last_run_at is not null, s.last_run_ms >= 0
       from perf_internal.rollup_state as s
       where s.pipeline = 'calls' $$,
    'values (3::bigint, 3::bigint, true, true)',
    'and tells of the run'
);

select is(perf_internal.roll_up('calls'), 0::bigint, 'a second run adds none');
select is((select sum(count) from pg_temp.rollups), 9::numeric, 'and changes nothing');
select results_eq(
    $$ select s.last_run_rows, s.total_rows
       from perf_internal.rollup_state as s
       where s.pipeline = 'calls' $$,
    'values (0::bigint, 3::bigint)',
    'the state counts it'
);

-- A late row of an hour that is rolled up, of an hour that is not, and one of a week before.
create temporary table late as
select perf.record_call('acme/one', 'chat', c.ms, call_timestamp => c.called_at)
from (
    values
        (200, timestamptz '2020-01-06 10:30+00'),
        (700, '2020-01-07 12:00+00'),
        (900, '2020-01-05 23:59:59.999999+00')
) as c (ms, called_at);
select pg_temp.end_recording();
select is(perf_internal.roll_up('calls'), 3::bigint, 'late rows are new once');
select results_eq(
    'select * from pg_temp.rollups',
    $$ values
        ('daily', '05 00', 1::bigint, 900::float8),
        ('daily', '06 00', 3, 600),
        ('daily', '07 00', 1, 700),
        ('daily', '08 00', 1, 500),
        ('hourly', '05 23', 1, 900),
        ('hourly', '06 10', 2, 300),
        ('hourly', '06 11', 1, 300),
        ('hourly', '07 12', 1, 700),
        ('hourly', '08 00', 1, 500),
        ('weekly', '06 00', 5, 1800),
        ('weekly', '30 00', 1, 900) $$,
    'whatever their time is'
);
select is(perf_internal.roll_up('calls'), 0::bigint, 'and not once more');

-- An hour that is not over. Then it is, as if time had gone by.
savepoint before_new;
select perf.record_call('acme/new', 'chat', 1, call_timestamp => now() + interval '2 hours');
select pg_temp.end_recording();
select is(perf_internal.roll_up('calls'), 1::bigint, 'a row of an hour that is not over is new');
create view pg_temp.new_hour
as
select r.p50, r.time_bucket
from perf_internal.rollups as r
join perf.model_tool_configs as c on c.id = r.series_id
join perf.models as m on m.id = c.model_id
where m.name = 'acme/new'
    and r.granularity = 'hourly';
select is((select n.p50 from pg_temp.new_hour as n), null, 'its percentiles wait for its end');
update perf_internal.rollups as r
set time_bucket = '2020-03-02 10:00+00'
from pg_temp.new_hour as n
where r.granularity = 'hourly'
    and r.time_bucket = n.time_bucket;
update perf_internal.rollup_state as s
set last_run_at = '2020-03-02 10:59+00'
where s.pipeline = 'calls';
select is(perf_internal.roll_up('calls'), 0::bigint, 'the first run after it adds nothing');
select is((select n.p50 from pg_temp.new_hour as n), 1::float8, 'but these');
rollback to savepoint before_new;

-- A transaction that is in progress during a run. 690 is one, and was seen by the last run.
create function pg_temp.record_as(transaction_id bigint, ms float8)
returns void
language sql
as $$
    insert into perf.performance_metrics_raw (
        model_tool_config_id, call_timestamp, response_time_ms, success, transaction_id
    )
    select c.id, '2020-01-20 00:00+00', record_as.ms, true, record_as.transaction_id
    from perf.model_tool_configs as c
$$;
create function pg_temp.get_sum()
returns float8
language sql
as $$
    select r.sum
    from perf_internal.rollups as r
    where r.granularity = 'weekly'
        and r.time_bucket = '2020-01-20 00:00+00'
$$;
savepoint before_progress;
update perf_internal.rollup_state as s
set in_progress = s.in_progress || 690
where s.pipeline = 'calls';
select pg_temp.record_as(690, 1);
select pg_temp.record_as(689, 10);
select is(
    perf_internal.roll_up('calls'),
    1::bigint,
    'of earlier transactions only what was in progress is new'
);
select is(pg_temp.get_sum(), 1::float8, 'not what a run has read');
select is(perf_internal.roll_up('calls'), 0::bigint, 'and once');
select is(pg_temp.get_sum(), 1::float8, 'its rows are counted once');
rollback to savepoint before_progress;

-- A transaction of the future is one that began after the snapshot of the run.
select pg_temp.record_as(txid_current() + 1000, 1);
select is(
    perf_internal.roll_up('calls'),
    0::bigint,
    'what began after the snapshot is left to the next run'
);
select is(
    perf_internal.count_pending_rows('calls', '2020-01-20 00:00+00', '2020-01-21 00:00+00', 1),
    1::bigint,
    'and stays pending'
);
rollback to savepoint before_progress;

-- Transactions that are over here and not yet on another node.
create or replace function perf_internal.get_unsettled()
returns bigint[]
language sql
set search_path = pg_catalog, pg_temp
as $$ select '{650}'::bigint[] $$;
select is(perf_internal.roll_up('calls'), 0::bigint, 'a transaction is unsettled during a run');
select is(
    (select 650 = any(s.in_progress) from perf_internal.rollup_state as s
     where s.pipeline = 'calls'),
    true,
    'which then counts as in progress'
);
select pg_temp.record_as(650, 1);
select is(
    perf_internal.roll_up('calls'),
    0::bigint,
    'as long as it is unsettled its rows are not counted'
);
select is(pg_temp.get_sum(), null, 'not even those that are here');
select is(
    perf_internal.count_pending_rows('calls', '2020-01-20 00:00+00', '2020-01-21 00:00+00', 1),
    1::bigint,
    'but they are pending'
);
select pg_temp.record_as(650, 2);
create or replace function perf_internal.get_unsettled()
returns bigint[]
language sql
set search_path = pg_catalog, pg_temp
as $$ select '{}'::bigint[] $$;
select is(perf_internal.roll_up('calls'), 2::bigint, 'once it is settled all its rows are added');
select is(pg_temp.get_sum(), 3::float8, 'together');
select is(perf_internal.roll_up('calls'), 0::bigint, 'and once');
select is(pg_temp.get_sum(), 3::float8, 'they are counted once');
rollback to savepoint before_progress;

create or replace function perf_internal.get_unsettled()
returns bigint[]
language sql
set search_path = pg_catalog, pg_temp
as $$ select array[5, s.run_id] from perf_internal.rollup_state as s where s.pipeline = 'calls' $$;
select pg_temp.record_as(txid_current() - 1, 1);
update perf_internal.rollup_state as s
set in_progress = s.in_progress || txid_current() - 1
where s.pipeline = 'calls';
create temporary table state as
select s.* from perf_internal.rollup_state as s where s.pipeline = 'calls';
select throws_ok(
    $$ select perf_internal.roll_up('calls') $$,
    'PT409',
    'the last run of pipeline "calls" is not yet over on every node',
    'while the last run itself is unsettled none is begun'
);
select results_eq(
    $$ select s.* from perf_internal.rollup_state as s where s.pipeline = 'calls' $$,
    'select * from state',
    'and the state stays'
);
select is(pg_temp.get_sum(), null, 'nothing is added');
rollback to savepoint before_progress;

-- The same rows twice: those of February are added by one run, those four weeks later by two.
create temporary table configs as
select m, perf_internal.add_config('acme/' || m, 'chat', null, '{}') as id
from generate_series(1, 3) as m;
create function pg_temp.record_many(first_week timestamptz, parts integer[], transaction_id bigint)
returns void
language sql
as $$
    update perf_internal.rollup_state as s
    set in_progress = s.in_progress || record_many.transaction_id
    where s.pipeline = 'calls';
    insert into perf.performance_metrics_raw (
        model_tool_config_id, call_timestamp, response_time_ms, success, input_tokens, transaction_id
    )
    select
        c.id,
        record_many.first_week + g * interval '170 minutes',
        g * 17 % 11 * 10 * c.m,
        g % 5 > 0,
        nullif(g % 4, 0),
        record_many.transaction_id
    from configs as c
    cross join generate_series(1, 60) as g
    where (g + c.m) % 2 = any(record_many.parts)
$$;
create function pg_temp.get_measures(first_week timestamptz)
returns table (measures jsonb)
language sql
as $$
    select to_jsonb(r) - '{time_bucket,created_at,m2}'::text[] || jsonb_build_object(
        'after', r.time_bucket - get_measures.first_week,
        'm2', round(r.m2::numeric, 6)
    )
    from perf_internal.rollups as r
    where r.time_bucket >= get_measures.first_week
        and r.time_bucket < get_measures.first_week + interval '21 days'
$$;
select pg_temp.record_many('2020-02-03 00:00+00', '{0,1}', 690);
select pg_temp.record_many('2020-03-02 00:00+00', '{0}', 691);
select is(perf_internal.roll_up('calls'), 270::bigint, 'one run adds all, and half of the same');
select pg_temp.record_many('2020-03-02 00:00+00', '{1}', 692);
select is(perf_internal.roll_up('calls'), 90::bigint, 'another the other half');
select set_eq(
    $$ select * from pg_temp.get_measures('2020-03-02 00:00+00') $$,
    $$ select * from pg_temp.get_measures('2020-02-03 00:00+00') $$,
    'two runs give what one run gives'
);

select throws_ok(
    $$ select perf_internal.roll_up('other') $$,
    'PT404',
    'there is no pipeline "other"',
    'refuses an unknown pipeline'
);

select isnt_empty(
    $$ select 1
       from pg_stats as s
       where s.schemaname = 'perf_internal'
           and s.tablename = 'rollups'
           and s.attname = 'series_id' $$,
    'the planner knows the rollups after the first run'
);

-- As between the data and the end of a restore.
refresh materialized view perf_internal.origin with no data;
select throws_ok(
    $$ select perf_internal.roll_up('calls') $$,
    'PT409',
    'a restore is under way: perf_internal.origin is empty',
    'no run is begun while a restore is under way'
);

set local role perf_admin;
select throws_ok(
    $$ select perf_internal.roll_up('calls') $$, '42501', null, 'only the owner may call it'
);

select * from finish();
rollback;
