begin;
select plan(9);

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

select is(perf_internal.has_many_pending_rows(1), false, 'without rows none is pending');

create temporary table recorded as
select perf.record_call('acme/one', 'chat', g, call_timestamp => '2020-01-06 10:00+00')
from generate_series(1, 3) as g;

select is(perf_internal.has_many_pending_rows(2), true, 'three are more than two');
select is(perf_internal.has_many_pending_rows(3), true, 'and as many as three');
select is(perf_internal.has_many_pending_rows(4), false, 'but not four');

select pg_temp.end_recording();
select is(perf_internal.has_many_pending_rows(3), true, 'also of other transactions');
select perf.aggregate_performance_metrics();
select is(perf_internal.has_many_pending_rows(1), false, 'a run leaves none');

set local role service_role;
select is(perf_internal.has_many_pending_rows(1), false, 'service_role may ask');

set local role perf_analyst;
select throws_ok(
    'select perf_internal.has_many_pending_rows(1)', '42501', null, 'perf_analyst may not'
);

set local role authenticated;
select throws_ok(
    'select perf_internal.has_many_pending_rows(1)', '42501', null, 'nor may authenticated'
);

select * from finish();
rollback;
