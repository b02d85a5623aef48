-- Calls that were recorded and rolled up, and whose raw rows retention has removed since.
delete from pg_temp.loaded_calls as c
using perf_internal.dropped_days as d, perf.performance_metrics_daily as m
where d.day = (c.call_timestamp at time zone 'UTC')::date
    and m.model_tool_config_id = c.model_tool_config_id
    and m.time_bucket = date_trunc('day', c.call_timestamp, 'UTC')
