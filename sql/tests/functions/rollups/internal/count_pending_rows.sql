begin;
select plan(10);

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

select throws_ok(
    $$ select perf_internal.count_pending_rows('other') $$,
    'PT404',
    'there is no pipeline "other"',
    'refuses an unknown pipeline'
);

set local role perf_analyst;
select is(perf_internal.count_pending_rows('calls'), 1::bigint, 'perf_analyst may ask');

set local role perf_recorder;
select throws_ok(
    $$ select perf_internal.count_pending_rows('calls') $$, '42501', null, 'perf_recorder may not'
);

-- As between the data and the end of a restore.
reset role;
refresh materialized view perf_internal.origin with no data;
select throws_ok(
    $$ select perf_internal.count_pending_rows('calls') $$,
    '55000',
    'materialized view "origin" has not been populated',
    'nobody can say while a restore is under way'
);

select * from finish();
rollback;
