-- 200 thresholds of 50 groups each. The numbers say which metric, statistic and window each has.
insert into perf.performance_alert_thresholds (
    metric_name, scope_type, scope_labels, group_by, statistic, direction, warning_threshold,
    critical_threshold, time_window
)
select
    (%(metrics)s::text[])[t.number %% cardinality(%(metrics)s::text[]) + 1],
    'labels',
    jsonb_build_object(
        'model', m.name, 'parameters', jsonb_build_object('temperature', p.temperature)
    ),
    '{tool}',
    (%(statistics)s::text[])[t.number %% cardinality(%(metrics)s::text[]) + 1],
    'above',
    case when t.number <= 200 * %(firing)s then -1 else 1e9 end,
    1e10,
    (%(windows)s::interval[])[t.number %% cardinality(%(windows)s::interval[]) + 1]
from perf.models as m
cross join (values (0.2), (0.7)) as p (temperature)
cross join lateral (
    select 2 * substr(m.name, 7)::integer - case when p.temperature < 0.5 then 1 else 0 end
) as t (number);
