-- What applications measure themselves and send as metrics of OpenTelemetry: r is a row of
-- perf_internal.otlp_summaries. A metric is called as its instrument, see perf.record_otlp(). Calls that
-- come as spans too are another pipeline, so nothing counts twice in a metric.
select perf_internal.add_pipeline(
    'otlp',
    raw_table => 'perf_internal.otlp_summaries',
    series_column => 'series_id',
    time_column => 'observed_at',
    series_view => 'perf_internal.otlp_series_labels',
    name_column => 'metric'
);

-- The instruments of the conventions, and then all others.
-- https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/gen-ai-metrics.md
select perf_internal.add_metric_family(
    'otlp', f.prefix, unit => f.unit, better => f.better, meaning => f.meaning
)
from (
    values
        (
            'gen_ai.client.operation.duration', 'ms', 'lower',
            'Time of an operation, as its client measures it.'
        ),
        (
            'gen_ai.client.operation.time_to_first_chunk', 'ms', 'lower',
            'Time to the first part of an answer, as its client measures it.'
        ),
        (
            'gen_ai.client.operation.time_per_output_chunk', 'ms', 'lower',
            'Time between parts of an answer, as its client measures it.'
        ),
        (
            'gen_ai.client.token.usage', 'tokens', null,
            'Tokens of an operation; the label token_type says which.'
        ),
        (
            'gen_ai.server.request.duration', 'ms', 'lower',
            'Time of a request, as the server of the model measures it.'
        ),
        (
            'gen_ai.server.time_to_first_token', 'ms', 'lower',
            'Time to the first token, as the server of the model measures it.'
        ),
        (
            'gen_ai.server.time_per_output_token', 'ms', 'lower',
            'Time for each token after the first, as the server of the model measures it.'
        ),
        ('gen_ai.', '1', null, 'What an instrument of OpenTelemetry of this name measures.'),
        (
            'otel.', '1', null,
            'What an instrument of OpenTelemetry measures whose name is what follows otel.'
        )
) as f (prefix, unit, better, meaning);
