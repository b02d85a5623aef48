begin;
select plan(12);

select is(
    perf_internal.has_pending_rows('calls', '2020-01-06 00:00+00', '2020-01-07 00:00+00'),
    false,
    'without rows none is pending'
);

select perf.record_call('acme/one', 'chat', 1, call_timestamp => '2020-01-06 10:00+00');

select is(
    perf_internal.has_pending_rows('calls', '2020-01-06 00:00+00', '2020-01-07 00:00+00'),
    true,
    'a row that no run has read is'
);
select is(
    perf_internal.has_pending_rows('calls', '2020-01-06 10:00+00', '2020-01-06 10:00:00.000001+00'),
    true,
    'start_time is in the range'
);
select is(
    perf_internal.has_pending_rows('calls', '2020-01-06 00:00+00', '2020-01-06 10:00+00'),
    false,
    'end_time is not'
);
select is(
    perf_internal.has_pending_rows('calls', '2020-01-06 10:00:00.000001+00', '2020-01-07 00:00+00'),
    false,
    'a row before the range does not count'
);

-- The last run saw everything before transaction 700 but 690, which was not over.
update perf_internal.rollup_state as s
set snapshot_xmax = 700, in_progress = '{690}'
where s.pipeline = 'calls';
create function pg_temp.is_pending(transaction_id bigint)
returns boolean
language sql
as $$
    update perf.performance_metrics_raw set transaction_id = is_pending.transaction_id;
    select perf_internal.has_pending_rows('calls', '2020-01-06 00:00+00', '2020-01-07 00:00+00')
$$;
select is(pg_temp.is_pending(699), false, 'a row that a run has read is not');
select is(pg_temp.is_pending(700), true, 'that of a later transaction is');
select is(pg_temp.is_pending(690), true, 'so is that of a transaction which was not over');
select is(pg_temp.is_pending(0), false, 'a row that a dump had as rolled up is not');

select is(
    perf_internal.has_pending_rows('calls', null, '2020-01-07 00:00+00'),
    false,
    'a range without a start has none'
);

select throws_ok(
    $$ select perf_internal.has_pending_rows('other', '2020-01-06', '2020-01-07') $$,
    'PT404',
    'there is no pipeline "other"',
    'refuses an unknown pipeline'
);

set local role perf_admin;
select throws_ok(
    $$ select perf_internal.has_pending_rows('calls', '2020-01-06', '2020-01-07') $$,
    '42501',
    null,
    'only the owner may call it'
);

select * from finish();
rollback;
