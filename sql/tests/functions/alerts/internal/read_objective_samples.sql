begin;
select plan(6);

select perf.record_call(
    m, 'chat', 100, success => m = 'acme/one', error_type => case when m <> 'acme/one' then 'x' end,
    call_timestamp => '2020-02-06 14:58+00'
)
from unnest('{acme/one,acme/two}'::text[]) as m;
select perf.set_slo_objective('ok', 'success_rate', 0.99, group_by => '{model}');
select perf.set_slo_objective('off', 'success_rate', 0.99, enabled => false);
select perf.set_slo_objective('none', 'failure_rate', 0.99);

select results_eq(
    $$ select s.alert_type, s.rule_id, s.labels, round(s.value), s.sample_count, s.level,
           s.is_recovered
       from perf_internal.read_objective_samples('2020-02-06 15:00+00') as s
       order by s.labels $$,
    $$ select 'slo_burn_rate', o.id, v.labels, v.value, v.sample_count, v.level, v.is_recovered
       from perf.slo_objectives as o
       cross join (
           values
               ('{"model": "acme/one", "metric": "success_rate", "objective": "ok"}'::jsonb,
                   0::float8, 1::bigint, 0, true),
               ('{"model": "acme/two", "metric": "success_rate", "objective": "ok"}',
                   100, 1, 2, false)
       ) as v (labels, value, sample_count, level, is_recovered)
       where o.objective_name = 'ok' $$,
    'has a row for each group of the objectives that are enabled'
);
select results_eq(
    $$ select s.value, s.sample_count, s.level, s.is_recovered
       from perf_internal.read_objective_samples('2020-03-06 15:00+00') as s $$,
    $$ values (null::float8, 0::bigint, 0, true), (null, 0, 0, true) $$,
    'without values a group has recovered'
);

-- Rows that are late are counted; a label that no series has finds none and stops nobody.
select perf.aggregate_performance_metrics();
select perf.record_call('acme/one', 'chat', 1, success => false, error_type => 'x', call_timestamp => '2020-02-06 14:59+00');
update perf.slo_objectives set group_by = '{}' where objective_name = 'ok';
set local session_replication_role = replica;
update perf.slo_objectives
set scope_labels = '{"planet": "mars"}', metric_name = 'success_rate'
where objective_name = 'none';
set local session_replication_role = origin;
select results_eq(
    $$ select s.labels, s.sample_count, s.level
       from perf_internal.read_objective_samples('2020-02-06 15:00+00') as s $$,
    $$ values ('{"metric": "success_rate", "objective": "ok"}'::jsonb, 3::bigint, 2) $$,
    'counts what no run has read'
);

update perf.slo_objectives set group_by = '{model_type}' where objective_name = 'ok';
select results_eq(
    $$ select s.labels, s.sample_count, s.level
       from perf_internal.read_objective_samples('2020-02-06 15:00+00') as s $$,
    $$ values (
        '{"metric": "success_rate", "objective": "ok", "model_type": null}'::jsonb, 3::bigint, 2
    ) $$,
    'a label that series do not have is null'
);
-- Of two objectives whose scopes overlap each counts a series once.
insert into perf.slo_objectives (objective_name, metric_name, target, scope_labels, faster_than)
values ('slow', 'response_time_ms', 0.9, '{"model": "acme/one"}', 50);
select results_eq(
    $$ select s.labels ->> 'objective', s.sample_count, round(s.value), s.level
       from perf_internal.read_objective_samples('2020-02-06 15:00+00') as s order by 1 $$,
    $$ values ('ok', 3::bigint, 67::float8, 2), ('slow', 2, 5, 1) $$,
    'objectives of overlapping scopes each count a series once'
);

delete from perf.slo_objectives;
select is_empty(
    $$ select * from perf_internal.read_objective_samples('2020-02-06 15:00+00') $$,
    'is empty without objectives'
);

select * from finish();
rollback;
