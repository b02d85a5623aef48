begin;
select plan(5);

select is((select count(*) from perf_internal.alert_rules), 0::bigint, 'without rules it is empty');

create temporary table made as
select
    perf.create_alert_threshold(
        'response_time_ms', 1, 2, for_duration => '5 minutes', keep_firing_for => '1 hour',
        description => 'slow', runbook_url => 'https://wiki.example/slow'
    ) as threshold_id,
    perf.create_alert_threshold('response_time_ms', 3, 6, baseline => 'hour_of_week') as anomaly_id,
    perf.create_alert_threshold('response_time_ms', 1, 2, enabled => false) as disabled_id,
    perf.set_slo_objective('works', 'success_rate', 0.99) as objective_id,
    perf.set_budget('all', 1) as budget_id;
select perf.set_slo_objective('sleeps', 'success_rate', 0.99, enabled => false);
select perf.set_budget('off', 1, enabled => false);

select set_eq(
    'select r.alert_type, r.rule_id from perf_internal.alert_rules as r',
    $$ select v.alert_type, v.rule_id
       from made as m
       cross join lateral (
           values
               ('threshold', m.threshold_id),
               ('anomaly', m.anomaly_id),
               ('slo_burn_rate', m.objective_id),
               ('budget', m.budget_id)
       ) as v (alert_type, rule_id) $$,
    'it has the rules that are enabled, with the type of their alerts'
);
select results_eq(
    $$ select r.for_duration, r.keep_firing_for, r.description, r.runbook_url
       from perf_internal.alert_rules as r
       join made as m on m.threshold_id = r.rule_id
       where r.alert_type = 'threshold' $$,
    $$ values (
        interval '5 minutes', interval '1 hour', 'slow', 'https://wiki.example/slow'
    ) $$,
    'with their times, and what a person is told'
);

set local role perf_analyst;
select is((select count(*) from perf_internal.alert_rules), 4::bigint, 'perf_analyst reads');
set local role perf_recorder;
select throws_ok(
    'select * from perf_internal.alert_rules', '42501', null, 'perf_recorder does not'
);

select * from finish();
rollback;
