begin;
select plan(4);

insert into perf.model_alerts (alert_type, severity, alert_message)
values ('threshold', 'warning', 'It is slow.'), ('anomaly', 'warning', 'It is odd.');
insert into perf_internal.alert_states (
    alert_type, rule_id, labels, warning_state, warning_since, critical_state, alert_id
)
select a.alert_type, 1, '{}', 'firing', '2020-01-06', 'ok', a.id
from perf.model_alerts as a;

update perf.model_alerts as a set severity = 'critical';
select is(
    (select count(*) from perf_internal.alert_states), 2::bigint, 'an alert that changes keeps its state'
);
select perf_internal.resolve_alert(a.id)
from perf.model_alerts as a
where a.alert_type = 'threshold';
select results_eq(
    'select s.alert_type from perf_internal.alert_states as s',
    $$ values ('anomaly') $$,
    'one that is resolved takes its state away, and no other'
);
select perf_internal.clear_alert('anomaly', null, null);
select is_empty('select from perf_internal.alert_states', 'whoever resolves it');

set local role perf_admin;
select throws_ok(
    'select perf_internal.reset_alert_state()', '42501', null, 'nobody calls it'
);

select * from finish();
rollback;
