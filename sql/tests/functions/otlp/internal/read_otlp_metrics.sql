begin;
select plan(10);

create function pg_temp.make_body(metric jsonb, point jsonb)
returns jsonb
language sql
as $$
    select jsonb_build_object('resourceMetrics', jsonb_build_array(jsonb_build_object(
        'resource', '{"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]}'::jsonb,
        'scopeMetrics', jsonb_build_array(jsonb_build_object('metrics', jsonb_build_array(
            '{"name": "gen_ai.client.operation.duration", "unit": "s"}' || make_body.metric
            || jsonb_build_object('histogram', jsonb_build_object(
                'aggregationTemporality', coalesce(make_body.metric -> 'temporality', '1'),
                'dataPoints', jsonb_build_array(
                    '{"startTimeUnixNano": "1578304800000000000",
                      "timeUnixNano": "1578304860000000000", "count": 1, "sum": 2}'
                    || make_body.point
                )
            ))
        )))
    )))
$$;
create function pg_temp.read(metric jsonb, point jsonb)
returns perf_internal.otlp_point
language sql
as $$
    select p.*
    from unnest(perf_internal.read_otlp_metrics(perf_internal.get_otlp_items(
        pg_temp.make_body(read.metric, read.point), 'resourceMetrics', 'scopeMetrics', 'metrics'
    ))) as p
$$;

select results_eq(
    $$ select p.place, p.problem, p.metric, p.unit, p.labels, p.is_cumulative, p.started_at,
           p.observed_ns, p.factor, (p.histogram).count
       from pg_temp.read('{}', '{"attributes": [
           {"key": "gen_ai.request.model", "value": {"stringValue": "gpt-4o"}},
           {"key": "gen_ai.operation.name", "value": {"stringValue": "invoke_agent"}},
           {"key": "gen_ai.system", "value": {"stringValue": "OpenAI"}},
           {"key": "error.type", "value": {"stringValue": "timeout"}}
       ]}') as p $$,
    $$ values (
        'resourceMetrics[0].scopeMetrics[0].metrics[0].histogram.dataPoints[0]', null,
        'gen_ai.client.operation.duration', 'ms',
        '{"model": "gpt-4o", "tool": "invoke_agent", "provider": "openai", "service": "shop",
          "error_type": "timeout", "token_type": null}'::jsonb,
        false, '2020-01-06 10:00+00'::timestamptz, 1578304860000000000, 1000::float8, 1::bigint
    ) $$,
    'a point has the labels of its attributes and its resource'
);
select is(
    (pg_temp.read('{"name": "http.duration"}', '{}')).metric,
    'otel.http.duration',
    'another instrument has otel. before its name'
);
select is(
    (pg_temp.read('{"temporality": 2}', '{}')).is_cumulative, true, 'temporality 2 is cumulative'
);
select is(
    (pg_temp.read('{}', '{"flags": 1}')).metric, null, 'a point without a value is not counted'
);
select is(
    (pg_temp.read('{}', '{"attributes": [{"key": "a", "value": {"stringValue": "1"}},
                                         {"key": "b", "value": {"stringValue": "2"}}]}')).stream_id,
    (pg_temp.read('{}', '{"attributes": [{"key": "b", "value": {"stringValue": "2"}},
                                         {"key": "a", "value": {"stringValue": "1"}}]}')).stream_id,
    'the order of attributes is of no matter to the stream'
);
select isnt(
    (pg_temp.read('{}', '{}')).stream_id,
    (pg_temp.read('{}', '{"startTimeUnixNano": "1578304800000000001"}')).stream_id,
    'another start is another stream'
);
select is(
    (pg_temp.read('{}', '{"timeUnixNano": "1578304700000000000"}')).problem,
    'startTimeUnixNano must not be after timeUnixNano, got 1578304800000000000 and 1578304700000000000',
    'says what is wrong with a point'
);
select is(
    (pg_temp.read('{"temporality": 0}', '{}')).problem,
    'aggregationTemporality must be 1 (delta) or 2 (cumulative)',
    'and that the temporality is missing'
);
select is(
    (pg_temp.read('{}', '{"timeUnixNano": "noon"}')).is_malformed,
    true,
    'a time that is no number is malformed'
);
select throws_ok(
    $$ select pg_temp.read('{"unit": 5}', '{}') $$,
    '22023',
    'resourceMetrics[0].scopeMetrics[0].metrics[0]: unit must be a string, got "5"',
    'refuses a metric of other types'
);

select * from finish();
rollback;
