begin;
select plan(14);
set local intervalstyle = 'postgres';

create function pg_temp.complete(
    metric_name text,
    statistic text default null,
    direction text default null,
    scope_labels jsonb default '{}',
    group_by text[] default '{}',
    time_window interval default '15 minutes',
    for_duration interval default '0',
    minimum_sample bigint default 1
)
returns text
language sql
as $$
    select concat_ws(' ', t.scope_type, t.statistic, t.direction, t.no_data)
    from perf_internal.get_suggested_threshold(
        metric_name, statistic, scope_labels, group_by, time_window, for_duration, direction,
        minimum_sample
    ) as t;
$$;

select is(
    pg_temp.complete('response_time_ms'),
    'global avg above keep',
    'statistic and direction come from the metric'
);
select is(
    pg_temp.complete('success_rate', scope_labels => '{"model": "acme/one"}'),
    'labels rate below keep',
    'of a share it is the share'
);
select is(
    pg_temp.complete('response_time_ms', 'count', 'below'), 'global count below keep', 'they may be said'
);
select throws_ok(
    $$ select pg_temp.complete('response_time_ms', 'count') $$,
    '22023',
    'direction must be above or below, because no count of "response_time_ms" is known to be better, got null',
    'a count has no direction'
);
select throws_ok($$ select pg_temp.complete('other') $$, 'PT404', 'there is no metric "other"', 'no metric');
select throws_ok(
    $$ select pg_temp.complete(null) $$, 'PT404', 'there is no metric null', 'refuses no name'
);
select throws_ok(
    $$ select pg_temp.complete('error_rate', 'p95') $$,
    '22023',
    'statistic must be one of avg, sum, rate, count for "error_rate", got "p95"',
    'a share has no percentiles'
);
select throws_ok(
    $$ select pg_temp.complete('response_time_ms', 'median') $$,
    '22023',
    'statistic must be one of avg, min, max, p50, p95, p99, sum, rate, count for "response_time_ms", got "median"',
    'refuses other statistics'
);
select throws_ok(
    $$ select pg_temp.complete('response_time_ms', direction => 'up') $$,
    '22023',
    'direction must be above or below, got "up"',
    'refuses other directions'
);
select throws_ok(
    $$ select pg_temp.complete('response_time_ms', scope_labels => '[]') $$,
    '22023',
    'scope_labels must be a JSON object, got "[]"',
    'refuses labels that are no object'
);
select throws_ok(
    $$ select pg_temp.complete('response_time_ms', group_by => '{model,model}') $$,
    '22023',
    'group_by must hold names of labels, each once, got "{model,model}"',
    'refuses a label twice'
);
select throws_ok(
    $$ select pg_temp.complete('response_time_ms', time_window => '1 second') $$,
    '22023',
    'time_window must be 1 minute to 90 days, got 00:00:01',
    'refuses a window of a second'
);
select throws_ok(
    $$ select pg_temp.complete('response_time_ms', for_duration => '-1 minute') $$,
    '22023',
    'for_duration must be 0 to 7 days, got -00:01:00',
    'refuses a negative time'
);
select throws_ok(
    $$ select pg_temp.complete('response_time_ms', minimum_sample => 0) $$,
    '22023',
    'minimum_sample must be at least 1, got 0',
    'refuses a sample of nothing'
);

select * from finish();
rollback;
