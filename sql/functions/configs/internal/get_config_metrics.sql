create or replace function perf_internal.get_config_metrics()
returns table (
    metric text,
    source_metric text,
    percentile double precision,
    unit text,
    higher_is text
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        c.metric,
        c.source_metric,
        c.percentile,
        m.unit,
        case m.better when 'lower' then 'worse' when 'higher' then 'better' else 'higher' end
    from (
        values
            (1, 'p50_response_time', 'response_time_ms', 0.5::float8),
            (2, 'p95_response_time', 'response_time_ms', 0.95),
            (3, 'p99_response_time', 'response_time_ms', 0.99),
            (4, 'p50_first_token_ms', 'first_token_ms', 0.5),
            (5, 'p95_first_token_ms', 'first_token_ms', 0.95),
            (6, 'p99_first_token_ms', 'first_token_ms', 0.99),
            (7, 'error_rate', 'error_rate', null),
            (8, 'avg_input_tokens', 'input_tokens', null),
            (9, 'avg_output_tokens', 'output_tokens', null)
    ) as c (number, metric, source_metric, percentile)
    join perf.metrics as m on m.metric = c.source_metric
    order by c.number;
$$;

comment on function perf_internal.get_config_metrics is
    'What get_config_impact() compares and guards may watch: a percentile or, without one, the mean of a metric.';

revoke execute on function perf_internal.get_config_metrics from public;
grant execute on function perf_internal.get_config_metrics
    to authenticated, service_role, perf_admin, perf_analyst;
