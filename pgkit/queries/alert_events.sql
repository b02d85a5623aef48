select
    e.id,
    e.happened_at,
    e.event,
    e.severity,
    e.alert_id,
    a.alert_type,
    a.alert_message,
    a.labels,
    e.caller,
    e.note
from perf.alert_events as e
join perf.model_alerts as a on a.id = e.alert_id
where e.id > %(after)s
order by e.id
