-- Rollup rows of calls: one row of metrics side by side for each bucket. The views
-- perf.performance_metrics_hourly, _daily and _weekly select from it.
create or replace view perf_internal.call_metrics
with (security_invoker = true)
as
select
    md5(r.series_id::text || r.granularity || extract(epoch from r.time_bucket))::uuid as id,
    r.series_id as model_tool_config_id,
    r.time_bucket,
    sum(r.count) filter (where r.metric = 'response_time_ms')::bigint as call_count,
    (
        sum(r.count) filter (where r.metric = 'response_time_ms')
        - coalesce(sum(r.count) filter (where r.metric = 'failed_response_time_ms'), 0)
    )::bigint as success_count,
    coalesce(
        sum(r.count) filter (where r.metric = 'failed_response_time_ms'), 0
    )::bigint as error_count,
    sum(r.sum / r.count) filter (where r.metric = 'response_time_ms') as avg_response_time,
    min(r.min) filter (where r.metric = 'response_time_ms') as min_response_time,
    max(r.max) filter (where r.metric = 'response_time_ms') as max_response_time,
    min(p.percentiles[1]) filter (where r.metric = 'response_time_ms') as p50_response_time,
    min(p.percentiles[2]) filter (where r.metric = 'response_time_ms') as p95_response_time,
    min(p.percentiles[3]) filter (where r.metric = 'response_time_ms') as p99_response_time,
    sum(r.sum / r.count) filter (where r.metric = 'input_tokens') as avg_input_tokens,
    sum(r.sum / r.count) filter (where r.metric = 'output_tokens') as avg_output_tokens,
    sum(r.sum) filter (where r.metric = 'input_tokens')::bigint as total_input_tokens,
    sum(r.sum) filter (where r.metric = 'output_tokens')::bigint as total_output_tokens,
    min(p.percentiles[1]) filter (where r.metric = 'first_token_ms') as p50_first_token_ms,
    min(p.percentiles[2]) filter (where r.metric = 'first_token_ms') as p95_first_token_ms,
    min(p.percentiles[3]) filter (where r.metric = 'first_token_ms') as p99_first_token_ms,
    min(r.created_at) as created_at,
    r.granularity
from perf_internal.rollups as r
cross join lateral (
    select case
        when r.p50 is not null then array[r.p50, r.p95, r.p99]
        -- The bucket is not over.
        when r.metric in ('response_time_ms', 'first_token_ms')
        then perf_internal.get_sketch_percentiles(
            r.sketch * perf_internal.get_sketch_unit(r.last_bin),
            r.count,
            minimum => r.min,
            maximum => r.max
        )
    end as percentiles
) as p
where r.time_bucket > '-infinity'
    and r.metric in (
    'response_time_ms',
    'failed_response_time_ms',
    'first_token_ms',
    'input_tokens',
    'output_tokens'
)
group by r.series_id, r.granularity, r.time_bucket;

comment on view perf_internal.call_metrics is
    'Calls by configuration and hour, day and week, one row each; times in milliseconds.';

grant select on perf_internal.call_metrics
    to authenticated, service_role, perf_admin, perf_analyst;
