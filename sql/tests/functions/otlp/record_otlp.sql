begin;
select plan(9);

create temporary table bodies as
select '{"resourceSpans": [{"resource": {}, "scopeSpans": [{"scope": {"name": "openai"}, "spans": [{
    "traceId": "5b8efff798038103d269b633813fc60c", "spanId": "eee19b7ec3c1b174", "kind": 3,
    "startTimeUnixNano": "1578304800000000000", "endTimeUnixNano": "1578304801840000000",
    "attributes": [
        {"key": "gen_ai.request.model", "value": {"stringValue": "gpt-4o"}},
        {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "420"}}
    ],
    "status": {"code": 2}
}]}]}]}'::json as spans;

select is(
    (select perf.record_otlp(b.spans) from bodies as b),
    '{"partialSuccess": {}, "recorded": 1, "skipped": 0, "ignored": 0}'::jsonb,
    'records a span'
);
select is(
    (select perf.record_otlp(b.spans) from bodies as b),
    '{"partialSuccess": {}, "recorded": 0, "skipped": 1, "ignored": 0}'::jsonb,
    'once'
);
select results_eq(
    $$ select m.name, r.response_time_ms, r.input_tokens, r.success, r.error_type
       from perf.performance_metrics_raw as r
       join perf.model_tool_configs as c on c.id = r.model_tool_config_id
       join perf.models as m on m.id = c.model_id $$,
    $$ values ('gpt-4o', 1840::float8, 420, false, 'error') $$,
    'as a call'
);
select is(
    perf.record_otlp('{}'),
    '{"partialSuccess": {}, "recorded": 0, "skipped": 0, "ignored": 0}'::jsonb,
    'an empty body is an empty request'
);
select throws_ok(
    format('select perf.record_otlp(%L)', w.body), '22023', w.message, 'refuses ' || w.body
)
from (
    values
        (
            '[]',
            'the body must be a JSON object with resourceSpans or resourceMetrics, got "[]"'
        ),
        (
            '{"resourceLogs": []}',
            'the body must have resourceSpans or resourceMetrics, got the keys "resourceLogs"'
        ),
        (
            '{"resourceSpans": [], "resourceMetrics": []}',
            'the body must have resourceSpans or resourceMetrics, got both'
        )
) as w (body, message);
select throws_ok(
    'select perf.record_otlp(null)',
    '22023',
    'the body must be a JSON object with resourceSpans or resourceMetrics, got null',
    'refuses null'
);
set local role perf_analyst;
select throws_ok($$ select perf.record_otlp('{}') $$, '42501', null, 'perf_analyst may not');

select * from finish();
rollback;
