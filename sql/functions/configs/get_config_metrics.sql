-- Times of successful calls only: a call that fails at once would count as a fast one.
create or replace function perf_internal.get_config_metrics()
returns table (
    metric text,
    unit text,
    percentile double precision,
    higher_is text
)
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    values
        ('p50_response_time', 'ms', 0.5::float8, 'worse'),
        ('p95_response_time', 'ms', 0.95, 'worse'),
        ('p99_response_time', 'ms', 0.99, 'worse'),
        ('p50_first_token_ms', 'ms', 0.5, 'worse'),
        ('p95_first_token_ms', 'ms', 0.95, 'worse'),
        ('p99_first_token_ms', 'ms', 0.99, 'worse'),
        ('error_rate', 'share of calls', null, 'worse'),
        ('avg_input_tokens', 'tokens per call', null, 'higher'),
        ('avg_output_tokens', 'tokens per call', null, 'higher');
$$;

comment on function perf_internal.get_config_metrics is
    'What get_config_impact() compares and guards may watch.';

revoke execute on function perf_internal.get_config_metrics from public;
grant execute on function perf_internal.get_config_metrics
    to authenticated, service_role, perf_admin, perf_analyst;
