begin;
select plan(41);

create function pg_temp.end_recording()
returns void
language plpgsql
as $$
declare
    -- As if another transaction, which the last run saw in progress, had recorded the rows.
    v_id bigint := 11 + coalesce(
        (
            select max(r.transaction_id)
            from perf.performance_metrics_raw as r
            where r.transaction_id < txid_current()
        ),
        0
    );
begin
    update perf_internal.rollup_state as s
    set in_progress = s.in_progress || v_id
    where s.pipeline = 'calls';
    update perf.performance_metrics_raw as r
    set transaction_id = v_id
    where r.transaction_id = txid_current();
end
$$;

create temporary table recorded as
select perf.record_call(
    c.model_name, 'chat', c.ms, error_type => c.error_type, input_tokens => c.input_tokens,
    output_tokens => c.output_tokens, first_token_ms => c.first_token_ms,
    call_timestamp => c.called_at
)
from (
    values
        ('acme/one', 100, null, 10, 20, 50, timestamptz '2020-01-06 10:00:00+00'),
        ('acme/one', 300, null, 30, null, null, '2020-01-06 10:59:59.999999+00'),
        ('acme/one', 200, 'timeout', 5, null, 50, '2020-01-06 10:30:00+00'),
        ('acme/one', 200, 'timeout', null, null, null, '2020-01-06 11:00:00+00'),
        ('acme/two', 0, null, null, null, 0, '2020-01-06 10:30:00+00'),
        ('acme/two', 0.0000001, null, null, null, null, '2020-01-06 10:30:00+00'),
        ('acme/two', 1, null, null, null, null, '2020-01-06 10:30:00+00')
) as c (model_name, ms, error_type, input_tokens, output_tokens, first_token_ms, called_at);

create temporary table configs as
select c.id, m.name from perf.model_tool_configs as c join perf.models as m on m.id = c.model_id;

-- Several rows of one series, hour and metric add up. Dynamic because the query is a text.
create function pg_temp.summarize(
    condition text default 'true',
    metrics text[] default null,
    sketched_metrics text[] default null
)
returns table (
    name text,
    hour text,
    metric text,
    count numeric,
    sum float8,
    m2 numeric,
    min float8,
    max float8,
    sketch numeric
)
language plpgsql
as $$
begin
    return query execute format(
        'select n.name, to_char(s.time_bucket at time zone ''UTC'', ''DD HH24:MI''), s.metric,
            sum(s.count), sum(s.sum),
            round((sum(s.m2 + s.sum ^ 2 / s.count) - sum(s.sum) ^ 2 / sum(s.count))::numeric, 6),
            min(s.min), max(s.max), perf_internal.sum_sketches(s.sketch)
        from (%s) as s
        join configs as n on n.id = s.series_id
        group by 1, 2, 3
        order by 1, 2, 3',
        perf_internal.get_summary_query(
            'calls', summarize.condition, summarize.metrics, summarize.sketched_metrics
        )
    );
end
$$;

create temporary table summaries as select * from pg_temp.summarize();

set local intervalstyle = 'postgres';
select ok(
    position(
        'date_bin(''00:05:00'', r.call_timestamp,'
        in perf_internal.get_summary_query(
            'calls', 'true', '{response_time_ms}', bucket_width => '5 minutes'
        )
    ) > 0,
    'buckets may be of another width than an hour'
);

create function pg_temp.get_sketch(name text, hour text, metric text)
returns numeric
language sql
as $$
    select s.sketch
    from summaries as s
    where (s.name, s.hour, s.metric) = (get_sketch.name, get_sketch.hour, get_sketch.metric)
$$;

-- Squared differences of 100, 200, 300 from 200 are 20000, those of 10, 30, 5 from 15 are 350, and
-- those of 0, 0, 1 from 1/3 are 2/3.
select results_eq(
    'select name, hour, metric, count, sum, m2, min, max from summaries',
    $$ values
        ('acme/one', '06 10:00', 'failed_first_token_ms', 1::numeric, 50::float8, 0.0,
            50::float8, 50::float8),
        ('acme/one', '06 10:00', 'failed_input_tokens', 1, 5, 0, 5, 5),
        ('acme/one', '06 10:00', 'failed_response_time_ms', 1, 200, 0, 200, 200),
        ('acme/one', '06 10:00', 'first_token_ms', 2, 100, 0, 50, 50),
        ('acme/one', '06 10:00', 'input_tokens', 3, 45, 350, 5, 30),
        ('acme/one', '06 10:00', 'output_tokens', 1, 20, 0, 20, 20),
        ('acme/one', '06 10:00', 'response_time_ms', 3, 600, 20000, 100, 300),
        ('acme/one', '06 11:00', 'failed_response_time_ms', 1, 200, 0, 200, 200),
        ('acme/one', '06 11:00', 'response_time_ms', 1, 200, 0, 200, 200),
        ('acme/two', '06 10:00', 'first_token_ms', 1, 0, 0, 0, 0),
        ('acme/two', '06 10:00', 'response_time_ms', 3, 1.0000001, 0.666667, 0, 1) $$,
    'gives what each series has by hour and metric; failed calls count in two metrics'
);

