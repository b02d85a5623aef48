select
    null::bigint as id,
    a.alert_timestamp as happened_at,
    'open' as event,
    a.severity,
    a.alert_id,
    a.alert_type,
    a.alert_message,
    a.labels,
    a.acknowledged_by as caller,
    null::text as note
from perf.get_active_alerts(max_rows => 100000) as a
where a.alert_id is not null
order by a.alert_timestamp, a.alert_id
