begin;
select plan(6);

select results_eq(
    $$ select p.raw_table, p.series_column, p.time_column, p.series_view, p.failed_when,
           p.partition_width, p.measures, p.name_column
       from perf_internal.pipelines as p
       where p.pipeline = 'otlp' $$,
    $$ values (
        'perf_internal.otlp_summaries', 'series_id', 'observed_at',
        'perf_internal.otlp_series_labels', null, interval '1 day', null, 'metric'
    ) $$,
    'metrics of OpenTelemetry are a pipeline of summaries that name their metrics'
);
select results_eq(
    $$ select f.prefix, f.unit, f.better
       from perf_internal.metric_families as f
       where f.pipeline = 'otlp'
       order by f.prefix collate "C" $$,
    $$ values
        ('gen_ai.', '1', null),
        ('gen_ai.client.operation.duration', 'ms', 'lower'),
        ('gen_ai.client.operation.time_per_output_chunk', 'ms', 'lower'),
        ('gen_ai.client.operation.time_to_first_chunk', 'ms', 'lower'),
        ('gen_ai.client.token.usage', 'tokens', null),
        ('gen_ai.server.request.duration', 'ms', 'lower'),
        ('gen_ai.server.time_per_output_token', 'ms', 'lower'),
        ('gen_ai.server.time_to_first_token', 'ms', 'lower'),
        ('otel.', '1', null) $$,
    'the conventions say what their instruments measure'
);

-- Direct writes are checked, and add their names.
insert into perf_internal.otlp_series (id, model) values
    ('20000000-0000-4000-8000-000000000000', 'gpt-4o');
create function pg_temp.add(metric text, hour integer, count bigint, sum float8)
returns void
language sql
as $$
    insert into perf_internal.otlp_summaries (
        series_id, observed_at, point_id, metric, count, sum, m2, min, max, sketch
    )
    select
        '20000000-0000-4000-8000-000000000000',
        timestamptz '2020-01-06 10:00+00' + interval '1 hour' * add.hour,
        gen_random_uuid(),
        add.metric,
        add.count,
        add.sum,
        0,
        add.sum / add.count,
        add.sum / add.count,
        perf_internal.make_counted_sketch(
            array[ceil(ln(add.sum / add.count) / ln(1.01::float8))::integer], array[add.count]
        )
$$;
select pg_temp.add('gen_ai.a', 0, 2, 20), pg_temp.add('gen_ai.b', 0, 1, 7);
-- As if another transaction, which the last run saw in progress, had written them.
update perf_internal.rollup_state set in_progress = in_progress || 10::bigint where pipeline = 'otlp';
update perf_internal.otlp_summaries set transaction_id = 10;
create temporary table run as select perf_internal.roll_up('otlp') as rows;
select pg_temp.add('gen_ai.a', 0, 2, 40);
select results_eq(
    $$ select r.metric, r.count, r.sum
       from perf_internal.rollups as r
       where r.granularity = 'hourly'
       order by r.metric $$,
    $$ values ('gen_ai.a', 2::bigint, 20::float8), ('gen_ai.b', 1, 7) $$,
    'a run counts each name'
);
select results_eq(
    $$ select q.count, q.average, q.minimum, q.maximum, round(q.percentile_values[1]::numeric)
       from perf.query_metrics(
           'gen_ai.a', '2020-01-06', '2020-01-07', '{"model": "gpt-4o"}', percentiles => '{0.5}'
       ) as q $$,
    $$ values (4::bigint, 15::float8, 10::float8, 20::float8, 15::numeric) $$,
    'a read adds what no run has counted, of that name only'
);
select is_empty(
    $$ select * from perf.verify_performance_metrics('2020-01-06', '2020-01-07', 'otlp') $$,
    'rollups say what raw rows say'
);
select throws_ok(
    $$ select pg_temp.add('response_time_ms', 0, 1, 1) $$, '22023', null, 'refuses other names'
);

select * from finish();
rollback;
