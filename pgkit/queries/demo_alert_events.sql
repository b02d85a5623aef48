-- What happened to the alerts of a model in a range of time.
select
    e.happened_at at time zone 'UTC' as happened_at,
    e.event,
    e.severity,
    e.note
from perf.alert_events as e
join perf.model_alerts as a on a.id = e.alert_id
where e.happened_at >= %s
    and e.happened_at <= %s
    and a.labels ->> 'model' = %s
order by e.id
