begin;
select plan(9);

-- As if everything so far had come by a restore: whatever this transaction writes from here on
-- would be recorded after it, so it goes on in a subtransaction, which has a later id.
drop materialized view perf_internal.origin;
create table perf_internal.origin as
select 77::bigint as system_identifier, txid_current() + 1 as first_transaction_id;

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

insert into perf_internal.raw_partitions (partition_name, day, summarized_ranges)
values ('performance_metrics_raw_20200106', '2020-01-06', 5);

-- The cluster of the dump had come to four thousand million; one transaction was under way.
update perf_internal.rollup_state
set snapshot_xmax = 4000000000, in_progress = '{3999999990}', origin = array[1, 1];

savepoint after_restore;
insert into perf.performance_metrics_raw
    (model_tool_config_id, call_timestamp, response_time_ms, success, transaction_id)
select m.id, '2020-01-06', 6, true, o.first_transaction_id
from made as m
cross join perf_internal.origin as o;
release savepoint after_restore;

select results_eq(
    $$ select c.call_count, c.sum_response_time
       from perf_internal.summarize_calls(is_pending => true) as c $$,
    'values (4::bigint, 15::float8)',
    'before, the calls pending in the dump and those recorded since are pending'
);

select lives_ok('select perf_internal.adopt_restored_calls()', 'adopts');

select results_eq(
    $$ select r.response_time_ms, r.transaction_id
       from perf.performance_metrics_raw as r
       where r.response_time_ms in (1, 5)
       order by 1 $$,
    'values (1::float8, 0::bigint), (5, 0)',
    'a call rolled up before the dump is marked with 0'
);

select results_eq(
    $$ select r.response_time_ms, r.transaction_id
       from perf.performance_metrics_raw as r
       where r.response_time_ms in (2, 3, 4)
       order by 1 $$,
    $$ select g::float8, o.first_transaction_id - 1
       from perf_internal.origin as o
       cross join generate_series(2, 4) as g
       order by 1 $$,
    'one that was not with the transaction that ended the restore'
);

select results_eq(
    'select s.snapshot_xmax, s.origin from perf_internal.rollup_state as s',
    $$ select o.first_transaction_id - 1, array[77, o.first_transaction_id]
       from perf_internal.origin as o $$,
    'the state starts there'
);

select is(
    (select restored_before from perf_internal.get_rollup_position('calls')),
    null,
    'and the database no longer counts as restored'
);

select results_eq(
    $$ select c.call_count, c.sum_response_time
       from perf_internal.summarize_calls(is_pending => true) as c $$,
    'values (4::bigint, 15::float8)',
    'afterwards the same calls are pending'
);

select is(
    (select summarized_ranges from perf_internal.raw_partitions),
    0,
    'the index is summarised from the start'
);

savepoint second;
select perf_internal.adopt_restored_calls();
release savepoint second;

select results_eq(
    $$ select c.call_count, c.sum_response_time
       from perf_internal.summarize_calls(is_pending => true) as c $$,
    'values (4::bigint, 15::float8)',
    'a second run changes nothing'
);

select * from finish();
rollback;
