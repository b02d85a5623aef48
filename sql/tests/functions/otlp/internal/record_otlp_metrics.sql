begin;
select plan(13);

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

select is(
    perf_internal.record_otlp_metrics(pg_temp.make_body('{}', '{}')),
    '{"partialSuccess": {}, "recorded": 1, "skipped": 0, "ignored": 0}'::jsonb,
    'records a point'
);
select is(
    perf_internal.record_otlp_metrics(pg_temp.make_body('{}', '{}')),
    '{"partialSuccess": {}, "recorded": 0, "skipped": 1, "ignored": 0}'::jsonb,
    'once'
);
select results_eq(
    $$ select s.metric, s.count, s.sum, s.min, s.max, s.observed_at, l.labels ->> 'service'
       from perf_internal.otlp_summaries as s
       join perf_internal.otlp_series_labels as l on l.series_id = s.series_id $$,
    $$ values (
        'gen_ai.client.operation.duration', 1::bigint, 2000::float8, 2000::float8, 2000::float8,
        '2020-01-06 10:01+00'::timestamptz, 'shop'
    ) $$,
    'in ms, at the end of its time'
);
select is(
    perf_internal.record_otlp_metrics(pg_temp.make_body('{"unit": "By"}', '{"count": 2}')),
    '{"partialSuccess": {"rejectedDataPoints": 1, "errorMessage": "resourceMetrics[0].scopeMetrics[0].metrics[0].histogram.dataPoints[0]: unit of \"gen_ai.client.operation.duration\" is \"ms\", got \"By\""},
      "recorded": 0, "skipped": 0, "ignored": 0}'::jsonb,
    'rejects another unit'
);
select is(
    perf_internal.record_otlp_metrics(pg_temp.make_body('{}', '{"flags": 1}')),
    '{"partialSuccess": {}, "recorded": 0, "skipped": 0, "ignored": 1}'::jsonb,
    'ignores a point without a value'
);
select throws_ok(
    $$ select perf_internal.record_otlp_metrics(pg_temp.make_body('{}', '{"count": "x"}')) $$,
    '22023',
    null,
    'refuses a body that is malformed'
);

-- Cumulative, begun an hour ago.
create function pg_temp.make_cumulative(count integer, second integer, age interval default '1 hour')
returns jsonb
language sql
as $$
    select pg_temp.make_body('{"name": "gen_ai.x", "temporality": 2}', jsonb_build_object(
        'startTimeUnixNano',
        (extract(epoch from now() - make_cumulative.age)::bigint::numeric * 1000000000)::text,
        'timeUnixNano',
        ((extract(epoch from now() - interval '1 hour')::bigint::numeric + make_cumulative.second)
            * 1000000000)::text,
        'count', make_cumulative.count, 'sum', make_cumulative.count
    ))
$$;
create function pg_temp.get_counts()
returns bigint[]
language sql
as $$
    select array_agg(s.count order by s.observed_at)
    from perf_internal.otlp_summaries as s
    where s.metric = 'gen_ai.x'
$$;
select perf_internal.record_otlp_metrics(pg_temp.make_cumulative(5, 10));
select perf_internal.record_otlp_metrics(pg_temp.make_cumulative(12, 20));
select is(pg_temp.get_counts(), '{5,7}'::bigint[], 'of a cumulative stream it records differences');
select is(
    perf_internal.record_otlp_metrics(pg_temp.make_cumulative(8, 15)),
    '{"partialSuccess": {}, "recorded": 0, "skipped": 1, "ignored": 0}'::jsonb,
    'a point that comes late is part of one that came'
);
select perf_internal.record_otlp_metrics(pg_temp.make_cumulative(3, 30));
select is(pg_temp.get_counts(), '{5,7,3}'::bigint[], 'a count that fell is a new beginning');
select results_eq(
    'select s.count, s.sum from perf_internal.otlp_streams as s',
    'values (3::bigint, 3::float8)',
    'the last point of the stream is kept'
);

select is(
    perf_internal.record_otlp_metrics(pg_temp.make_cumulative(100, 10, '8 days'))
        -> 'partialSuccess' ->> 'errorMessage',
    'resourceMetrics[0].scopeMetrics[0].metrics[0].histogram.dataPoints[0]: the stream began more than 7 days ago, so only what comes after this point counts',
    'a stream that may have been deleted counts from its first point on'
);
select is(pg_temp.get_counts(), '{5,7,3}'::bigint[], 'and not the first point');
update perf_internal.otlp_streams set received_at = now() - interval '8 days 1 minute';
select perf_internal.record_otlp_metrics(pg_temp.make_cumulative(1, 10, '2 hours'));
select is(
    (select count(*) from perf_internal.otlp_streams),
    1::bigint,
    'a new stream deletes those that are silent'
);

select * from finish();
rollback;
