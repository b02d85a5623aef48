begin;
select plan(10);

select perf.ensure_partitions('2020-01-06', days_ahead => 0);
update perf_internal.raw_partitions set summarized_ranges = 5;

create temporary table made as
select perf_internal.add_config('acme/one', 'chat', null, '{}') as id;

insert into perf.performance_metrics_raw
    (model_tool_config_id, call_timestamp, response_time_ms, success, transaction_id)
select m.id, '2020-01-06', c.ms, true, c.transaction_id
from made as m
cross join (
    values
        (1, 3999999000),
        (2, 3999999990),
        (3, 4000000000),
        (4, 4000000500),
        (5, 0)
) as c (ms, transaction_id);

select is(perf_internal.adopt_restored_calls(), 0::bigint, 'nothing has been restored');

select results_eq(
    'select r.transaction_id from perf.performance_metrics_raw as r order by r.response_time_ms',
    'values (3999999000::bigint), (3999999990), (4000000000), (4000000500), (0)',
    'so it changes nothing'
);

-- The cluster of the dump had come to four thousand million; one transaction was under way.
update perf_internal.rollup_state
set snapshot_xmax = 4000000000, in_progress = '{3999999990}', origin = '{1,1}';

select results_eq(
    $$ select c.call_count, c.sum_response_time
       from perf_internal.summarize_calls(is_pending => true) as c $$,
    'values (3::bigint, 9::float8)',
    'in a restored database the calls pending in the dump are to stay pending'
);

select is(
    perf_internal.adopt_restored_calls(), 4::bigint, 'it translates all but what 0 says already'
);

select results_eq(
    'select r.transaction_id from perf.performance_metrics_raw as r order by r.response_time_ms',
    $$ select case when g between 2 and 4 then txid_current() else 0 end
       from generate_series(1, 5) as g
       order by g $$,
    'a call that was rolled up is marked with 0, one that was not with this transaction'
);

select ok(
    (select txid_current() = any(s.in_progress) from perf_internal.rollup_state as s),
    'which the state takes for one in progress'
);

select ok(
    (select s.snapshot_xmax <= txid_current() + 1 from perf_internal.rollup_state as s),
    'and it counts in the ids of this cluster'
);

select results_eq(
    $$ select c.call_count, c.sum_response_time
       from perf_internal.summarize_calls(is_pending => true) as c $$,
    'values (3::bigint, 9::float8)',
    'so the same calls are pending'
);

select is(
    (select summarized_ranges from perf_internal.raw_partitions),
    0,
    'the index is summarised from the start'
);

select is(perf_internal.adopt_restored_calls(), 0::bigint, 'a second time changes nothing');

select * from finish();
rollback;
