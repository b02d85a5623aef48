begin;
select plan(24);

select is(
    perf_internal.get_threshold_changes_problem(
        to_jsonb(t) - '{id,created_at,updated_at,created_by,workflow_id,worker_id}'::text[]
    ),
    null,
    'a threshold as it is can be set, so every column but those that are kept has its type'
)
from jsonb_populate_record(
    null::perf.performance_alert_thresholds,
    '{
        "metric_name": "x", "scope_type": "labels", "scope_id": 1, "scope_labels": {"a": [1]},
        "group_by": ["a"], "warning_threshold": 1.5, "critical_threshold": 2,
        "recovery_threshold": -1, "statistic": "avg", "direction": "above",
        "time_window": "1 hour", "minimum_sample": 1, "for_duration": "0",
        "keep_firing_for": "1 day", "no_data": "keep", "baseline": "hour_of_week",
        "description": "x", "runbook_url": "x", "enabled": true
    }'
) as t;
select is(perf_internal.get_threshold_changes_problem('{}'), null, 'no change is fine');
select is(
    perf_internal.get_threshold_changes_problem(jsonb_object_agg(a.attname, null)), null,
    'null is for the table to refuse'
)
from pg_attribute as a
where a.attrelid = 'perf.performance_alert_thresholds'::regclass
    and a.attnum > 0
    and a.attname not in ('id', 'created_at', 'updated_at', 'created_by', 'workflow_id', 'worker_id');
select is(perf_internal.get_threshold_changes_problem(c.changes::jsonb), c.expected, c.expected)
from (
    values
        (null, 'changes must be a JSON object, got null'),
        ('null', 'changes must be a JSON object, got "null"'),
        ('[{"enabled": true}]', 'changes must be a JSON object, got "[{\"enabled\": true}]"'),
        ('{"id": 1}', 'changes must have columns of a threshold as keys, got "id"'),
        ('{"created_by": "x"}', 'changes must have columns of a threshold as keys, got "created_by"'),
        ('{"workflow_id": 1}', 'changes must have columns of a threshold as keys, got "workflow_id"'),
        ('{"a\r\nb": 1}', 'changes must have columns of a threshold as keys, got "a\r\nb"'),
        ('{"warning_threshold": "5"}', 'warning_threshold must be a number, got "5"'),
        ('{"warning_threshold": 1e400}', 'warning_threshold must be a number, got "1'
            || repeat('0', 59) || '..." (401 characters)'),
        ('{"minimum_sample": 1.5}', 'minimum_sample must be a whole number, got "1.5"'),
        ('{"scope_id": 1e30}', 'scope_id must be a whole number, got "1' || repeat('0', 30) || '"'),
        ('{"time_window": 5}', 'time_window must be a text such as "15 minutes", got "5"'),
        ('{"time_window": "x"}', 'time_window must be a text such as "15 minutes", got "x"'),
        ('{"time_window": "999999999 years"}',
            'time_window must be a text such as "15 minutes", got "999999999 years"'),
        ('{"for_duration": "x\ny"}', 'for_duration must be a text such as "5 minutes", got "x\ny"'),
        ('{"enabled": "true"}', 'enabled must be true or false, got "true"'),
        ('{"group_by": "{a}"}', 'group_by must be an array of texts, got "{a}"'),
        ('{"group_by": [1]}', 'group_by must be an array of texts, got "[1]"'),
        ('{"scope_labels": "x"}', 'scope_labels must be a JSON object, got "x"'),
        ('{"metric_name": {"a": 1}}', 'metric_name must be a text, got "{\"a\": 1}"'),
        ('{"description": "x", "direction": 1}', 'direction must be a text, got "1"')
) as c (changes, expected);

select * from finish();
rollback;
