-- Calls whose id is new at their time; of several with one id the first. In the order of the
-- index, so that two loads of the same calls wait for each other and not both at once.
insert into perf.performance_metrics_raw (
    model_tool_config_id,
    call_timestamp,
    response_time_ms,
    first_token_ms,
    input_tokens,
    output_tokens,
    cached_input_tokens,
    cache_write_tokens,
    reasoning_tokens,
    cost,
    success,
    error_type,
    id
)
select
    n.model_tool_config_id,
    n.call_timestamp,
    n.response_time_ms,
    n.first_token_ms,
    n.input_tokens,
    n.output_tokens,
    n.cached_input_tokens,
    n.cache_write_tokens,
    n.reasoning_tokens,
    n.cost,
    n.success,
    n.error_type,
    n.id
from (
    select distinct on (c.call_timestamp, c.id, case when c.id is null then c.line end) c.*
    from pg_temp.loaded_calls as c
    order by c.call_timestamp, c.id, case when c.id is null then c.line end, c.line
) as n
where n.id is null
    or not exists (
        select
        from pg_temp.known_calls as k
        where k.call_timestamp = n.call_timestamp
            and k.id = n.id
    )
order by n.call_timestamp, n.id
on conflict do nothing
