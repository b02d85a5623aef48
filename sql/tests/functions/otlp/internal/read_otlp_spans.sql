begin;
select plan(9);

create function pg_temp.read(spans text)
returns perf_internal.otlp_call[]
language sql
as $$
    select perf_internal.read_otlp_spans(perf_internal.get_otlp_items(
        jsonb_build_object('resourceSpans', jsonb_build_array(jsonb_build_object(
            'scopeSpans', jsonb_build_array(jsonb_build_object('spans', read.spans::jsonb))
        ))),
        'resourceSpans', 'scopeSpans', 'spans'
    ))
$$;
create function pg_temp.make_span(changes jsonb default '{}', attributes jsonb default '{}')
returns text
language sql
as $$
    select jsonb_build_array(jsonb_build_object(
        'traceId', repeat('A', 32), 'spanId', repeat('1', 16), 'kind', 3,
        'startTimeUnixNano', '1578304800000001999', 'endTimeUnixNano', 1578304801500001999,
        'attributes', (
            select jsonb_agg(jsonb_build_object('key', a.key, 'value', a.value))
            from jsonb_each(
                '{"gen_ai.request.model": {"stringValue": " gpt-4o "}}' || make_span.attributes
            ) as a
        )
    ) || make_span.changes)::text
$$;

select results_eq(
    $$ select c.place, c.problem, c.call
       from unnest(pg_temp.read(pg_temp.make_span(attributes => '{
           "gen_ai.system": {"stringValue": "OpenAI"},
           "gen_ai.provider.name": {"stringValue": ""},
           "gen_ai.usage.input_tokens": {"intValue": "10"},
           "gen_ai.usage.cache_read.input_tokens": {"intValue": 20},
           "gen_ai.request.max_tokens": {"doubleValue": 5},
           "llm.is_streaming": {"boolValue": true}
       }'))) as c $$,
    $$ values (
        'resourceSpans[0].scopeSpans[0].spans[0]', null, jsonb_build_object(
            'model_name', 'gpt-4o', 'tool_name', 'chat', 'provider', 'openai', 'success', true,
            'response_time_ms', 1500.0, 'call_timestamp', '2020-01-06T10:00:00.000001+00:00',
            'call_id', perf.get_call_id(repeat('a', 32) || '/' || repeat('1', 16)),
            'input_tokens', 30, 'cached_input_tokens', 20,
            'parameters', '{"max_tokens": 5, "streaming": true}'::jsonb
        )
    ) $$,
    'a span with a model is a call; cached tokens that the input cannot hold come on top'
);
select is(
    (select c.call ->> 'error_type' from unnest(pg_temp.read(pg_temp.make_span('{
        "status": {"code": 2},
        "events": [
            {"name": "exception", "attributes": [
                {"key": "exception.type", "value": {"stringValue": "First"}}]},
            {"name": "exception", "attributes": [
                {"key": "exception.type", "value": {"stringValue": "Second"}}]},
            {"name": "other"}
        ]
    }'))) as c),
    'Second',
    'the last exception says why it failed'
);
select is(
    (select c.call ->> 'first_token_ms' from unnest(pg_temp.read(pg_temp.make_span('{
        "events": [
            {"name": "ai.stream.firstChunk", "timeUnixNano": "1578304800250001999"},
            {"name": "ai.stream.firstChunk", "timeUnixNano": "1578304800300001999"}
        ]
    }'))) as c)::numeric,
    250.0,
    'and the first event when the first token came'
);
select is(
    (select count(*) from unnest(pg_temp.read(pg_temp.make_span(w.changes, w.attributes))) as c),
    0::bigint,
    w.what || ' is no call'
)
from (
    values
        ('{"kind": 2}'::jsonb, '{}'::jsonb, 'what a server sees'),
        ('{}', '{"gen_ai.operation.name": {"stringValue": "invoke_agent"}}', 'an agent'),
        ('{}', '{"gen_ai.request.model": {"stringValue": ""}}', 'what has no model')
) as w (changes, attributes, what);
select is(
    (select c.problem from unnest(pg_temp.read(pg_temp.make_span('{"endTimeUnixNano": 5}'))) as c),
    'endTimeUnixNano must not be before startTimeUnixNano, got 5 and 1578304800000001999',
    'says what is wrong with a call'
);
select throws_ok(
    $$ select pg_temp.read(pg_temp.make_span('{"spanId": "7uGbfsPBsXQ="}')) $$,
    '22023',
    'resourceSpans[0].scopeSpans[0].spans[0]: spanId must be 16 digits of hex, got "7uGbfsPBsXQ="',
    'refuses ids in base64'
);
select throws_ok(
    $$ select pg_temp.read(pg_temp.make_span('{}', '{"x": {"intValue": "1.5"}}')) $$,
    '22023',
    'resourceSpans[0].scopeSpans[0].spans[0].attributes[0]: intValue must be a whole number, got "1.5"',
    'and numbers that are none'
);

select * from finish();
rollback;
