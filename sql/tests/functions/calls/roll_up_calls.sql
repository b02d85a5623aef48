begin;
select plan(11);

create temporary table recorded as
select perf.record_call('acme/one', 'chat', c.ms, call_timestamp => c.called_at)
from (
    values
        (100, timestamptz '2020-01-06 10:00+00'),
        (300, '2020-01-06 11:00+00'),
        (500, '2020-01-08 00:00+00')
) as c (ms, called_at);

create view pg_temp.rollups as
select granularity, time_bucket, call_count, sum_response_time
from perf_internal.performance_metrics;

select is(perf_internal.roll_up_calls(is_pending => true), 3::bigint, 'adds pending calls');

select results_eq(
    'select * from pg_temp.rollups order by granularity, time_bucket',
    $$ values
        ('daily', '2020-01-06 00:00+00'::timestamptz, 2::bigint, 400::float8),
        ('daily', '2020-01-08 00:00+00', 1, 500),
        ('hourly', '2020-01-06 10:00+00', 1, 100),
        ('hourly', '2020-01-06 11:00+00', 1, 300),
        ('hourly', '2020-01-08 00:00+00', 1, 500),
        ('weekly', '2020-01-06 00:00+00', 3, 900) $$,
    'to their hours, days and week'
);

select is(
    (select in_progress @> array[txid_current()] from perf_internal.rollup_state),
    true,
    'its own transaction counts as in progress'
);

select is(
    (select snapshot_xmax >= txid_current() from perf_internal.rollup_state),
    true,
    'the state advances to the snapshot it read'
);

select results_eq(
    'select last_run_calls, total_calls from perf_internal.rollup_state',
    'values (3::bigint, 3::bigint)',
    'and counts the calls'
);

-- What aggregate_performance_metrics() does with calls of its own transaction.
update perf.performance_metrics_raw set transaction_id = 0;

select is(
    perf_internal.roll_up_calls(is_pending => true),
    0::bigint,
    'a second run adds none'
);

delete from perf_internal.performance_metrics
where time_bucket >= '2020-01-06' and time_bucket < '2020-01-07 00:00+00';

create temporary table position as
select snapshot_xmax, in_progress, last_run_at, total_calls from perf_internal.rollup_state;

select is(
    perf_internal.roll_up_calls(false, '2020-01-06 00:00+00', '2020-01-07 00:00+00'),
    2::bigint,
    'not pending, it adds the calls of whole days again'
);

select results_eq(
    'select * from pg_temp.rollups order by granularity, time_bucket',
    $$ values
        ('daily', '2020-01-06 00:00+00'::timestamptz, 2::bigint, 400::float8),
        ('daily', '2020-01-08 00:00+00', 1, 500),
        ('hourly', '2020-01-06 10:00+00', 1, 100),
        ('hourly', '2020-01-06 11:00+00', 1, 300),
        ('hourly', '2020-01-08 00:00+00', 1, 500),
        ('weekly', '2020-01-06 00:00+00', 3, 900) $$,
    'the other days of the week come from their daily rows'
);

select results_eq(
    'select snapshot_xmax, in_progress, last_run_at, total_calls from perf_internal.rollup_state',
    'select * from position',
    'and the state stays'
);

select is(
    perf_internal.roll_up_calls(false, '2020-02-03 00:00+00', '2020-02-04 00:00+00'),
    0::bigint,
    'a day without calls adds none'
);

set local role perf_admin;
select throws_ok(
    'select perf_internal.roll_up_calls(true)', '42501', null, 'only the owner may call it'
);

select * from finish();
rollback;
