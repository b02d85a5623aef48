begin;
select plan(12);
set local timezone = 'UTC';

select perf.record_calls('[
    {"model_name": "acme/one", "tool_name": "chat", "response_time_ms": 10, "call_timestamp": "2020-01-06T10:00:30Z"},
    {"model_name": "acme/one", "tool_name": "chat", "response_time_ms": 30, "call_timestamp": "2020-01-06T10:01:00Z"},
    {"model_name": "acme/one", "tool_name": "chat", "response_time_ms": 50, "call_timestamp": "2020-01-06T10:07:59Z", "error_type": "timeout"},
    {"model_name": "acme/two", "tool_name": "chat", "response_time_ms": 70, "call_timestamp": "2020-01-06T10:02:00Z"}
]');

create function pg_temp.read_history(
    changes jsonb,
    from_minute integer default 0,
    until_minute integer default 20,
    step interval default '1 minute',
    is_raw boolean default true,
    model text default 'acme/one',
    digits integer default 16
)
returns setof text
language sql
as $$
    select to_char(h.as_of, 'HH24:MI ') || coalesce(round(h.value::numeric, digits)::float8::text, 'null') || ' ' || h.sample_count
        || case when h.is_dead then ' dead' else '' end
    from (
        select array_agg(s.series_id) as ids, array_agg(1) as groups
        from perf_internal.get_series('calls') as s
        join perf_internal.call_series as l on l.series_id = s.series_id
        where l.labels ->> 'model' = model
    ) as g
    cross join perf_internal.read_threshold_history(
        jsonb_populate_record(
            null::perf.performance_alert_thresholds,
            '{"metric_name": "response_time_ms", "statistic": "avg", "time_window": "5 minutes",
              "direction": "above", "warning_threshold": 25, "critical_threshold": 100,
              "minimum_sample": 1, "no_data": "keep", "group_by": []}'::jsonb || changes
        ),
        g.ids,
        g.groups,
        timestamptz '2020-01-06 10:00+00' + from_minute * interval '1 minute',
        timestamptz '2020-01-06 10:00+00' + until_minute * interval '1 minute',
        step,
        is_raw
    ) as h;
$$;

select results_eq(
    $$ select pg_temp.read_history('{}') $$,
    array[
        '10:00 null 0', '10:01 10 1', '10:02 20 2', '10:06 30 1', '10:07 null 0', '10:08 50 1',
        '10:13 null 0'
    ],
    'a step has a row where a value enters or leaves the window; the window ends before the step'
);
select results_eq(
    $$ select pg_temp.read_history('{"statistic": "max"}') $$,
    array[
        '10:00 null 0', '10:01 10 1', '10:02 30 2', '10:06 30 1', '10:07 null 0', '10:08 50 1',
        '10:13 null 0'
    ],
    'extremes slide too'
);
select results_eq(
    $$ select pg_temp.read_history(
        '{"statistic": "p50", "time_window": "10 minutes"}', 8, 12, digits => 0
    ) $$,
    array['10:08 30 3', '10:11 40 2'],
    'percentiles are those of the values in the window'
);
select results_eq(
    $$ select pg_temp.read_history('{"statistic": "count"}', 5, 10) $$,
    array['10:05 2 2', '10:06 1 1', '10:07 0 0', '10:08 1 1'],
    'no values are a count of 0'
);
select results_eq(
    $$ select pg_temp.read_history(
        '{"metric_name": "error_rate", "statistic": "rate", "time_window": "10 minutes"}', 7, 12
    ) $$,
    array['10:07 0 2', '10:08 0.333333333333333 3', '10:11 0.5 2'],
    'a share is that of the window'
);
select results_eq(
    $$ select pg_temp.read_history(
        '{"metric_name": "successful_response_time_ms", "statistic": "max", "time_window": "10 minutes"}',
        7, 19, digits => 0
    ) $$,
    array['10:07 30 2', '10:08 30 2', '10:11 30 1', '10:12 null 0', '10:18 null 0'],
    'an extreme of successful rows comes from the sketch where a failed row is further out'
);
select results_eq(
    $$ select pg_temp.read_history('{"time_window": "90 seconds"}', 0, 6) $$,
    array['10:00 null 0', '10:01 10 1', '10:02 20 2', '10:03 null 0'],
    'a window need not be whole steps'
);
select results_eq(
    $$ select pg_temp.read_history('{}', 0, 20, '5 minutes') $$,
    array['10:00 null 0', '10:05 20 2', '10:10 50 1', '10:15 null 0'],
    'a step may be longer than a minute'
);
select results_eq(
    $$ select pg_temp.read_history('{}', 0, 200, '1 hour', false) $$,
    array['10:00 null 0', '11:00 30 3', '12:00 null 0'],
    'from rollups a window is whole hours'
);
select results_eq(
    $$ select pg_temp.read_history(
        '{"statistic": "count", "group_by": ["model"]}', 60 * 24 * 7 - 1, 60 * 24 * 7 + 3
    ) $$,
    array['09:59 0 0', '10:01 0 0 dead'],
    'a group is dead when the hour of its last value is older than 7 days'
);
select results_eq(
    $$ select pg_temp.read_history('{"statistic": "count", "group_by": ["model"]}', -2, 4, model => 'acme/two') $$,
    array['09:58 0 0 dead', '10:03 1 1'],
    'a group is dead before its first value'
);
set local role perf_analyst;
select lives_ok($$ select pg_temp.read_history('{}') $$, 'an analyst may ask');

select * from finish();
rollback;
