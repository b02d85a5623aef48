begin;
select plan(4);

create function pg_temp.make_body(count integer, wrong integer)
returns jsonb
language sql
as $$
    select jsonb_build_object('resourceSpans', jsonb_build_array(jsonb_build_object(
        'scopeSpans', jsonb_build_array(jsonb_build_object('spans', jsonb_agg(jsonb_build_object(
            'traceId', repeat('a', 32), 'spanId', lpad(n::text, 16, '0'),
            'startTimeUnixNano', '1578304800000000000', 'endTimeUnixNano', '1578304801000000000',
            'attributes', jsonb_build_array(jsonb_build_object(
                'key', 'gen_ai.request.model', 'value', jsonb_build_object(
                    'stringValue', case when n = make_body.wrong then repeat('x', 201) else 'm' end
                )
            ))
        ) order by n)))
    )))
    from generate_series(1, make_body.count) as n
$$;

select is(
    perf_internal.record_otlp_spans(pg_temp.make_body(3, 2)),
    '{"partialSuccess": {"rejectedSpans": 1, "errorMessage": "resourceSpans[0].scopeSpans[0].spans[1]: model_name must have 1 to 200 characters, got \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...\" (201 characters)"},
      "recorded": 2, "skipped": 0, "ignored": 0}'::jsonb,
    'records the good ones, and says why others are not'
);
select is(
    perf_internal.record_otlp_spans(pg_temp.make_body(3, 0)),
    '{"partialSuccess": {}, "recorded": 1, "skipped": 2, "ignored": 0}'::jsonb,
    'skips what was recorded before'
);
select is((select count(*) from perf.performance_metrics_raw), 3::bigint, 'each counts once');
select is(
    perf_internal.record_otlp_spans('{"resourceSpans": []}'),
    '{"partialSuccess": {}, "recorded": 0, "skipped": 0, "ignored": 0}'::jsonb,
    'nothing is nothing'
);

select * from finish();
rollback;