-- ln(100) / ln(1.01) is 462.8, ln(200) / ln(1.01) 532.5, of 300 it is 573.2, of 50 393.2, of 10
-- 231.4, of 30 341.8, of 5 161.7.
select is(
    pg_temp.get_sketch('acme/one', '06 10:00', 'response_time_ms'),
    perf_internal.make_sketch('{463,533,574}'),
    'the times of all calls make a sketch'
);
select is(
    pg_temp.get_sketch('acme/one', '06 10:00', 'failed_response_time_ms'),
    perf_internal.make_sketch('{533}'),
    'those of failed calls one of their own'
);
select is(
    pg_temp.get_sketch('acme/one', '06 10:00', 'first_token_ms'),
    perf_internal.make_sketch('{394,394}'),
    'so do first tokens'
);
select is(
    pg_temp.get_sketch('acme/one', '06 10:00', 'input_tokens'),
    perf_internal.make_sketch('{232,342,162}'),
    'and tokens'
);
select is(
    pg_temp.get_sketch('acme/two', '06 10:00', 'response_time_ms'),
    perf_internal.make_sketch('{-1389,0}'),
    '0 has no bin, everything up to a millionth the lowest, 1 bin 0'
);
select is(
    pg_temp.get_sketch('acme/two', '06 10:00', 'first_token_ms'),
    null,
    'of zeros alone there is no sketch'
);

-- Conditions.
select is_empty('select * from pg_temp.summarize(''false'')', 'of no rows there is nothing');
select is(
    (
        select sum(count)
        from pg_temp.summarize(
            $$ r.call_timestamp >= '2020-01-06 10:00:00+00'
                and r.call_timestamp < '2020-01-06 10:59:59.999999+00' $$
        )
        where metric = 'response_time_ms'
    ),
    5::numeric,
    'only rows that meet the condition are read'
);

-- Metrics.
select results_eq(
    $$ select distinct metric from pg_temp.summarize(metrics => '{response_time_ms}') $$,
    $$ values ('response_time_ms') $$,
    'only the metrics that are asked for are made'
);
select results_eq(
    $$ select hour, metric, count, sum
       from pg_temp.summarize(metrics => '{failed_response_time_ms,output_tokens}') $$,
    $$ values
        ('06 10:00', 'failed_response_time_ms', 1::numeric, 200::float8),
        ('06 10:00', 'output_tokens', 1, 20),
        ('06 11:00', 'failed_response_time_ms', 1, 200) $$,
    'also without those that they come from'
);
select is_empty(
    $$ select * from pg_temp.summarize(metrics => '{failed_output_tokens}') $$,
    'of a metric that no row has there is nothing'
);
select results_eq(
    $$ select metric, sketch is not null
       from pg_temp.summarize(
           metrics => '{response_time_ms,input_tokens}', sketched_metrics => '{response_time_ms}'
       )
       where name = 'acme/one' and hour = '06 10:00' $$,
    $$ values ('input_tokens', false), ('response_time_ms', true) $$,
    'only the sketches that are asked for are made'
);
select is(
    (
        select s.sketch
        from pg_temp.summarize(sketched_metrics => '{failed_response_time_ms}') as s
        where s.name = 'acme/one'
            and s.hour = '06 11:00'
            and s.metric = 'failed_response_time_ms'
    ),
    perf_internal.make_sketch('{533}'),
    'that of failed calls too'
);
select is_empty(
    $$ select * from pg_temp.summarize(sketched_metrics => '{}') where sketch is not null $$,
    'or none'
);

-- Named metrics: the tokens of a call under the names in and out, less 12.
update perf_internal.pipelines as p
set measures = 'array[
    row(''tokens.in'', r.input_tokens - 12)::perf_internal.measure,
    row(''tokens.out'', r.output_tokens - 12)::perf_internal.measure
]'
where p.pipeline = 'calls';
select perf_internal.add_metric_family('calls', 'tokens.', 'tokens', null, 'Tokens.');
select perf_internal.add_named_metrics('calls', '{tokens.in}');

