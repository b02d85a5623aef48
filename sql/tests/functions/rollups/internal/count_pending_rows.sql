begin;
select plan(20);

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

select is(perf_internal.count_pending_rows('calls'), 0::bigint, 'at first there are none');

create temporary table recorded as
select perf.record_call('acme/one', 'chat', 1, call_timestamp => d)
from (values (timestamptz '2020-01-06 10:00+00'), ('2020-01-06 10:00+00')) as c (d);

select is(
    perf_internal.count_pending_rows('calls'), 2::bigint, 'counts rows that no run has read'
);

select perf.aggregate_performance_metrics();
select is(
    perf_internal.count_pending_rows('calls'),
    2::bigint,
    'those of its own transaction are pending after a run too'
);

select pg_temp.end_recording();
select is(
    perf_internal.count_pending_rows('calls'),
    2::bigint,
    'so are those of a transaction that ended after the last run'
);

select perf.aggregate_performance_metrics();
select is(perf_internal.count_pending_rows('calls'), 0::bigint, 'a run leaves none');

select perf.record_call('acme/one', 'chat', 1, call_timestamp => '2020-01-06 10:00+00');
select is(perf_internal.count_pending_rows('calls'), 1::bigint, 'a late row is pending alone');

create temporary table more as
select perf.record_call('acme/one', 'chat', 1, call_timestamp => '2020-01-06 10:00+00')
from generate_series(1, 2);
select is(
    perf_internal.count_pending_rows('calls', max_rows => 4), 3::bigint, 'of three there are not four'
);
select is(
    perf_internal.count_pending_rows('calls', max_rows => 3), 3::bigint, 'but as many as three'
);
select is(perf_internal.count_pending_rows('calls', max_rows => 2), 2::bigint, 'counts no further');
select is(
    perf_internal.count_pending_rows('calls', '2020-01-06 10:00+00', '2020-01-06 10:00:00.000001+00'),
    3::bigint,
    'start_time is in the range'
);
select is(
    perf_internal.count_pending_rows('calls', '2020-01-06 00:00+00', '2020-01-06 10:00+00'),
    0::bigint,
    'end_time is not'
);
select is(
    perf_internal.count_pending_rows('calls', '2020-01-06 10:00:00.000001+00'),
    0::bigint,
    'a row before the range does not count'
);
select is(
    perf_internal.count_pending_rows('calls', null, '2020-01-07 00:00+00'),
    0::bigint,
    'a range without a start has none'
);

select throws_ok(
    $$ select perf_internal.count_pending_rows('other') $$,
    'PT404',
    'there is no pipeline "other"',
    'refuses an unknown pipeline'
);

set local role perf_analyst;
select is(perf_internal.count_pending_rows('calls'), 3::bigint, 'perf_analyst may ask');

set local role service_role;
select is(perf_internal.count_pending_rows('calls'), 3::bigint, 'so may service_role');

set local role perf_recorder;
select throws_ok(
    $$ select perf_internal.count_pending_rows('calls') $$, '42501', null, 'perf_recorder may not'
);

-- The last run saw everything before transaction 700 but 690, which was not over.
reset role;
update perf_internal.rollup_state as s
set snapshot_xmax = 700, in_progress = '{690}'
where s.pipeline = 'calls';
create function pg_temp.count_rows(transaction_id bigint)
returns bigint
language sql
as $$
    update perf.performance_metrics_raw set transaction_id = count_rows.transaction_id;
    select perf_internal.count_pending_rows('calls', max_rows => 1)
$$;
select results_eq(
    $$ values (pg_temp.count_rows(699), pg_temp.count_rows(0)) $$,
    'values (0::bigint, 0::bigint)',
    'a row that a run has read is not pending, nor one that a dump had as rolled up'
);
select results_eq(
    $$ values (pg_temp.count_rows(700), pg_temp.count_rows(690)) $$,
    'values (1::bigint, 1::bigint)',
    'one of a later transaction is, and of one which was not over'
);

-- As between the data and the end of a restore.
refresh materialized view perf_internal.origin with no data;
select throws_ok(
    $$ select perf_internal.count_pending_rows('calls') $$,
    'PT409',
    'a restore is under way: perf_internal.origin is empty',
    'nobody can say while a restore is under way'
);

select * from finish();
rollback;
