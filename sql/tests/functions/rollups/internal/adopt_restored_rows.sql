begin;
select plan(13);

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

insert into perf.workflows (name) values ('portrait');
insert into perf_internal.job_kinds (workflow_id) select w.id from perf.workflows as w;
insert into perf.performance_metrics
    (series_id, job_id, workflow_id, created_at, total_wall_time_ms, transaction_id)
select k.id, 1, k.workflow_id, '2020-01-06', j.ms, j.transaction_id
from perf_internal.job_kinds as k
cross join (values (1, 5999999999), (2, 6000000000)) as j (ms, transaction_id);

select is(
    perf_internal.adopt_restored_rows(),
    (select origin from perf_internal.origin),
    'what was not restored stays the same database'
);

select results_eq(
    'select r.transaction_id from perf.performance_metrics_raw as r order by r.response_time_ms',
    'values (3999999000::bigint), (3999999990), (4000000000), (4000000500), (0)',
    'and its calls are left alone'
);

-- The cluster of the dump had come to four thousand million; one transaction was under way.
update perf_internal.rollup_state
set snapshot_xmax = 4000000000,
    in_progress = '{3999999990}',
    run_id = 3999999995
where pipeline = 'calls';
update perf_internal.rollup_state set snapshot_xmax = 6000000000 where pipeline = 'jobs';
update perf_internal.database_origin set origin = '00000000-0000-4000-8000-000000000000';

create temporary table adopted as select perf_internal.adopt_restored_rows() as origin;
select is(
    (select origin from adopted),
    (select d.origin from perf_internal.database_origin as d),
    'a restored one gets another id'
);
select isnt(
    (select origin from adopted), '00000000-0000-4000-8000-000000000000', 'than that of the dump'
);

select results_eq(
    'select r.transaction_id from perf.performance_metrics_raw as r order by r.response_time_ms',
    $$ select case when g between 2 and 4 then txid_current() else 0 end
       from generate_series(1, 5) as g
       order by g $$,
    'a call that was rolled up is marked with 0, one that was not with this transaction'
);

select results_eq(
    'select r.transaction_id from perf.performance_metrics as r order by r.total_wall_time_ms',
    'values (0::bigint), (txid_current())',
    'a job too, by the state of its own pipeline'
);

select ok(
    (select txid_current() = any(s.in_progress) from perf_internal.rollup_state as s
     where s.pipeline = 'calls'),
    'which the state takes for one in progress'
);

select ok(
    (select s.snapshot_xmax <= txid_snapshot_xmax(txid_current_snapshot())
     from perf_internal.rollup_state as s
     where s.pipeline = 'calls'),
    'and it counts in the ids of this cluster'
);

refresh materialized view perf_internal.origin;
select is(perf_internal.count_pending_rows('calls'), 3::bigint, 'so the same calls are pending');

select is(perf_internal.count_pending_rows('jobs'), 1::bigint, 'and the same jobs');

select is(
    (select s.run_id from perf_internal.rollup_state as s where s.pipeline = 'calls'),
    null,
    'the last run was one of the other cluster'
);

select is_empty(
    'select p.partition_name from perf_internal.raw_partitions as p where p.summarized_ranges > 0',
    'the index is summarised from the start'
);

delete from perf_internal.database_origin;
select throws_ok(
    'select perf_internal.adopt_restored_rows()',
    'PT409',
    'there is no data to adopt',
    'before the data is in there is nothing to adopt'
);

select * from finish();
rollback;
