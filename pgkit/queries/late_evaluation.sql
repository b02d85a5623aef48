-- The first row whatever is asked for, where an evaluation is late.
select a.alert_message
from perf.get_active_alerts(max_rows => 1) as a
where a.alert_type = 'evaluation_late'