-- Of 10, 30 and 5 tokens; 30 failed. Those of out have no metric.
select results_eq(
    $$ select metric, count, sum, m2, min, max
       from pg_temp.summarize()
       where name = 'acme/one' and hour = '06 10:00' and metric like '%tokens.%' $$,
    $$ values
        ('failed_tokens.in', 1::numeric, -7::float8, 0.0, -7::float8, -7::float8),
        ('tokens.in', 3, 9, 350, -7, 18) $$,
    'named metrics that the catalogue has are counted too, values below 0 as well'
);
-- ln(2) / ln(1.01) is 69.7, ln(18) / ln(1.01) 290.5, ln(7) / ln(1.01) 195.6.
select is(
    (
        select s.sketch
        from pg_temp.summarize(metrics => '{tokens.in}') as s
        where s.name = 'acme/one'
    ),
    perf_internal.make_sketch('{-200070,291,-200196}'),
    'they have sketches'
);
select results_eq(
    $$ select metric, sketch is not null
       from pg_temp.summarize(
           metrics => '{failed_tokens.in,response_time_ms}', sketched_metrics => '{response_time_ms}'
       )
       where name = 'acme/one' and hour = '06 10:00' $$,
    $$ values ('failed_tokens.in', false), ('response_time_ms', true) $$,
    'or none, beside measured metrics'
);
select unalike(
    perf_internal.get_summary_query('calls', 'true', '{response_time_ms}'),
    '%unnest%',
    'rows are not read for named metrics that nobody asks for'
);
select alike(
    perf_internal.get_summary_query('calls', 'true', '{tokens.in}'),
    'select%unnest%',
    'nor for measured ones'
);
update perf_internal.pipelines as p set measures = null where p.pipeline = 'calls';

-- What no run has read yet.
create function pg_temp.get_sum(is_pending boolean)
returns float8
language sql
as $$
    select sum(s.sum)
    from pg_temp.summarize(
        case when is_pending then '' else 'not ' end
            || perf_internal.get_pending_condition('calls')
    ) as s
    where s.metric = 'response_time_ms'
        and s.name = 'acme/one'
$$;

select is(pg_temp.get_sum(is_pending => false), null, 'before a run no call is rolled up');
select is(pg_temp.get_sum(is_pending => true), 800::float8, 'and all are pending');

select pg_temp.end_recording();
select perf.aggregate_performance_metrics();
select is(pg_temp.get_sum(is_pending => true), null, 'after a run no call is pending');
select is(pg_temp.get_sum(is_pending => false), 800::float8, 'and all are rolled up');

select perf.record_call('acme/one', 'chat', 1, call_timestamp => '2020-01-06 10:30+00');
select is(pg_temp.get_sum(is_pending => true), 1::float8, 'a late call is pending alone');
select is(pg_temp.get_sum(is_pending => false), 800::float8, 'and not among those rolled up');

-- Raw rows that are summaries. Those of 1 and 3, and of 8, are one of 1, 3 and 8: the mean is 4, and
-- 9 + 1 + 16 = 26. Those of -2 and of 0 are one of -2 and 0.
insert into perf_internal.trained_models (id, model_type) values
    ('10000000-0000-4000-8000-000000000000', 'energy');
insert into perf_internal.feature_series (id, trained_model_id, feature, kind) values
    ('20000000-0000-4000-8000-000000000000', '10000000-0000-4000-8000-000000000000', 'a', 'number'),
    ('30000000-0000-4000-8000-000000000000', '10000000-0000-4000-8000-000000000000', 'b', 'number'),
    ('40000000-0000-4000-8000-000000000000', '10000000-0000-4000-8000-000000000000', 'c', 'number');
insert into perf_internal.feature_summaries (series_id, created_at, count, sum, m2, min, max, sketch)
select f.id, r.at, r.count, r.sum, r.m2, r.min, r.max, perf_internal.make_sketch(r.bins)
from (
    values
        ('a', timestamptz '2020-01-06 10:00+00', 2, 4::float8, 2::float8, 1::float8, 3::float8, '{0,111}'::integer[]),
        ('a', '2020-01-06 10:59:59.999999+00', 1, 8, 0, 8, 8, '{209}'),
        ('a', '2020-01-06 11:00+00', 1, 5, 0, 5, 5, '{162}'),
        ('b', '2020-01-06 10:00+00', 1, -2, 0, -2, -2, '{-200070}'),
        ('b', '2020-01-06 10:00+00', 1, 0, 0, 0, 0, '{}'),
        ('c', '2020-01-06 10:00+00', 1, 1e-100, 0, 1e-100, 1e-100, '{-1389}'),
        ('c', '2020-01-06 10:00+00', 1, -1e-100, 0, -1e-100, -1e-100, '{-198611}')
) as r (feature, at, count, sum, m2, min, max, bins)
join perf_internal.feature_series as f on f.feature = r.feature;

