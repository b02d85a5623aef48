-- Calls that were recorded and rolled up, and whose raw rows retention has removed since.
delete from pg_temp.loaded_calls as c
using perf_internal.dropped_ranges as d, perf_internal.rollups as r
where d.pipeline = 'calls'
    and c.call_timestamp >= d.range_start
    and c.call_timestamp < d.range_end
    and r.series_id = c.model_tool_config_id
    and r.granularity = 'daily'
    and r.time_bucket = date_trunc('day', c.call_timestamp, 'UTC')
    and r.metric = 'response_time_ms'
