-- What is measured of a call. To measure something more, add a line here: r is a row of
-- perf.performance_metrics_raw.
select perf_internal.add_pipeline(
    'calls',
    raw_table => 'perf.performance_metrics_raw',
    series_column => 'model_tool_config_id',
    time_column => 'call_timestamp',
    series_view => 'perf_internal.call_series',
    failed_when => 'not r.success'
);

select perf_internal.add_metric(
    'calls', m.metric, m.expression, unit => m.unit, better => m.better, meaning => m.meaning
)
from (
    values
        (
            'response_time_ms', 'r.response_time_ms', 'ms', 'lower',
            'Time until the whole answer was there.'
        ),
        ('first_token_ms', 'r.first_token_ms', 'ms', 'lower', 'Time to the first token.'),
        ('input_tokens', 'r.input_tokens', 'tokens', null, 'Tokens that a call sent.'),
        ('output_tokens', 'r.output_tokens', 'tokens', null, 'Tokens that a call got back.')
) as m (metric, expression, unit, better, meaning);

-- Prices are per token, so totals are what costs need. Without sketches runs take less time.
select perf_internal.add_metric(
    'calls',
    m.metric,
    'r.' || m.metric,
    unit => m.unit,
    better => m.better,
    meaning => m.meaning,
    is_sketched => false
)
from (
    values
        (
            'cached_input_tokens', 'tokens', null,
            'Tokens that a call sent and the provider read from its cache; a part of input_tokens.'
        ),
        (
            'cache_write_tokens', 'tokens', null,
            'Tokens that a call sent and the provider wrote to its cache; a part of input_tokens.'
        ),
        (
            'reasoning_tokens', 'tokens', null,
            'Tokens that the model used to reason; a part of output_tokens.'
        ),
        (
            'cost', 'currency of the prices', 'lower',
            'What the provider billed for a call, where the call says it.'
        )
) as m (metric, unit, better, meaning);

select perf_internal.add_share(
    'error_rate', 'failed_response_time_ms', 'response_time_ms',
    better => 'lower', meaning => 'How many of the calls failed.'
);
select perf_internal.add_share(
    'success_rate', 'successful_response_time_ms', 'response_time_ms',
    better => 'higher', meaning => 'How many of the calls succeeded.'
);
