-- The rules that are evaluated, as far as the state machine needs to know them.
create or replace view perf_internal.alert_rules
with (security_invoker = true)
as
select
    case when t.baseline is null then 'threshold' else 'anomaly' end as alert_type,
    t.id as rule_id,
    t.for_duration,
    t.keep_firing_for,
    t.description,
    t.runbook_url
from perf.performance_alert_thresholds as t
where t.enabled
union all
select
    'slo_burn_rate',
    o.id,
    interval '0',
    interval '0',
    o.description,
    o.runbook_url
from perf.slo_objectives as o
where o.enabled
union all
select
    'budget',
    b.id,
    interval '0',
    interval '0',
    b.description,
    b.runbook_url
from perf.budgets as b
where b.enabled;

comment on view perf_internal.alert_rules is
    'Thresholds, objectives and budgets that are enabled: the alert type that they raise, and their times.';

grant select on perf_internal.alert_rules
    to authenticated, service_role, perf_admin, perf_analyst;