create function pg_temp.summarize_features(
    condition text default 'true',
    metrics text[] default null,
    sketched_metrics text[] default null
)
returns table (
    feature text, hour text, metric text, count bigint, sum float8, m2 numeric, min float8, max float8,
    sketch numeric
)
language plpgsql
as $$
begin
    return query execute format(
        'select f.feature, to_char(s.time_bucket at time zone ''UTC'', ''HH24:MI''), s.metric, s.count,
            s.sum, round(s.m2::numeric, 9), s.min, s.max, s.sketch
        from (%s) as s
        join perf_internal.feature_series as f on f.id = s.series_id
        order by 1, 2',
        perf_internal.get_summary_query(
            'features',
            summarize_features.condition,
            summarize_features.metrics,
            summarize_features.sketched_metrics
        )
    );
end
$$;

select results_eq(
    'select * from pg_temp.summarize_features()',
    $$ values
        (
            'a', '10:00', 'feature_value', 3::bigint, 12::float8, 26.0, 1::float8, 8::float8,
            perf_internal.make_sketch('{0,111,209}')
        ),
        ('a', '11:00', 'feature_value', 1, 5, 0, 5, 5, perf_internal.make_sketch('{162}')),
        ('b', '10:00', 'feature_value', 2, -2, 2, -2, 0, perf_internal.make_sketch('{-200070}')),
        (
            'c', '10:00', 'feature_value', 2, 0, 0, -1e-100, 1e-100,
            perf_internal.make_sketch('{-1389,-198611}')
        ) $$,
    'raw rows that are summaries add up by series and hour'
);
select results_eq(
    $$ select feature, count from pg_temp.summarize_features($c$ r.max > 4 $c$) $$,
    $$ values ('a', 1::bigint), ('a', 1) $$,
    'of those that meet the condition'
);
select is_empty(
    $$ select * from pg_temp.summarize_features('false') $$, 'of no rows there is nothing'
);
select is_empty(
    $$ select * from pg_temp.summarize_features(sketched_metrics => '{}') where sketch is not null $$,
    'without sketches, if none is asked for'
);
select is(
    (
        select count(*)
        from pg_temp.summarize_features(
            metrics => '{feature_value}', sketched_metrics => '{feature_value}'
        )
        where sketch is not null
    ),
    4::bigint,
    'or with them'
);
select throws_ok(
    $$ select perf_internal.get_summary_query('features', 'true', '{response_time_ms}') $$,
    'PT409',
    'nothing is measured of pipeline "features"',
    'refuses the metric of another pipeline'
);
-- Values that would end a run with an error, were they there.
select throws_ok(
    format(
        'insert into perf_internal.feature_summaries (series_id, created_at, count, sum, m2, min, max)
        values (''20000000-0000-4000-8000-000000000000'', ''2020-01-06'', 1, %s, %s, %s, %s)',
        v.sum, v.m2, v.min, v.max
    ),
    '23514',
    null,
    'no raw row has ' || v.what
)
from (
    values
        ($$ 'NaN' $$, '0', '1', '1', 'a sum that is none'),
        ('1e-200', '0', '0', '1', 'a sum whose square is too small'),
        ('1', $$ 'Infinity' $$, '1', '1', 'infinite squares'),
        ('1', '0', '1', $$ 'NaN' $$, 'an extreme that is none')
) as v (sum, m2, min, max, what);

select throws_ok(
    $$ select perf_internal.get_summary_query('other', 'true') $$,
    'PT404',
    'there is no pipeline "other"',
    'refuses an unknown pipeline'
);

-- The query is made by the owner here, because a stranger sees no pipeline.
create temporary table query as
select perf_internal.get_summary_query('calls', 'true') as query;
grant select on query to authenticated;
set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select is_empty((select query from query), 'a stranger sees no calls');

set local role perf_analyst;
select lives_ok(
    $$ select perf_internal.get_summary_query('calls', 'true') $$, 'perf_analyst may ask'
);

set local role perf_recorder;
select throws_ok(
    $$ select perf_internal.get_summary_query('calls', 'true') $$,
    '42501',
    null,
    'perf_recorder may not'
);

select * from finish();
rollback;
